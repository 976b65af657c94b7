"""What came and what went, marked in one page."""

from __future__ import annotations

import html as entities
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.preview.difference import difference
from publisher.render import render


def table(*rows: str) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row.split("|")) for row in rows)
    return "<table><tbody>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</tbody></table>"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        pytest.param(
            "<p>The quick fox</p>", "<p>The slow fox ran</p>",
            "<p>The <del>quick</del><ins>slow</ins> fox<ins> ran</ins></p>",
            id="words",
        ),
        pytest.param(
            "<p>A</p><p>B</p><p>C</p>", "<p>A</p><p>C</p>",
            "<p>A</p><p><del>B</del></p><p>C</p>",
            id="a paragraph goes",
        ),
        pytest.param(
            "<p>A</p><p>C</p>", "<p>A</p><p>B</p><p>C</p>",
            "<p>A</p><p><ins>B</ins></p><p>C</p>",
            id="a paragraph comes",
        ),
        pytest.param(
            table("a|b", "c|d", "e|f"), table("a|b", "e|f"),
            table("a|b", "<del>c</del>|<del>d</del>", "e|f"),
            id="a row goes",
        ),
        pytest.param(
            table("a|b", "e|f"), table("a|b", "x|y", "e|g"),
            table("a|b", "<ins>x</ins>|<ins>y</ins>", "e|<del>f</del><ins>g</ins>"),
            id="a row comes, a cell changes",
        ),
        pytest.param(
            "<ul><li>a</li></ul><p>t</p>", "<p>t</p>",
            "<ul><li><del>a</del></li></ul><p>t</p>",
            id="a list goes",
        ),
        pytest.param(
            "<pre><code>one\n  two</code></pre>", "<pre><code>one\n  2</code></pre>",
            "<pre><code>one\n  <del>two</del><ins>2</ins></code></pre>",
            id="code keeps its lines",
        ),
        pytest.param(
            '<p><img src="a" alt="x"></p>', '<p><img src="b" alt="y"></p>',
            '<p><del><img src="a" alt="x"></del><ins><img src="b" alt="y"></ins></p>',
            id="another picture",
        ),
        pytest.param("", "<p>a</p>", "<p><ins>a</ins></p>", id="all is new"),
        pytest.param("<p>a</p>", "", "<p><del>a</del></p>", id="all is gone"),
    ],
)  # fmt: skip
def test_changes_are_marked_where_they_are(before: str, after: str, shown: str) -> None:
    """By words inside of blocks; whole blocks as blocks."""
    assert difference(before, after) == shown


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<p class="x">a</p>', '<p style="color: red">a</p>'),
        ('<p><a href="https://a.test">a</a></p>', '<p><a href="/d/a.md">a</a></p>'),
        ("<p>a   b\nc</p>\n\n<p>d</p>", "<p>a b c</p><p>d</p>"),
    ],
    ids=["attributes", "addresses", "white space"],
)
def test_what_no_reader_sees_is_no_change(before: str, after: str) -> None:
    """A server may rewrite it as it likes."""
    assert difference(before, after) is None


WORDS = st.lists(st.sampled_from(["one", "two", "three", "**four**", "`five`"]), max_size=6)
BLOCKS = st.builds(
    lambda kind, words: kind.replace("X", " ".join(words) or "x"),
    st.sampled_from(
        [
            "X",
            "## X",
            "- X\n- y",
            "1. X",
            "> X",
            "| a | X |\n| - | - |\n| X | b |",
            "```\nX\n  X\n```",
        ]
    ),
    WORDS,
)
PAGES = st.lists(BLOCKS, max_size=8).map(
    lambda blocks: render("\n\n".join(blocks), path="a.md", title="T").html
)


@given(PAGES, PAGES)
def test_taking_out_one_side_gives_the_other(before: str, after: str) -> None:
    """Every word of both versions is there, in its order, and on its side."""
    shown = difference(before, after)
    if shown is not None:
        assert said(re.sub(r"<del>.*?</del>", "", shown, flags=re.DOTALL)) == said(after)
        assert sorted(said(re.sub(r"<ins>.*?</ins>", "", shown, flags=re.DOTALL))) == sorted(
            said(before)
        )


@given(PAGES, PAGES)
def test_the_result_is_whole(before: str, after: str) -> None:
    """Every tag that opens closes, in order."""
    open_: list[str] = []
    for end, name in re.findall(r"<(/?)(\w+)[^>]*>", difference(before, after) or ""):
        if name in ("br", "hr", "img", "col"):
            continue
        if end:
            assert open_.pop() == name
        else:
            open_.append(name)
    assert not open_


def said(html: str) -> list[str]:
    return entities.unescape(re.sub(r"<[^>]*>", " ", html)).split()
