"""A docs repository with the local instance, driven by the command line in process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from publisher.cli.local import open_site
from publisher.cli.main import group
from publisher.simulator import Site
from publisher.state import open_store

CONFIG = '[docs]\nid = "test-docs"\n[publish]\n'


class Docs:
    """One repository; every command runs as a user would type it."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.root = folder / "docs"
        self.root.mkdir()
        self.git("init", "--quiet")
        self.save("publisher.toml", CONFIG + settings)
        self.planfile = folder / "plan.json"

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def write(self, name: str, text: str = "Text.", org: str = "Acme Corp", more: str = "") -> None:
        """One document called *name*, with that id."""
        head = f"id: {name}\ntitle: Page {name}\norg: {org}\ntype: SOP\n{more}"
        (self.root / f"{name}.md").write_text(f"---\n{head}---\n\n{text}\n")

    def save(self, path: str, text: str) -> str:
        (self.root / path).write_text(text)
        return self.commit()

    def run(self, *words: str, code: int | None = 0, **environment: str) -> Result:
        """One command; *code* is the exit code that it must have."""
        kept = {name: os.environ.get(name) for name in environment}
        done = CliRunner(env={**kept, **environment}).invoke(
            group, ["--repo", str(self.root), *words]
        )
        assert code is None or done.exit_code == code, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        return done

    def plan(self, *words: str, code: int = 0) -> dict[str, Any]:
        """Plan, and keep the plan file."""
        out = ("--format", "json", "--out", str(self.planfile))
        data: dict[str, Any] = json.loads(self.run("plan", *out, *words, code=code).stdout)
        return data

    def apply(self, *words: str, code: int = 0) -> str:
        """Apply without asking; give all that was said."""
        return self.run("apply", "--yes", *words, code=code).output

    @contextlib.contextmanager
    def site(self) -> Iterator[Site]:
        site = open_site(self.root)
        try:
            yield site
        finally:
            site.close()

    def edit(self, title: str, **traits: str) -> None:
        """A colleague edits an asset in IT Glue."""
        with self.site() as site:
            asset = next(r for r in site.all("flexible_assets") if self._name(site, r) == title)
            site.edit(int(asset.id), dict(traits))

    def live(self) -> list[str]:
        """The titles of the assets that are not archived."""
        with self.site() as site:
            records = site.all("flexible_assets")
            plain = site.attributes(records)
            return sorted(values["name"] for values in plain if not values["archived"])

    def set_meta(self, name: str, value: str) -> None:
        store = open_store("sqlite:///.publisher/local.db", self.root, {})
        store.set_meta(name, value)
        store.close()

    @staticmethod
    def _name(site: Site, record: Any) -> str:
        (values,) = site.attributes([record])
        return str(values["name"])
