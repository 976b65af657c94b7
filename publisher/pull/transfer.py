"""A difference between two texts of the converter, applied to the author's own spelling of them.

The author writes ``* item`` where the converter writes ``- item``, pads tables, escapes less. So
lines are matched by their words; of a line that changed, only what changed is taken over. The
result is a proposal: whoever calls this renders it to see whether it says what it should.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_SIGNS = re.compile(r"[\s*_`|\\:<>~+-]+")
_PREFIX = re.compile(r"\s*(?:>\s*)*(?:(?:[-*+]|\d+[.)])\s+)?(?:\[[ xX]\]\s+)?")


def transfer(source: str, was: str, now: str) -> str | None:
    """*source* with what differs between *was* and *now*; None where they do not fit together."""
    lines, before, after = (_lines(text) for text in (source, was, now))
    mine = _counterparts(before, lines)
    if mine is None:
        return None
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    out: list[str] = []
    for verb, i1, i2, j1, j2 in matcher.get_opcodes():
        ours = lines[mine[i1] : mine[i2]]
        if verb == "equal":
            out += ours
        elif i2 - i1 == j2 - j1 == len(ours):
            sides = zip(ours, before[i1:i2], after[j1:j2], strict=True)
            out += [_changed(*side) for side in sides]
        else:
            out += _marked_alike(after[j1:j2], [*ours, *out[-1:]])
    return "\n".join(out).strip("\n")


def _lines(text: str) -> list[str]:
    """Lines that say something, each with the blank lines before it."""
    found: list[str] = []
    blank = ""
    for line in text.strip("\n").split("\n"):
        if line.strip():
            found.append(blank + line)
            blank = ""
        else:
            blank += "\n"
    return found


def _counterparts(before: Sequence[str], lines: Sequence[str]) -> list[int] | None:
    """Where each line of *before* begins in *lines*, and the end; None if they are too unlike."""
    ours, theirs = [_key(line) for line in lines], [_key(line) for line in before]
    mine = [-1] * len(before) + [len(lines)]
    matcher = SequenceMatcher(None, theirs, ours, autojunk=False)
    for verb, i1, i2, j1, j2 in matcher.get_opcodes():
        if verb != "equal" and i2 - i1 != j2 - j1:
            return None
        mine[i1:i2] = range(j1, j2)
    return mine


def _key(line: str) -> str:
    return _SIGNS.sub("", _PREFIX.sub("", line.strip("\n"), count=1)).casefold()


def _changed(ours: str, before: str, after: str) -> str:
    """One line in the author's spelling, with what changed between *before* and *after*."""
    if ours.lstrip().startswith("|") and after.lstrip().startswith("|"):
        cells = [_cells(line) for line in (ours, before, after)]
        if len({len(row) for row in cells}) == 1:
            return "|".join(_cell(*cell) for cell in zip(*cells, strict=True))
    sign, said = _parted(ours)
    old_sign, old = _parted(before)
    new_sign, new = _parted(after)
    return (sign if new_sign == old_sign else new_sign) + _words(said, old, new)


def _words(ours: str, before: str, after: str) -> str:
    """A line's words as the author spells them, where they are the same."""
    mine, old, new = (text.split(" ") for text in (ours, before, after))
    if len(mine) != len(old):
        return after
    said: list[str] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for verb, i1, i2, j1, j2 in matcher.get_opcodes():
        said += mine[i1:i2] if verb == "equal" else new[j1:j2]
    return " ".join(said)


def _cells(row: str) -> list[str]:
    return re.split(r"(?<!\\)\|", row)


def _cell(ours: str, before: str, after: str) -> str:
    return ours if before.strip() == after.strip() else f" {after.strip()} ".ljust(len(ours))


def _parted(line: str) -> tuple[str, str]:
    prefix = _PREFIX.match(line)
    end = prefix.end() if prefix else 0
    return line[:end], line[end:]


def _marked_alike(lines: Sequence[str], beside: Sequence[str]) -> Iterator[str]:
    """New lines with the list sign that the lines *beside* them have."""
    signs = [found[1] for line in beside if (found := re.match(r"\s*([*+])\s", line))]
    for line in lines:
        yield re.sub(r"^(\s*)-(?=\s)", rf"\1{signs[0]}", line) if signs else line
