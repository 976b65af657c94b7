"""The sections of one native document: which of them to write, and writing them one by one.

The section with the footer goes first, so that the document carries its marker as soon as it can.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from publisher.apply.desk import Desk, begin
from publisher.apply.patch import Held
from publisher.errors import OutcomeUnknown, PublisherError, Rejected
from publisher.gather.content import MARKER
from publisher.gather.documents import Row, marker_in, names_of, number_of, read_rows
from publisher.gather.fingerprint import Seen, fingerprint
from publisher.gather.sections import NativeContent, says
from publisher.marker import Marker, new_attempt
from publisher.model import Json
from publisher.targets import Intent, Known, Writing


@dataclass(frozen=True, slots=True)
class Draft:
    """What a document's sections are to be, and what it takes to get there."""

    order: tuple[str, ...]
    """Names, as they are to follow each other; the section with the footer last."""
    texts: Mapping[str, Mapping[str, Json]]
    ids: Mapping[str, str]
    """Name -> id of those that are there."""
    changed: frozenset[str]
    """Names of those whose text is to be sent."""
    gone: Mapping[str, str]
    """Name -> id of those that nobody wants any more."""
    sorts: Mapping[str, int]
    """Name, or id of a section of others, -> the position that it is to get."""
    writing: Mapping[str, Writing]

    @property
    def writes(self) -> list[str]:
        """Names of those to create or to change, the one with the footer first."""
        names = [n for n in self.order if n not in self.ids or n in self.changed or n in self.sorts]
        return sorted(names, key=lambda name: name != self.order[-1])


def drafted(
    desk: Desk,
    content: NativeContent,
    known: Known,
    found: Seen,
    rows: Sequence[Row],
    marker: Marker,
    carry: Collection[str],
) -> Draft:
    """Compare what is there with what is wanted.

    Args:
        desk: the run.
        content: the document as Git wants it.
        known: what was last published, and what an earlier run began to write.
        found: the document as the plan saw it.
        rows: its sections as they are, drafts included.
        marker: for the footer.
        carry: sections that somebody edited: left as they are.

    Raises:
        Held: a section holds edits that somebody has not published yet.
    """
    names = names_of(rows, known)
    own = {names[row.id]: row for row in rows if row.id in names}
    for name, row in own.items():
        _check_published(name, row, known, found)
    address = desk.address(content.key)
    texts = content.composed(lambda ref: address(ref)[1], marker)
    moved = {ref for ref in content.refs if address(ref)[0] != known.refs.get(ref, "")}
    kept = {name: dict(own[name].values) for name in carry if name in own and name in texts}
    changed = frozenset(
        name
        for name, row in own.items()
        if name in texts
        and name not in kept
        and _differs(desk, content, known, name, row, texts[name], marker, moved)
    )
    order = tuple(texts)
    gone = {n: id_ for n, id_ in known.sections.items() if n not in texts and n in own}
    ids = {name: row.id for name, row in own.items() if name in texts}
    sent = desk.desired[content.key].sent
    fresh = [n for n in order if n not in ids or n in changed]
    writing = {name: Writing(says(texts[name]), sent[name]) for name in fresh}
    writing |= dict.fromkeys(gone, Writing("", ""))
    return Draft(
        order, texts | kept, ids, changed, gone, dict(_sorts(rows, names, order, ids)), writing
    )


def _check_published(name: str, row: Row, known: Known, found: Seen) -> None:
    there = {known.seen.get(name), found.existing.traits.get(name)}
    begun = known.writing.get(name)
    if fingerprint(dict(row.values)) in there or (begun and begun.says == says(row.values)):
        return
    if name in known.seen or name in found.existing.traits:
        raise Held(f"section {row.id} holds edits that somebody has not published yet")


def _differs(
    desk: Desk,
    content: NativeContent,
    known: Known,
    name: str,
    row: Row,
    text: Mapping[str, Json],
    marker: Marker,
    moved: set[str],
) -> bool:
    """Whether a section is to be sent: Git changed it, somebody else did, or its links moved."""
    sent, holds = desk.desired[content.key].sent, name == content.holder
    there = marker_in([row])
    if there != (marker if holds else None):
        return True
    if holds and sent[MARKER] != known.sent.get(MARKER, sent[MARKER]):
        return True
    begun = known.writing.get(name)
    if begun and begun.sent == sent[name] and says(row.values) == says(text):
        return False  # an earlier run has written it
    edited = fingerprint(dict(row.values)) != known.seen.get(name)
    return sent[name] != known.sent.get(name) or edited or bool(moved & content.refs_in(name))


