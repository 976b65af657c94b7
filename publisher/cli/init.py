"""``publisher init``."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import click

from publisher.cli.context import Context
from publisher.cli.failures import explained
from publisher.config import FILE_NAME
from publisher.source.git import Repository, open_repository

WORKFLOW = ".github/workflows/publish.yml"
SAMPLE = "sops/example.md"

CONFIG_TEXT = """\
# What `publisher` publishes, and where. `publisher schema config` describes every setting.

[docs]
id = "{name}"            # this repository's name inside the markers; never change it
include = ["**/*.md"]
exclude = ["**/README.md"]

# Frontmatter by folder: the nearest one wins, a document's own wins over all of them.
[[defaults]]
path = "sops/**"
type = "SOP"

[publish]
# instance = "production"    # without it: local, the embedded IT Glue
on_delete = "archive"        # archive | delete | keep
on_drift = "keep"            # keep | overwrite | refuse

[instances.production]
region = "us"                # us | eu | au; the key comes from ITGLUE_API_KEY_PRODUCTION
"""

SAMPLE_TEXT = """\
---
id: {id}
title: Restart the print service
org: Acme Corp
---

Printing at a site has stopped and the queue does not empty.

1. Open **Services** on the print server, and stop *Print Spooler*.
2. Empty the spool folder:

   ```powershell
   Remove-Item C:\\Windows\\System32\\spool\\PRINTERS\\* -Force
   ```

3. Start *Print Spooler* again, and print a test page.

> [!NOTE]
> Tell the users before you start: what waits in the queue is lost.
"""

WORKFLOW_TEXT = """\
# Plans on pull requests, publishes on push to the default branch.
name: publish
on:
  pull_request:
  push:
    branches: [{branch}]

permissions: {{}}

jobs:
  publish:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      contents: read
    # One publish at a time, and none is cut short.
    concurrency:
      group: publish-${{{{ github.event_name }}}}
      cancel-in-progress: false
    steps:
      - uses: actions/checkout@{checkout}
        with:
          fetch-depth: 0
          persist-credentials: false
      - run: pipx install itglue-publisher
      - run: publisher check --format github
      - if: github.event_name == 'push'
        run: exec publisher --instance production apply --yes
        env:
          ITGLUE_API_KEY_PRODUCTION: ${{{{ secrets.ITGLUE_API_KEY }}}}
"""
CHECKOUT = "9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0"


@click.command("init")
@click.pass_obj
def command(context: Context, /) -> None:
    """Write publisher.toml, a sample document and the CI workflow into a docs repository.

    What is there already stays as it is.

    \b
    Examples:
      publisher init
      publisher --repo ../docs init
    """
    with explained():
        repository = open_repository(context.repo)
        for path, text in _files(repository, context.repo.resolve()):
            _write(path, text)
        click.echo(
            "\nNext: git add -A && git commit -m 'Set up publisher'\n"
            "      publisher plan      (on the local instance: an embedded IT Glue)"
        )


def _files(repository: Repository, root: Path) -> list[tuple[Path, str]]:
    files = [
        (root / FILE_NAME, CONFIG_TEXT.format(name=repository.name)),
        (
            repository.top / WORKFLOW,
            WORKFLOW_TEXT.format(branch=_branch(repository), checkout=CHECKOUT),
        ),
    ]
    if not any(root.glob("sops/*.md")):
        files.insert(1, (root / SAMPLE, SAMPLE_TEXT.format(id=secrets.token_hex(4))))
    return files


def _branch(repository: Repository) -> str:
    """The branch that is checked out, which a fresh docs repository publishes from."""
    head = repository.top / ".git" / "HEAD"
    text = head.read_text("utf-8") if head.is_file() else ""
    found = re.fullmatch(r"ref: refs/heads/(\S+)\s*", text)
    return found[1] if found else "main"


def _write(path: Path, text: str) -> None:
    if path.exists():
        click.echo(f"kept   {path} (it was there)")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"wrote  {path}")
