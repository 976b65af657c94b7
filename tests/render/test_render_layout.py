"""Lists, fences and quotes mean what they mean on GitHub, however they are indented.

markdown-it-py (which rich depends on) is the judge: it implements CommonMark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from publisher.render import render, text

SHAPE = frozenset({"ul", "ol", "li", "pre", "blockquote", "table", "tr", "th", "td"})


class Shape(HTMLParser):
    """Collects words and the tags that nest them; paragraphs and line breaks do not count."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.pre = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in SHAPE:
            self.words.append(f"<{tag}>")
        self.pre |= tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in SHAPE:
            self.words.append("</>")
        self.pre &= tag != "pre"

    def handle_data(self, data: str) -> None:
        if self.pre:
            self.words[-1] += data.replace("\n", "|")
        else:
            self.words.extend(data.split())


def shape(markdown: str) -> list[str]:
    """What `render` makes of it."""
    return Shape(render(markdown, path="a.md", title="T").html).words


def commonmark(markdown: str) -> list[str]:
    """What CommonMark makes of it."""
    return Shape(MarkdownIt("commonmark").enable("table").render(markdown)).words


@dataclass(frozen=True)
class Item:
    """A list item: its first line, and what is nested below it."""

    words: str
    more: str = ""
    block: Sequence[str] = ()
    nested: Listing | None = None
    apart: bool = False


@dataclass(frozen=True)
class Listing:
    """A list of items."""

    ordered: bool
    loose: bool
    items: Sequence[Item] = field(default_factory=tuple)

    def write(self, step: int | None, indent: int = 0) -> list[str]:
        """As Markdown: *step* columns for each level, or as many as CommonMark wants."""
        lines = []
        for number, item in enumerate(self.items, 1):
            mark = f"{number}." if self.ordered else "-"
            inner = indent + (step or len(mark) + 1)
            pad = " " * inner
            lines.append(f"{' ' * indent}{mark} {item.words}")
            lines += [pad + item.more] if item.more else []
            lines += [""] if item.apart else []
            lines += [pad + line if line else "" for line in item.block]
            lines += item.nested.write(step, inner) if item.nested else []
            lines += [""] if self.loose else []
        return lines


BLOCKS = (
    (),
    ("```", "ls", "  x", "", "- no list", "```"),
    ("", "para", "graph"),
    ("", "> quote", "> more"),
    ("", "| a | b |", "|---|---|", "| 1 | 2 |", ""),
)
WORDS = st.sampled_from(["foo", "bar baz", "see `x`", "**b** c."])
MORE = st.sampled_from(["", "", "and more"])


def listings(depth: int) -> st.SearchStrategy[Listing]:
    """Lists at most *depth* deep."""
    nested = st.none() | listings(depth - 1) if depth else st.none()
    item = st.builds(Item, WORDS, MORE, st.sampled_from(BLOCKS), nested, st.booleans())
    return st.builds(Listing, st.booleans(), st.booleans(), st.lists(item, min_size=1, max_size=3))


@given(listings(2), st.sampled_from([2, 3, 4]), st.sampled_from([["Para"], ["Para", ""], []]))
def test_lists_nest_as_meant(listing: Listing, step: int, before: list[str]) -> None:
    """Two, three or four columns a level all mean what CommonMark's own spelling means."""
    meant = commonmark("\n".join([*before, *listing.write(None), "", "Tail"]))
    assert shape("\n".join([*before, *listing.write(step), "", "Tail"])) == meant
    assert shape("\n".join([*before, *listing.write(None), "", "Tail"])) == meant


LINES = st.sampled_from(
    [
        *("w", "  w", "    w", "- w", "  - w", "    - w", "1. w", "   1) w", "* * w", "-", "\tw"),
        *("> w", "> - w", ">> w", ">", "```", "~~~", "    ```", "- ```", "# w", "---", "***", ""),
        *("!!! note", "[^1]: w", ": w", "| w | w |", "|---|---|", "> [!NOTE]", "w\\"),
        *("<div>", "</div>", "<details>", "<pre>", "</pre>"),
    ]
)


@given(st.lists(LINES, max_size=25))
def test_no_word_is_lost(lines: list[str]) -> None:
    """However blocks are thrown together, each word shows."""
    numbered = [
        line.replace("w", f"w{number}x").replace("^1", f"^{number}")
        for number, line in enumerate(lines)
    ]
    words = [word for line in numbered for word in re.findall(r"w\d+x", line)]
    shown = text(render("\n".join(numbered), path="a.md", title="T").html)
    assert [word for word in words if word not in shown] == []
