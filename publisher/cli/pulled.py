"""What a pull brought, in words: what was written, and what is for people to settle.

A line of trouble that begins with ``!`` is work that is left; one with ``~`` is good to know.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from publisher.model import Organization
from publisher.pull.adopt import Adopted
from publisher.pull.edits import Pulled


def edits_text(pulled: Iterable[Pulled], *, diff: bool) -> Iterator[str]:
    """What was written, or with *diff* would be."""
    written = [one for one in pulled if one.changed]
    if diff:
        for one in written:
            yield from _diff(one.path, one.before, one.after)
        return
    if not written:
        yield "Nothing to pull.\n"
        return
    for one in written:
        yield f"  {one.path}: {', '.join(dict.fromkeys(one.brought))}\n"
        if one.others:
            yield f"      it goes to {_some(one.others)} too: the next apply changes it there\n"
    yield f"Wrote {_count(written)}. Now:\n"
    yield "  git diff            to see what came back\n"
    yield "  git commit -a       once it is as you want it\n"
    yield "  publisher plan      which has nothing to write where you changed nothing\n"


def edits_trouble(pulled: Iterable[Pulled]) -> list[str]:
    """What is left of the edits, and what Markdown could not say."""
    lines = []
    for one in pulled:
        if one.conflicts:
            what = f"{one.conflicts} conflict{'s' * (one.conflicts != 1)}"
            lines.append(f"  ! {one.path}: {what}, marked with <<<<<<< in the text")
        lines += [f"  ! {one.path}: {why}" for why in one.left]
        if one.lost:
            lines.append(f"  ~ {one.path}: Markdown cannot say: {', '.join(one.lost)}")
        lines += [f"  ~ {one.path}: {hint}" for hint in one.hints]
    return lines


def adopted_text(adopted: Sequence[Adopted], *, diff: bool) -> Iterator[str]:
    """Which documents were made, or with *diff* would be."""
    if diff:
        for one in adopted:
            yield from _diff(one.path, b"", one.content)
        return
    if not adopted:
        yield "No asset to adopt: each has a document, or another repository's marker.\n"
        return
    for one in adopted:
        files = f", {len(one.files)} attachments" if one.files else ""
        yield f"  {one.path}: asset {one.asset_id}{files}\n"
    yield f"Wrote {_count(adopted)}. Now:\n"
    yield "  git add -A          and look through what came\n"
    yield "  git commit          once it is as you want it\n"
    yield "  publisher plan      which has nothing to write where nothing differs\n"


def adopted_trouble(adopted: Iterable[Adopted]) -> list[str]:
    """What could not be had, and what the documents do not say."""
    lines = []
    for one in adopted:
        lines += [f"  ! {one.path}: {why}" for why in one.left]
        if one.lost:
            lines.append(f"  ~ {one.path}: left to IT Glue: {', '.join(one.lost)}")
    return lines


def _diff(path: str, before: bytes, after: bytes) -> Iterator[str]:
    sides = [side.decode("utf-8", "replace").splitlines(keepends=True) for side in (before, after)]
    yield from difflib.unified_diff(sides[0], sides[1], f"a/{path}", f"b/{path}")


def _count(documents: Sequence[object]) -> str:
    return f"{len(documents)} document{'s' * (len(documents) != 1)}"


def _some(organizations: Sequence[Organization]) -> str:
    names = ", ".join(org.name for org in organizations[:3])
    more = len(organizations) - 3
    return f"{names} and {more} more" if more > 0 else names
