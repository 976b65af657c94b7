"""HTML and Markdown in blocks, and which block of a page comes from which piece of its source.

Python-Markdown does not say where in the source a block of HTML comes from. So the source is cut
at blank lines, each piece is rendered by itself, and what comes out is found again, in order, in
the page. Pieces that make no block of their own (the items of a list with blank lines between
them) become one unit with the blocks that are left over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from publisher.render.allowed import HEADINGS, VOID, words
from publisher.render.rules.fences import fenced

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\")*)>")
_BLOCKS = HEADINGS | words("blockquote dd details div dl dt figure hr li ol p pre table ul")
_TOKEN = re.compile(r"publisher-ref:\d+")
_ID = re.compile(r' id="[^"]*"| href="#fn[^"]*"')
_TOC = '<div class="toc"'
_FOOTNOTES = '<div class="footnote"'
_DEFINITION = re.compile(r" {0,3}(?:\[\^?[^\]]+\]|\*\[[^\]]+\]):")
_HEADING = re.compile(r"(?m)^ {0,3}(?:#{1,6}(?:\s|$)|\S.*\n(?:=+|-+)\s*$)")


def blocks(html: str) -> list[str]:
    """The top-level blocks of well-formed *html*; text outside of any becomes a paragraph.

    A ``div`` without attributes around everything parts nothing, so its inside counts.
    """
    found = list(_parts(html))
    if len(found) == 1 and found[0].startswith("<div>"):
        return blocks(found[0][len("<div>") : -len("</div>")])
    return found


def _parts(html: str) -> Iterator[str]:
    depth = start = 0
    loose = True  # between blocks
    for tag in _TAG.finditer(html):
        name = tag["name"].lower()
        if depth == 0 and not tag["end"] and name in _BLOCKS:
            yield from _loose(html[start : tag.start()])
            start, loose = tag.start(), False
        if name in VOID:
            if name == "hr" and depth == 0:
                yield tag[0]
                start, loose = tag.end(), True
        elif not loose:
            depth += -1 if tag["end"] else 1
            if depth == 0:
                yield html[start : tag.end()]
                start, loose = tag.end(), True
    yield from _loose(html[start:])


def _loose(html: str) -> Iterator[str]:
    if html.strip():
        yield f"<p>{html.strip()}</p>"


def pieces(source: str) -> list[str]:
    """The source cut before each line that follows a blank one and is neither code nor indented."""
    lines = source.split("\n")
    code = fenced(lines)
    cut = [0]
    for at in range(1, len(lines)):
        begins = lines[at].strip() and not lines[at][0].isspace() and not lines[at - 1].strip()
        if begins and not (code[at] and code[at - 1]):
            cut.append(at)
    ends = [*cut[1:], len(lines)]
    texts = ["\n".join(lines[start:end]) for start, end in zip(cut, ends, strict=True)]
    return [text + "\n" for text in texts[:-1]] + texts[-1:]


def definitions(source: str) -> str:
    """The lines of *source* that other pieces need: targets of links, footnotes, abbreviations."""
    found = [piece for piece in pieces(source) if _DEFINITION.match(piece)]
    return "\n\n".join(piece.strip("\n") for piece in found)


def has_heading(piece: str) -> bool:
    return _HEADING.search(piece) is not None


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the source, and the blocks of the page that it makes."""

    source: str
    start: int
    stop: int
    """The page's blocks `start` to `stop`, this one not included."""

    @property
    def silent(self) -> bool:
        """Whether it makes no block: a comment, a definition."""
        return self.start == self.stop


def units(source: str, page: Sequence[str], render: Callable[[str, bool], str]) -> tuple[Unit, ...]:
    """Part *source* into units that together make the blocks of *page*.

    *render* renders a piece; its second argument says whether the document's title may be in it.
    """
    parts = pieces(source)
    made: list[list[str]] = []
    titled = False
    for part in parts:
        made.append([_plain(block) for block in written(render(part, not titled))])
        titled = titled or has_heading(part)
    return tuple(_group(parts, made, [_plain(block) for block in page]))


def written(html: str) -> list[str]:
    """The blocks of a page without those that are made of others: contents, footnotes."""
    return [block for block in blocks(html) if not block.startswith((_TOC, _FOOTNOTES))]


def without_contents(html: str) -> str:
    """*html* without its table of contents, which follows the headings by itself."""
    return "".join(block for block in blocks(html) if not block.startswith(_TOC))


def _group(parts: list[str], made: list[list[str]], page: list[str]) -> Iterator[Unit]:
    where = _matches([block for group in made for block in group], page)
    at = number = 0
    waiting = ""
    for part, group in zip(parts, made, strict=True):
        found = [where.get(number + offset, -1) for offset in range(len(group))]
        number += len(group)
        if not group and not waiting:
            yield Unit(part, at, at)
        elif group and found[0] >= at and found == list(range(found[0], found[0] + len(group))):
            if waiting:
                yield Unit(waiting, at, found[0])
                at, waiting = found[0], ""
            yield Unit(part, at, found[-1] + 1)
            at = found[-1] + 1
        else:
            waiting += part
    if waiting or at < len(page):
        yield Unit(waiting, at, len(page))


def _matches(made: list[str], page: list[str]) -> dict[int, int]:
    """Number of a block among those made -> its number in the page."""
    matcher = SequenceMatcher(None, made, page, autojunk=False)
    return {
        found.a + offset: found.b + offset
        for found in matcher.get_matching_blocks()
        for offset in range(found.size)
    }


def _plain(block: str) -> str:
    """A block without what is numbered through the page: references, anchors."""
    return _ID.sub("", _TOKEN.sub("publisher-ref", block))
