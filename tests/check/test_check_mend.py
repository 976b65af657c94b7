"""``--fix`` changes the characters in question, and no other byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.check.mend import Mended, mend
from publisher.config import Config
from publisher.model import Entry
from publisher.source.frontmatter import read
from publisher.types.model import FieldSpec, TypeSpec

SPECS = (TypeSpec("SOP", (FieldSpec("Reviewed on", "Date"), FieldSpec("Note", "Text"))),)
HEAD = "id: a1\norg: Acme\ntype: SOP\n"


def mended(raw: bytes | str, config: Config | None = None) -> Mended | None:
    raw = raw.encode() if isinstance(raw, str) else raw
    return mend(Entry("a.md", "", len(raw)), raw, config or Config(), SPECS)


def text(raw: bytes | str) -> str:
    result = mended(raw)
    assert result is not None
    return result.raw.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Title: A # why\n", "title: A # why\n"),
        ("'Title': A\n", "'title': A\n"),
        ("Review-By: 2027-03-01\n", "review_by: 2027-03-01\n"),
        ("REVIEW_BY: 1.3.2027  # soon\n", "review_by: 2027-03-01  # soon\n"),
        ("review_by: '2027/3/1'\n", "review_by: '2027-03-01'\n"),
        ("review_by: March 1, 2027\n", "review_by: 2027-03-01\n"),
        ("traits:\n  reviewed-on: 31/12/2026\n", "traits:\n  reviewed-on: 2026-12-31\n"),
        ('traits:\n  "Reviewed on": 31.12.2026\n', 'traits:\n  "Reviewed on": 2026-12-31\n'),
    ],
)
def test_keys_and_dates(before: str, after: str) -> None:
    """Keys get their case, dates their form; comments and quotes stay."""
    assert text(f"---\n{HEAD}{before}---\n# B\n") == f"---\n{HEAD}{after}---\n# B\n"


@pytest.mark.parametrize(
    "line",
    [
        "review_by: 03/04/2027\n",
        "review_by: 31.02.2027\n",
        "traits: {reviewed-on: 31.12.2026}\n",
        "traits:\n  note: 31.12.2026\n",
        "title: A\nTitle: B\n",
        "draft: true\nDate: 31.12.2026\n",
    ],
    ids=["two days", "no day", "in braces", "no date field", "both", "foreign"],
)
def test_what_is_not_plain_is_left_alone(line: str) -> None:
    """A date that could mean two days, and what would take more than a few characters."""
    assert mended(f"---\n{HEAD}{line}---\nB\n") is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("front", [True, False], ids=["frontmatter", "defaults alone"])
def test_a_missing_id(end: str, bom: str, front: bool) -> None:
    """It goes on top of the frontmatter, or into one of its own, in the file's own line ends."""
    lines = ["---", "org: Acme", "type: SOP", "---"] if front else []
    rest = end.join([*lines, "Text  ", "", "\tend", ""])
    defaults = {"path": "**", "org": "Acme", "type": "SOP"}
    result = mended(bom + rest, Config(defaults=(defaults,)))
    assert result is not None
    (id_,) = result.ids
    added = result.raw.decode()
    if front:
        assert added == f"{bom}---{end}id: {id_}{end}{rest[len('---' + end) :]}"
    else:
        assert added == f"{bom}---{end}id: {id_}{end}---{end}{rest}"
    assert read(result.raw).values["id"] == id_


def test_what_is_no_document_gets_no_id() -> None:
    """And neither does what cannot be read."""
    assert mended("# Notes\n") is None
    assert mended("---\norg: Acme\n---\n") is None
    assert mended(b"---\norg: Acme\ntype: SOP\n---\n\xff") is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.booleans())
def test_the_body_stays_byte_for_byte(body: str, has_id: bool) -> None:
    """Whatever it holds, odd line ends and separators too."""
    head = f"---\n{'id: x1' if has_id else 'org: b'}\ntype: SOP\nTitle: T\n"
    raw = f"{head}org: a\n---\n{body}".encode() if has_id else f"{head}---\n{body}".encode()
    result = mended(raw)
    assert result is not None
    assert result.raw.endswith(f"---\n{body}".encode())
    assert read(result.raw).values["title"] == "T"
