"""What a version changed, in words put in and taken out."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from publisher.simulator.errors import Json

CONTEXT = 6
"""So many words around a change are shown."""
MOST_WORDS = 3000
"""Of longer texts, only the beginning is compared: the page is not to hang."""
_BLOCK = re.compile(
    r"</?(?:p|div|li|tr|h[1-6]|br|table|ul|ol|pre|blockquote)\b[^>]*>", re.IGNORECASE
)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words."""

    kind: Literal["same", "added", "removed", "left out"]
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one field."""

    name: str
    pieces: tuple[Piece, ...]


def changes(
    old: Mapping[str, Json], new: Mapping[str, Json], names: Mapping[str, str]
) -> list[FieldChange]:
    """The fields that differ, in the order of *names* (key -> what it is called)."""
    found = []
    for key, name in names.items():
        before, after = as_text(old.get(key)), as_text(new.get(key))
        if before != after:
            found.append(FieldChange(name, tuple(compare(before, after))))
        elif old.get(key) != new.get(key):
            found.append(FieldChange(name, (Piece("left out", "the same words, laid out anew"),)))
    return found


def compare(old: str, new: str) -> Iterator[Piece]:
    """Words that stayed (only those near a change), came and went."""
    before, after = old.split()[:MOST_WORDS], new.split()[:MOST_WORDS]
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for at, (kind, a, b, c, d) in enumerate(steps):
        if kind == "equal":
            yield from _near(before[a:b], first=at == 0, last=at == len(steps) - 1)
            continue
        if b > a:
            yield Piece("removed", " ".join(before[a:b]))
        if d > c:
            yield Piece("added", " ".join(after[c:d]))


def as_text(value: Json) -> str:
    """A field's value as plain text; HTML loses its tags, a list is its items."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(as_text(one) for one in value)
    if isinstance(value, Mapping):
        return as_text(value.get("values") or value.get("name") or value.get("file-name"))
    return html.unescape(_TAG.sub("", _BLOCK.sub("\n", str(value)))).strip()


def _near(words: Sequence[str], *, first: bool, last: bool) -> Iterator[Piece]:
    """Words that stayed: those next to a change, and an ellipsis for the rest."""
    head = [] if first else words[:CONTEXT]
    tail = [] if last else words[max(len(head), len(words) - CONTEXT) :]
    left_out = len(words) > len(head) + len(tail)
    if head:
        yield Piece("same", " ".join(head))
    if left_out:
        yield Piece("left out", "…")
    if tail:
        yield Piece("same", " ".join(tail))
