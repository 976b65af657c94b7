"""A listing of files below the docs root, at a commit or on disk, and a way to their bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from publisher.model import Entry

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters that break a line, drive a terminal, or turn the direction of the text."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The files below the docs root, each with its blob id."""

    commit: str | None
    """The full id of the commit; None for the work tree."""
    entries: Mapping[str, Entry]
    """By path relative to the docs root, in the order of the paths."""
    fetch: Callable[[list[Entry]], Iterator[bytes]]
    """Gives the bytes of regular files, in the order asked for."""

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, bytes) for each of *paths*, in their order, reading ahead.

        Raises:
            KeyError: a path is not in the tree.
            ValueError: a path is a symlink or a submodule; those are never followed.
            GitFailed: the bytes cannot be had.
        """
        wanted = [self.entries[path] for path in paths]
        odd = next((entry for entry in wanted if entry.kind != "file"), None)
        if odd is not None:
            raise ValueError(f"{odd.path} is a {odd.kind}")
        if not wanted:
            return iter(())
        return zip((entry.path for entry in wanted), self.fetch(wanted), strict=True)


def ordered(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by path, sorted; one that comes twice counts once."""
    return {entry.path: entry for entry in sorted(entries, key=lambda entry: entry.path)}


def printable(path: str) -> str:
    """A path as it can be shown anywhere: what is no text, or a control character, escaped."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
