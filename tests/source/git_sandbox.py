"""A real Git repository in a temporary folder."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.source.git import Repository, open_repository


@dataclass(frozen=True)
class Sandbox:
    """A work tree to write to, and git to run in it."""

    top: Path

    def git(self, *words: str) -> str:
        """Run git, and give what it wrote to stdout."""
        done = subprocess.run(
            ["git", "-C", str(self.top), *words], check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for path, content in files.items():
            place = self.top / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes] | None = None, message: str = "x") -> str:
        """Write *files*, commit everything, and give the commit's id."""
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def open(self, folder: str = ".") -> Repository:
        return open_repository(self.top / folder)
