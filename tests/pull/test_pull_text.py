"""Pieces of pull by themselves: spelling kept, values set in place, texts compared and merged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model import Json
from publisher.pull.blocks import blocks, pieces
from publisher.pull.front import set_value
from publisher.pull.losses import losses
from publisher.pull.merge import merge
from publisher.pull.transfer import transfer
from publisher.render.formatted import formatted
from publisher.source.frontmatter import read

FRONT = """\
---
# about
id: a1   # keep
title: "Old"  # said
traits:
  # inner
  category: Patching # why
  notes: |
    a
    b
  tags:
    - 1
    - 2
  # last

flow: {a: 1, b: x}
---
body
"""


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("title",), "New: it", '"Old"', "'New: it'"),
        (("traits", "category"), "Backup", "Patching", "Backup"),
        (("traits", "category"), None, "Patching", "null"),
        (("traits", "notes"), "one\ntwo", "|\n    a\n    b", '"one\\ntwo"'),
        (("traits", "tags"), [3, 4], "\n    - 1\n    - 2", " [3, 4]"),
        (("traits", "more"), True, "    - 2\n", "    - 2\n  more: true\n"),
        (("flow", "b"), "y", "b: x", "b: y"),
        (("flow", "c"), 5, "b: x", "b: x, c: 5"),
        (("new", "deep"), "q", "b: x}\n", "b: x}\nnew:\n  deep: q\n"),
    ],
    ids=str,
)
def test_one_value_changes_and_nothing_beside_it(
    path: tuple[str, ...], value: Json, old: str, new: str
) -> None:
    """Comments, order, quotes and blank lines stay where they are."""
    changed = set_value(FRONT, path, value)
    assert changed is not None
    assert sorted(changed.split("\n")) == sorted(FRONT.replace(old, new, 1).split("\n"))
    said: Json = read(changed.encode()).values
    for key in path:
        said = said[key]
    assert said == value


def test_a_document_without_frontmatter_gets_one() -> None:
    """The text itself stays as it is."""
    assert set_value("text\n", ("title",), "T") == "---\ntitle: T\n---\ntext\n"


def test_a_place_that_is_no_mapping_is_for_the_author() -> None:
    """Nothing is guessed."""
    assert set_value("---\ntraits: none\n---\n", ("traits", "a"), 1) is None


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40))
def test_any_text_can_be_a_value(value: str) -> None:
    """It is read back as it was set."""
    changed = set_value("---\ntitle: a # b\n---\nx\n", ("title",), value)
    if changed is not None:
        assert read(changed.encode()).values["title"] == value


@pytest.mark.parametrize(
    ("source", "was", "now", "result"),
    [
        ("* a\n* b", "- a\n- b", "- a\n- c", "* a\n* c"),
        ("* a\n* b", "- a\n- b", "- a\n- x\n- b", "* a\n* x\n* b"),
        ("1) a\n1) b", "1. a\n2. b", "1. a\n2. b\n3. c", "1) a\n1) b\n3. c"),
        ("| a  |  b |\n|----|:--:|", "| a | b |\n| --- | --- |", "| a | c |\n| --- | --- |",
         "| a  | c  |\n|----|:--:|"),
        ("> [!TIP]\n> One two.", "**Tip**\n\nOne two.", "**Tip**\n\nOne three.",
         "> [!TIP]\n> One three."),
        ("so __bold__ it is", "so **bold** it is", "so **bold** it was", "so __bold__ it was"),
        ("- [ ] do", "- [ ] do", "- [x] do", "- [x] do"),
    ],
    ids=["item", "new", "numbers", "cell", "alert", "words", "task"],
)  # fmt: skip
def test_what_changed_is_told_in_the_authors_spelling(
    source: str, was: str, now: str, result: str
) -> None:
    """Signs, paddings and prefixes are the author's; only the words are the editor's."""
    assert transfer(source, was, now) == result


@given(st.lists(st.sampled_from(["# h", "a", "", "- x", "```", "    c", "> q"])))
def test_pieces_are_the_source(lines: list[str]) -> None:
    """Cutting loses nothing."""
    source = "\n".join(lines)
    assert "".join(pieces(source)) == source


def test_blocks_hold_everything() -> None:
    """Loose text becomes a paragraph, a wrapper around everything is looked into."""
    html = "<div>loose <b>text</b><p>a</p><hr><ul><li><p>x</p></li></ul>end</div>"
    assert blocks(html) == [
        "<p>loose <b>text</b></p>",
        "<p>a</p>",
        "<hr>",
        "<ul><li><p>x</p></li></ul>",
        "<p>end</p>",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<p><b>a</b> b</p>", "<p><strong>a </strong>b</p>", True),
        ("<p><b>a</b> b</p>", "<p>a b</p>", False),
        ("<p><b>a</b><b>b</b></p>", "<p><b>ab</b></p>", True),
        ('<p style="color: red" class="x">a</p>', "<p>a</p>", True),
        ('<table><tr><td colspan="2">a</td></tr></table>', "<table><tr><td>a</td></tr></table>",
         False),
        ("<pre><code><b>x</b></code></pre>", "<pre><code>x</code></pre>", True),
    ],
)  # fmt: skip
def test_formatting_that_markdown_has_counts(one: str, other: str, same: bool) -> None:
    """Bold and merged cells do; colours, classes, and how a server writes it, do not."""
    assert (formatted(one) == formatted(other)) == same


def test_losses_are_named_and_counted() -> None:
    """Only what the asset has more of; highlighted code does not count."""
    there = (
        '<p style="color: red; text-align: center">a</p><pre style="color: blue">b</pre>'
        '<div class="alert alert-info">c</div><img src="x" width="3">'
    )
    assert losses(there, "<p>a</p>") == [
        "alignment (1)",
        "boxes and labels (1)",
        "sizes of pictures (1)",
        "text colours (1)",
    ]
    assert losses(there, there) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        ("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n", ("1\n2\n3\n4\n5\n", 0)),
        ("0\n2\n3\n4\n5\n", "1\n2\n3\n4\n6\n", ("0\n2\n3\n4\n6\n", 0)),
    ],
    ids=["same", "apart"],
)
def test_changes_in_other_places_are_merged(
    ours: str, theirs: str, result: tuple[str, int]
) -> None:
    """Without a word."""
    assert merge("1\n2\n3\n4\n5\n", ours, theirs) == result


def test_changes_in_the_same_place_are_marked() -> None:
    """With both sides, each under its name."""
    text, conflicts = merge("1\n", "2\n", "3\n")
    assert (text, conflicts) == ("<<<<<<< document\n2\n=======\n3\n>>>>>>> IT Glue\n", 1)
