"""What changed in a text: lines first, then words inside the lines that changed.

`difflib` compares whole lines, which is quick, and only then the words of the few lines that are
not the same; what both sides have in common around a change is cut down to a few words. Example::

    old: Open Services, and stop the spooler.
    new: Open Services, and restart the spooler.
    ->   …, and [-stop-]{+restart+} the spooler.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

Kind = Literal["same", "old", "new"]

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_WORD = re.compile(r"\w")
_MOST_WORDS = 1500
"""Of one line; comparing takes the product of both, so longer ones are shown whole."""
_ALIKE = 0.4
"""The share of words that two lines have in common for a difference by words to be readable."""
_AHEAD = 8
"""How many new lines an old one is compared with, so that a hunk of thousands takes no minutes."""
AROUND = 40
"""Characters of what is the same that are shown on each side of a change."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line."""

    kind: Kind
    text: str


Line: TypeAlias = tuple[Piece, ...]
"""One line of a difference; a line that is only old or only new is one piece of that kind."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that changed next to each other."""

    heading: str
    """The heading that they stand below; '' for none."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """What one field of an asset says on two sides, as lines of visible text."""

    field: str
    old: tuple[str, ...]
    new: tuple[str, ...]


def difference(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Compare two texts.

    Args:
        old, new: their lines, without line ends.

    Returns:
        What differs, in order; nothing for equal texts.
    """
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    before, after = old[first : len(old) - last], new[first : len(new) - last]
    return [
        Hunk(
            _heading(new, first + new_from),
            tuple(_changed(before[old_from:old_to], after[new_from:new_to])),
        )
        for tag, old_from, old_to, new_from, new_to in SequenceMatcher(
            None, before, after
        ).get_opcodes()
        if tag != "equal"
    ]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are the same at the beginning."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(old), len(new)))


def _heading(lines: Sequence[str], at: int) -> str:
    above = (line.strip("#:. ") for line in reversed(lines[:at]) if line.startswith("#"))
    return next(above, "")


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """The lines of one hunk: each old one beside the next new one that is like it, if any is."""
    at = 0
    for line in old:
        near = range(at, min(at + _AHEAD, len(new)))
        pairs = ((n, words) for n in near if (words := _words(line, new[n])))
        match = next(pairs, None)
        if match is None:
            yield (Piece("old", line),)
            continue
        yield from ((Piece("new", other),) for other in new[at : match[0]])
        yield cropped(match[1])
        at = match[0] + 1
    yield from ((Piece("new", other),) for other in new[at:])


def _words(old: str, new: str) -> Line | None:
    """Two lines as one, by words; None if they have little in common."""
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(a), len(b)) > _MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return None
    return tuple(_readable(_pieces(matcher, a, b)))


def _pieces(matcher: SequenceMatcher[str], a: list[str], b: list[str]) -> Iterator[Piece]:
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(a[a_from:a_to]))
            continue
        if a_to > a_from:
            yield Piece("old", "".join(a[a_from:a_to]))
        if b_to > b_from:
            yield Piece("new", "".join(b[b_from:b_to]))


def _readable(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Let changes swallow what holds no word between them: ``[-a b-]{+c d+}``, not four pieces."""
    old = new = held = ""
    for piece in pieces:
        if piece.kind == "same":
            if (old or new) and not _WORD.search(piece.text):
                held += piece.text
                continue
            yield from _change(old, new)
            yield Piece("same", held + piece.text)
            old = new = held = ""
        else:
            old += held + piece.text * (piece.kind == "old")
            new += held + piece.text * (piece.kind == "new")
            held = ""
    yield from _change(old, new)
    if held:
        yield Piece("same", held)


def _change(old: str, new: str) -> Iterator[Piece]:
    if old.strip() or (old and not new):
        yield Piece("old", old)
    if new.strip() or (new and not old):
        yield Piece("new", new)


def cropped(line: Line) -> Line:
    """The line with what is the same cut down to `AROUND` characters beside each change."""
    pieces = []
    for at, piece in enumerate(line):
        before = AROUND if at else 0
        after = AROUND if at < len(line) - 1 else 0
        if piece.kind == "same" and len(piece.text) > before + after + 1:
            text = piece.text[:before] + "…" + piece.text[len(piece.text) - after :]
            piece = Piece("same", text)
        pieces.append(piece)
    return tuple(pieces)


def marked(line: Line) -> str:
    """The line as `git diff --word-diff` has it: ``[-old-]{+new+}``."""
    forms = {"same": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(forms[piece.kind].format(piece.text) for piece in line)


def side(line: Line, kind: Literal["old", "new"]) -> str | None:
    """The line as one side has it; None if it has none."""
    if line and all(piece.kind not in ("same", kind) for piece in line):
        return None
    return "".join(piece.text for piece in line if piece.kind in ("same", kind))
