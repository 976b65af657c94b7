"""Documents as other generators know them, and what check says of each: fixtures/*.md.

A case is a title, a line with a dot, the file, a dot, the findings (``line code message``), a dot,
a blank line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.check.whole import check_tree
from publisher.config import Config
from publisher.model import Entry
from publisher.source.tree import Tree

FIXTURES = Path(__file__).parent / "fixtures"
CONFIG = Config(defaults=({"path": "**", "org": "Acme Corp", "type": "SOP"},))
BESIDE = {"docs/other.md": b"---\ntitle: Other page\n---\n\nText.\n", "docs/net.png": b"\x89PNG"}


def cases() -> Iterator[object]:
    """One case for each title of each file."""
    for file in sorted(FIXTURES.glob("*.md")):
        blocks = file.read_text(encoding="utf-8").split("\n.\n")
        for title, given, expected in zip(blocks[::3], blocks[1::3], blocks[2::3], strict=False):
            yield pytest.param(given, expected, id=f"{file.stem}: {title.strip()}")


def findings(given: str) -> str:
    """What check says of the document, a line each."""
    files = BESIDE | {"docs/page.md": f"{given}\n".encode()}
    entries = {path: Entry(path, path, len(raw)) for path, raw in files.items()}
    tree = Tree(None, entries, lambda wanted: (files[entry.path] for entry in wanted))
    found = [one for one in check_tree(tree, CONFIG).diagnostics if one.document == "docs/page.md"]
    return "\n".join(f"{one.line} {one.code} {one.message}. {one.fix}".rstrip() for one in found)


@pytest.mark.parametrize(("given", "expected"), list(cases()))
def test_fixture(given: str, expected: str) -> None:
    """Each case gives exactly the findings that its document lists."""
    assert findings(given) == expected


def test_fixtures_are_read() -> None:
    """No file is skipped and no case is swallowed by a missing dot."""
    titles = [file.read_text(encoding="utf-8").count("\n.\n") for file in FIXTURES.glob("*.md")]
    assert len(list(cases())) == sum(titles) / 3 >= 11
