"""Markdown in, HTML out: the cases are documents in fixtures/.

A case is a title, a line with a dot, Markdown, a dot, the HTML, a dot, a blank line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.render import render

FIXTURES = Path(__file__).parent / "fixtures"


def cases() -> Iterator[object]:
    """One case for each title of each file."""
    for file in sorted(FIXTURES.glob("*.md")):
        blocks = file.read_text(encoding="utf-8").split("\n.\n")
        for title, given, expected in zip(blocks[::3], blocks[1::3], blocks[2::3], strict=False):
            yield pytest.param(given, expected, id=f"{file.stem}: {title.strip()}")


@pytest.mark.parametrize(("given", "expected"), list(cases()))
def test_fixture(given: str, expected: str) -> None:
    """Each case renders to exactly what its document shows."""
    assert render(given, path="docs/page.md", title="Page").html == expected


def test_fixtures_are_read() -> None:
    """No file is skipped and no case is swallowed by a missing dot."""
    titles = [file.read_text(encoding="utf-8").count("\n.\n") for file in FIXTURES.glob("*.md")]
    assert len(list(cases())) == sum(titles) / 3 > 50
