"""The folder beside publisher.toml that is publisher's own, and never Git's."""

from __future__ import annotations

from pathlib import Path

NAME = ".publisher"


def make_folder(folder: Path) -> None:
    """Make *folder*; one of our own name is kept out of Git by a .gitignore inside of it.

    Raises:
        OSError: it cannot be made.
    """
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if folder.name == NAME:
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
