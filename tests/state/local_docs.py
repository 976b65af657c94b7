"""A small docs repository on the local instance, and the command line over it, in process."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from publisher.cli.main import group
from publisher.simulator import Site


class DocsRepository:
    """Documents of Acme Corp of the type SOP."""

    def __init__(self, root: Path, names: Iterable[str] = ("a", "b")) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "--quiet")
        self.write("publisher.toml", '[docs]\nid = "small"\n[publish]\nmax_change_percent = 100\n')
        for name in names:
            self.write_document(name)
        self.commit()

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def write_document(self, name: str, text: str = "Some text.", more: str = "") -> None:
        head = f"id: {name}1\ntitle: Document {name}\norg: Acme Corp\ntype: SOP\n{more}"
        self.write(f"{name}.md", f"---\n{head}---\n\n{text}\n")

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")

    def run(self, *words: str, answer: str | None = None) -> Result:
        """One command, whatever it ends with."""
        return CliRunner().invoke(group, ["--repo", str(self.root), *words], input=answer)

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--format", "json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def state(self) -> Any:
        return self.json("state", "show")

    def assets(self) -> list[dict[str, Any]]:
        """What the local instance holds: name, archived and traits of each asset, with its id."""
        site = Site.open(self.root / ".publisher" / "simulator.db")
        try:
            records = site.all("flexible_assets")
            attributes = site.attributes(records)
            return [{**a, "id": r.id} for r, a in zip(records, attributes, strict=True)]
        finally:
            site.close()

    def edit(self, name: str, **traits: Any) -> None:
        """A colleague edits an asset, an hour later."""
        with self._in_an_hour() as site:
            site.edit(_find(site, name), {key.replace("_", "-"): v for key, v in traits.items()})

    def delete(self, name: str) -> None:
        """A colleague deletes an asset, an hour later."""
        with self._in_an_hour() as site:
            site.delete("flexible_assets", _find(site, name))

    def _in_an_hour(self) -> closing[Site]:
        path = self.root / ".publisher" / "simulator.db"
        return closing(Site.open(path, clock=lambda: time.time() + 3600))


def _find(site: Site, name: str) -> int:
    records = site.all("flexible_assets")
    (found,) = (
        record.id
        for record, attributes in zip(records, site.attributes(records), strict=True)
        if attributes["name"] == name
    )
    return found