def _sorts(
    rows: Sequence[Row], names: Mapping[str, str], order: Sequence[str], ids: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """The positions that have to change, as few as the order allows.

    Sections that others put between ours stay behind the one that they followed.
    """
    there = {row.id: row.sort for row in rows}
    theirs: dict[str, list[str]] = {}
    before = ""
    for row in rows:
        name = names.get(row.id)
        if name is None:
            theirs.setdefault(before, []).append(row.id)
        elif name in ids:
            before = name
    line = [*theirs.get("", ())]
    for name in order:
        line += [name, *theirs.get(name, ())]
    last = -1
    for one in line:
        now = there.get(ids.get(one, one), -1)
        last = now if now > last else last + 1
        if last != now:
            yield one, last


async def write(desk: Desk, known: Known, draft: Draft) -> Known:
    """Create, change, delete and sort. What was created or deleted is bound at once.

    Raises:
        OutcomeUnknown: a section may be there now; the next run recognises it by its text.
        ITGlueError: certainly not done.
    """
    _settle(desk, known, draft)
    for name in draft.writes:
        if name in draft.ids:
            await _change(desk, known, draft.ids[name], name, draft)
        else:
            known = await _create(desk, known, name, draft)
    for name, id_ in draft.gone.items():
        known = await _delete(desk, known, name, id_)
    for id_ in sorted(draft.sorts.keys() - {*draft.order}):
        await desk.itglue.sections(number_of(known.asset_id)).update(
            id_, {"sort": draft.sorts[id_]}
        )
    sections = {
        name: id_ for name, id_ in {**draft.ids, **known.sections}.items() if name in draft.order
    }
    return replace(known, sections=sections)


def _settle(desk: Desk, known: Known, draft: Draft) -> None:
    """Settle creates of an earlier run: recognised by now, given up, or waited for.

    Raises:
        OutcomeUnknown: one has not appeared, and may yet do so.
    """
    for (key, name), intent in desk.store.intents().items():
        if key != known.key or intent.kind != "section":
            continue
        if name in draft.ids or desk.now() - intent.at >= desk.settle_seconds:
            desk.store.drop(intent)
        else:
            raise OutcomeUnknown("POST", "a section", "sent by an earlier run")


def _attributes(name: str, draft: Draft) -> dict[str, Json]:
    """A section as it is sent: all of it if it is new, else what changes."""
    text, attributes = draft.texts[name], dict[str, Json]()
    if name not in draft.ids:
        attributes["resource-type"] = f"Document::{text['kind']}"
    if name not in draft.ids or name in draft.changed:
        attributes["content"] = text["content"]
        if text["level"]:
            attributes["level"] = text["level"]
    if name in draft.sorts:
        attributes["sort"] = draft.sorts[name]
    return attributes


async def _create(desk: Desk, known: Known, name: str, draft: Draft) -> Known:
    intent = Intent(known.key, "section", name, new_attempt(), 0, known.document)
    sections = desk.itglue.sections(number_of(known.asset_id))
    try:
        made = await sections.create(
            _attributes(name, draft), before=functools.partial(begin, desk, intent)
        )
        id_ = made.id
    except OutcomeUnknown:
        rows = await read_rows(desk.itglue, number_of(known.asset_id))
        there = {n: row_id for row_id, n in names_of(rows, known).items()}
        if name not in there:
            raise
        id_ = there[name]
    except PublisherError:
        desk.store.drop(intent)
        raise
    return desk.bind(replace(known, sections={**known.sections, name: id_}), intent)


async def _change(desk: Desk, known: Known, id_: str, name: str, draft: Draft) -> None:
    document = number_of(known.asset_id)
    try:
        await desk.itglue.sections(document).update(id_, _attributes(name, draft))
    except OutcomeUnknown:
        rows = {row.id: row for row in await read_rows(desk.itglue, document)}
        row = rows.get(id_)
        sorted_ = row is not None and row.sort == draft.sorts.get(name, row.sort)
        if row is None or says(row.values) != says(draft.texts[name]) or not sorted_:
            raise


async def _delete(desk: Desk, known: Known, name: str, id_: str) -> Known:
    document = number_of(known.asset_id)
    try:
        await desk.itglue.sections(document).delete(id_)
    except (OutcomeUnknown, Rejected):  # done or not; or somebody was quicker
        if any(row.id == id_ for row in await read_rows(desk.itglue, document)):
            raise
    left = [{n: v for n, v in part.items() if n != name} for part in _parts(known)]
    return desk.bind(replace(known, sections=left[0], sent=left[1], seen=left[2]))


def _parts(known: Known) -> tuple[Mapping[str, str], ...]:
    return known.sections, known.sent, known.seen
