"""Trees in memory, for tests that need no Git."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from publisher.model import Entry
from publisher.source.tree import Tree, ordered


def tree_of(files: Mapping[str, str | bytes], *others: Entry) -> Tree:
    """A tree with these files, and with symlinks or submodules."""
    raw = {p: text.encode() if isinstance(text, str) else text for p, text in files.items()}
    entries = (
        Entry(p, hashlib.sha1(b, usedforsecurity=False).hexdigest(), len(b)) for p, b in raw.items()
    )

    def fetch(wanted: list[Entry]) -> Iterator[bytes]:
        return (raw[entry.path] for entry in wanted)

    return Tree("0" * 40, ordered([*entries, *others]), fetch)
