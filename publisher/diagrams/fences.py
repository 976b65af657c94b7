"""Fenced ``mermaid`` and ``dot`` in a body -> references to their pictures, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from publisher.diagrams.draw import Undrawable
from publisher.diagrams.words import describe
from publisher.render.rules.fences import OPENING, PREFIX, closes, fence_diagrams

KINDS = {"mermaid": "mermaid", "dot": "dot", "graphviz": "dot"}
"""The first word after a fence -> what draws it."""

_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_AT_ONCE = 2
"""Processes; each draws for about a second."""


@dataclass(frozen=True, slots=True)
class Fence:
    """One diagram in a body."""

    first: int
    """Index of the opening line."""
    last: int
    """Index of the closing line."""
    prefix: str
    """What stands before the fence: quote marks, a list marker, blanks."""
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A body with its diagrams drawn, as far as they can be."""

    body: str
    """As many lines as before; a picture stands where the diagram stood."""
    kinds: tuple[str, ...] = ()
    """Of all diagrams, drawn or not."""
    problems: tuple[tuple[int, Undrawable], ...] = ()
    """0-based line and reason of what stays code."""


def draw_fences(body: str, draw: Callable[[str, str], str]) -> Drawn:
    """Draw the diagrams of *body*; what cannot be drawn stays code.

    Args:
        body: Markdown.
        draw: kind, source -> the picture's path from the docs root; raises Undrawable.
    """
    if not any(f"{mark}{word}" in body.replace(" ", "") for mark in "`~:" for word in KINDS):
        return Drawn(body)
    lines = fence_diagrams(body.split("\n"))
    fences = list(find(lines))
    problems: list[tuple[int, Undrawable]] = []
    for fence, outcome in zip(fences, _draw_all(fences, draw), strict=True):
        if isinstance(outcome, Undrawable):
            problems.append((fence.first + (outcome.line or 0), outcome))
        else:
            lines[fence.first : fence.last + 1] = _picture(fence, outcome)
    kinds = tuple(sorted({fence.kind for fence in fences}))
    return Drawn("\n".join(lines), kinds, tuple(problems))


def _draw_all(
    fences: Sequence[Fence], draw: Callable[[str, str], str]
) -> Iterator[str | Undrawable]:
    def one(fence: Fence) -> str | Undrawable:
        try:
            return draw(fence.kind, fence.source)
        except Undrawable as reason:
            return reason

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(one, fences)


def find(lines: Sequence[str]) -> Iterator[Fence]:
    """The diagrams among fenced blocks; one whose fence never ends, or is empty, is none."""
    at = 0
    while at < len(lines):
        prefix = PREFIX.match(lines[at])
        start = prefix.end() if prefix else 0
        opening = OPENING.match(lines[at], start)
        if opening is None:
            at += 1
            continue
        quotes = lines[at][:start].count(">")
        inner = [_unquoted(line, quotes) for line in lines[at + 1 :]]
        fence = opening["fence"]
        length = next((n for n, line in enumerate(inner) if closes(line.strip(), fence)), None)
        if length is None:
            return
        kind = KINDS.get((opening["info"].strip().split() or [""])[0].strip("{}.").casefold())
        source = _dedented(inner[:length])
        if kind and source.strip():
            yield Fence(at, at + 1 + length, lines[at][:start], kind, source)
        at += length + 2


def _unquoted(line: str, quotes: int) -> str:
    for _ in range(quotes):
        line = _QUOTE.sub("", line, count=1) if _QUOTE.match(line) else line
    return line


def _dedented(lines: Sequence[str]) -> str:
    margin = min((len(x) - len(x.lstrip(" ")) for x in lines if x.strip()), default=0)
    return "".join(f"{line[margin:].rstrip()}\n" for line in lines)


def _picture(fence: Fence, path: str) -> list[str]:
    """The lines that stand for a diagram: the picture as a block of its own."""
    image = f"![{describe(fence.source)}](/{path})"
    length = fence.last - fence.first + 1
    quoted = fence.prefix.rstrip() if set(fence.prefix) <= set("> \t") else ""
    if fence.prefix.strip(" \t>"):  # it begins a list item, whose marker must stay
        return [fence.prefix + image, *[""] * (length - 1)]
    return [quoted, fence.prefix + image, *[quoted] * (length - 2)]
