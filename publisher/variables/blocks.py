"""Blocks of a document that an override may replace.

In the document, and the same in the override::

    <!-- publisher: block contacts -->
    Call the service desk.
    <!-- publisher: end -->
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.render.rules.fences import fenced
from publisher.variables.errors import BadTemplate

_BLOCK = re.compile(r"\s*<!--\s*publisher:\s*block\s+(?P<name>[\w.-]+)\s*-->\s*")
_END = re.compile(r"\s*<!--\s*publisher:\s*end\s*-->\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and where it comes from."""

    text: str
    path: str
    number: int


def lines_of(body: str, path: str, first: int) -> list[Line]:
    """The lines of the file at *path* from line *first* on."""
    return [Line(text, path, first + number) for number, text in enumerate(body.split("\n"))]


def overridden(base: Sequence[Line], override: Sequence[Line]) -> list[Line]:
    """*base* with the blocks of *override* in place of its own; without any, *override* itself.

    Raises:
        BadTemplate: a block has no end or no counterpart, or text stands outside of blocks.
    """
    mine, theirs = _blocks(base), _blocks(override)
    if not theirs:
        return list(override) if any(line.text.strip() for line in override) else list(base)
    _check_outside(override, theirs)
    merged: list[Line] = []
    at = 0
    for name, (start, end) in mine.items():
        merged += base[at:start]
        inside = theirs.pop(name, None)
        merged += override[inside[0] : inside[1]] if inside else base[start:end]
        at = end
    for name, (start, _) in theirs.items():
        near = difflib.get_close_matches(name, mine, 1)
        fix = f"Did you mean {near[0]}?" if near else f"Its blocks: {', '.join(mine) or 'none'}."
        raise _wrong(f"{base[0].path} has no block {name!r}", override[start], fix)
    return merged + list(base[at:])


def _blocks(lines: Sequence[Line]) -> dict[str, tuple[int, int]]:
    """Name -> indices of the first line and the one after the last, its marks included."""
    code = fenced([line.text for line in lines])
    found: dict[str, tuple[int, int]] = {}
    name, start = "", 0
    for at, line in enumerate(lines):
        if code[at]:
            continue
        if begin := _BLOCK.fullmatch(line.text):
            if name or begin["name"] in found:
                raise _wrong(f"the block {begin['name']!r} is inside another, or comes twice", line)
            name, start = begin["name"], at
        elif name and _END.fullmatch(line.text):
            found[name] = (start, at + 1)
            name = ""
    if name:
        fix = "End it with <!-- publisher: end -->."
        raise _wrong(f"the block {name!r} has no end", lines[start], fix)
    return found


def _check_outside(lines: Sequence[Line], blocks: dict[str, tuple[int, int]]) -> None:
    inside = {at for start, end in blocks.values() for at in range(start, end)}
    for at, line in enumerate(lines):
        if at not in inside and line.text.strip():
            fix = "Move it into a block, or leave out the blocks to replace the whole document."
            raise _wrong("this text stands outside of the blocks, so it has no place", line, fix)


def _wrong(problem: str, line: Line, fix: str = "") -> BadTemplate:
    return BadTemplate("bad-override", problem, fix, line=line.number, path=line.path)
