"""Which file a link means that does not name it to the letter."""

from __future__ import annotations

from collections.abc import Collection

INDEXES = ("index.md", "README.md", "readme.md", "_index.md")
"""What a folder shows, as on GitHub and in static site generators."""


def meant(path: str, files: Collection[str], candidates: Collection[str]) -> str:
    """The file that a link to *path* means: as written, without its ``.md``, or a folder's index.

    Args:
        path: below the docs root, as written.
        files: all files there are.
        candidates: those of them that may be documents.
    """
    if path in files:
        return path
    if f"{path}.md" in files:
        return f"{path}.md"
    folder = "" if path == "." else f"{path}/"
    return next((folder + name for name in INDEXES if folder + name in candidates), path)
