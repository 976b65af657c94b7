"""``publisher init``."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import click

from publisher import __version__
from publisher.cli.context import Context
from publisher.cli.failures import explained
from publisher.config import FILE_NAME, LOCAL, load
from publisher.data import templates
from publisher.errors import BadConfig
from publisher.hosts.remote import Kind, parse_remote
from publisher.source.driver import text as text_of
from publisher.source.git import Repository, open_repository

_HARMLESS = re.compile(r"[\w.][\w ./-]*")

WORKFLOWS: dict[Kind, tuple[str, str]] = {
    "github": ("github.yml", ".github/workflows/publish.yml"),
    "gitlab": ("gitlab.yml", ".gitlab-ci.yml"),
    "azure": ("azure.yml", "azure-pipelines.yml"),
}
"""The file in ``templates/ci/``, and where it goes."""
HOOKS = ".pre-commit-config.yaml"
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


@click.command("init")
@click.option("--hooks", is_flag=True, help="Write .pre-commit-config.yaml too.")
@click.pass_obj
def command(context: Context, /, hooks: bool) -> None:
    """Write publisher.toml, a sample document and the CI workflow into a docs repository.

    The workflow is for the host that the remote `origin` names: GitHub (also without a remote),
    GitLab or Azure DevOps. What is there already stays as it is.

    \b
    Examples:
      publisher init
      publisher --repo ../docs init --hooks
    """
    with explained():
        repository = open_repository(context.repo)
        for path, text in _files(repository, hooks=hooks):
            _write(path, text)
        click.echo(
            "\nNext: git add -A && git commit -m 'Set up publisher'\n"
            "      publisher plan      (on the local instance: an embedded IT Glue)"
        )


def _name(repository: Repository) -> str:
    """A name that no other repository of the account has: many a folder is called ``docs``."""
    name = repository.name
    return name if repository.origin else f"{name[:59]}-{secrets.token_hex(2)}"


def _files(repository: Repository, *, hooks: bool) -> Iterator[tuple[Path, str]]:
    root = repository.root
    yield root / FILE_NAME, CONFIG_TEXT.format(name=_name(repository))
    if not any(root.glob("sops/*.md")):
        yield root / SAMPLE, SAMPLE_TEXT.format(id=secrets.token_hex(4))
    remote = parse_remote(repository.origin)
    template, place = WORKFLOWS[remote.kind if remote else "github"]
    yield repository.top / place, _filled(template, repository)
    if hooks:
        yield repository.top / HOOKS, _filled("pre-commit.yaml", repository)


def _filled(template: str, repository: Repository) -> str:
    """A file of ``templates/ci/`` for this repository.

    Raises:
        BadConfig: a name would mean something else inside a workflow.
    """
    values = {
        "branch": _branch(repository),
        "folder": repository.prefix.rstrip("/") or ".",
        "instance": _instance(repository.root),
        "version": __version__,
    }
    text = (templates() / "ci" / template).read_text("utf-8")
    for name, value in values.items():
        if not _HARMLESS.fullmatch(value):
            raise BadConfig(f"the {name} {value!r}", "cannot stand in a workflow", "Rename it.")
        text = text.replace("{{ " + name + " }}", value)
    return text


def _branch(repository: Repository) -> str:
    """The branch that is published: origin's default one, else the one that is checked out."""
    for ref in ("refs/remotes/origin/HEAD", "HEAD"):
        answer = repository.driver.ask("symbolic-ref", "--quiet", "--short", ref)
        if found := text_of(answer.output).strip():
            return found.removeprefix("origin/") if ref != "HEAD" else found
    return "main"


def _instance(root: Path) -> str:
    """The instance that publisher.toml publishes to; a local one is not for pipelines."""
    file = root / FILE_NAME
    name = load(file).publish.instance if file.is_file() else LOCAL
    return "production" if name == LOCAL else name


def _write(path: Path, text: str) -> None:
    if path.exists():
        click.echo(f"kept   {path} (it was there)")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"wrote  {path}")
