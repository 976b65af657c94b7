"""The asset's text as Markdown: the author's own source wherever the asset says what it said.

The blocks that were sent are laid beside the blocks that are there. What lies between two equal
ones was changed: the difference between both as the converter writes them is applied to the
author's lines; where that does not come out right, the blocks are converted anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from publisher.pull.blocks import Unit
from publisher.pull.convert import Link, Paint, plain, together
from publisher.pull.transfer import transfer
from publisher.render.formatted import formatted

_OPENING = re.compile(r"\s*(```+[^\n`]+|~~~+[^\n]+)\n")


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of units, and the asset's blocks in their place."""

    units: tuple[Unit, ...]
    start: int
    stop: int
    """The asset's blocks `start` to `stop`, this one not included."""
    changed: bool = True


def splice(
    parts: Sequence[Unit], sent: Sequence[str], there: Sequence[str], link: Link, paint: Paint
) -> str:
    """The source that renders to the blocks that are *there*.

    Args:
        parts: the source in units.
        sent: the blocks that the units make, with addresses.
        there: the blocks of the asset.
        link, paint: see `convert`.

    Raises:
        BadConfig: html-to-markdown is not installed.
    """
    text = ""
    last = "", ""
    for edit in edits(parts, sent, there):
        source = "".join(unit.source for unit in edit.units)
        new = source.strip("\n")
        if edit.changed:
            kept = "".join(unit.source for unit in edit.units if unit.silent)
            source = "".join(unit.source for unit in edit.units if not unit.silent)
            before = [block for unit in edit.units for block in sent[unit.start : unit.stop]]
            after = there[edit.start : edit.stop]
            new = _rewritten(source, before, after, Tools(link, paint), last)
            source = _parted(new, source) + kept
            text = _opened(text) if new else text
        text += source
        if new and edit.start != edit.stop:
            last = new, there[edit.stop - 1]
    whole = "".join(unit.source for unit in parts)
    return text.rstrip("\n") + whole[len(whole.rstrip("\n")) :]


def edits(parts: Sequence[Unit], sent: Sequence[str], there: Sequence[str]) -> Iterator[Edit]:
    """Walk the units in order: kept ones one by one, changed ones together."""
    now = _counterparts(sent, there)
    at = 0
    changed: list[Unit] = []
    for unit in parts:
        mine = [now.get(block, -1) for block in range(unit.start, unit.stop)]
        if unit.silent:
            if changed:
                changed.append(unit)
            else:
                yield Edit((unit,), at, at, changed=False)
            continue
        if mine[0] < at or mine != list(range(mine[0], mine[0] + len(mine))):
            changed.append(unit)
            continue
        if changed or mine[0] > at:
            yield Edit(tuple(changed), at, mine[0])
        yield Edit((unit,), mine[0], mine[-1] + 1, changed=False)
        at, changed = mine[-1] + 1, []
    if changed or at < len(there):
        yield Edit(tuple(changed), at, len(there))


def _counterparts(sent: Sequence[str], there: Sequence[str]) -> dict[int, int]:
    before, after = [formatted(block) for block in sent], [formatted(block) for block in there]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return {
        found.a + offset: found.b + offset
        for found in matcher.get_matching_blocks()
        for offset in range(found.size)
    }


@dataclass(frozen=True, slots=True)
class Tools:
    """What a conversion takes."""

    link: Link
    paint: Paint


def _rewritten(
    source: str, before: Sequence[str], after: Sequence[str], tools: Tools, last: tuple[str, str]
) -> str:
    """What becomes of *source*, whose blocks were *before* and are now *after*."""
    if not after:
        return ""
    link, paint = tools.link, tools.paint
    wanted = formatted("".join(after))
    was, now = (_joined(plain(block, link) for block in side) for side in (before, after))
    proposal = transfer(source, was, now) if source.strip() and was else None
    if proposal is not None and formatted(paint(proposal)) == wanted:
        return proposal
    new = together(after, link, paint, last)
    fence = _OPENING.match(source)
    return f"{fence[1]}\n{new[4:]}" if fence and len(after) == 1 and new[:4] == "```\n" else new


def _joined(texts: Iterator[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _parted(new: str, source: str) -> str:
    """*new* with the blank lines that stood after the *source* that it replaces."""
    if not new:
        return ""
    ending = source[len(source.rstrip("\n")) :] if source.strip("\n") else "\n\n"
    return new + ending


def _opened(text: str) -> str:
    """*text* with a blank line at its end, so that a block can follow."""
    return text if not text.strip() or text.endswith("\n\n") else text.rstrip("\n") + "\n\n"
