"""Related items: linked where they lack, unlinked where they are ours and no longer named.

IT Glue refuses a second link between the same two records, and tells of links only along with a
record: so what is there is looked at before the first link is made, and after an answer that was
lost. Our marker in a link's notes tells that it is ours, for a run that was killed in between too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from publisher.apply.desk import Desk
from publisher.errors import OutcomeUnknown, Rejected
from publisher.gather.related import There, note, place_of, read_links, recognise_items
from publisher.itglue.links import link
from publisher.targets import Known, KnownItem


def unrelated(desk: Desk, known: Known) -> bool:
    """Whether the links of a target are not what they should be."""
    wanted = _wanted(desk, known.key)
    return wanted != {ref: item.to for ref, item in known.related.items()}


async def relate(desk: Desk, key: str, *, again: Collection[str] = ()) -> Known:
    """Link a target to what it lacks, and remove links of ours that nobody wants any more.

    Args:
        desk: the run.
        key: the target, which has an asset.
        again: what somebody unlinked and is wanted back.

    Raises:
        OutcomeUnknown: no answer came, and the link is not there; the next run looks again.
        ITGlueError: certainly not done.
    """
    known = desk.known[key]
    there = [] if known.asset_id in desk.created else await _links(desk, known)
    for ref, to in _wanted(desk, key).items():
        item = known.related.get(ref)
        if to and item and item.to == to and ref not in again:
            continue  # it is there, or somebody removed it, which is theirs to say
        found = recognise_items({ref: to}, there, desk.repository, key).get(ref)
        if to and found is None:
            found = await _link(desk, known, ref, to)
            there.append(There(to, found.id, note(desk.repository, key)))
        former = [item.id] if item and item.id and item.to != to else []
        await _unlink(desk, known, former)
        known = desk.bind(replace(known, related={**known.related, ref: found or KnownItem("")}))
    return await _drop(desk, known)


def _wanted(desk: Desk, key: str) -> dict[str, str]:
    """Reference -> ``COLLECTION/ID``; '' for a document that is not in IT Glue (yet)."""
    return {ref: _place(desk, ref) for ref in desk.desired[key].related}


def _place(desk: Desk, ref: str) -> str:
    if not ref.startswith("doc:"):
        return ref
    other = desk.known.get(ref[4:])
    if other is None or other.asset_id not in desk.remote.existing:
        return ""
    return "/".join(place_of(other.asset_id))


async def _links(desk: Desk, known: Known) -> list[There]:
    """What the target is linked to right now."""
    there = await read_links(desk.itglue, known)
    if known.asset_id in desk.remote.existing:
        desk.related(known.asset_id, [one.to for one in there])
    return there


async def _link(desk: Desk, known: Known, ref: str, to: str) -> KnownItem:
    collection, _, id_ = to.partition("/")
    source = place_of(known.asset_id)
    said = note(desk.repository, known.key)
    try:
        made = await link(desk.itglue, source, (collection, id_), notes=said)
        if made is not None:
            return KnownItem(to, made.id)
    except OutcomeUnknown:
        found = await _found(desk, known, ref, to)
        if found is None:
            raise
        return found
    # They are linked already: perhaps from the other side, or by a run that was cut short.
    return await _found(desk, known, ref, to) or KnownItem(to)


async def _found(desk: Desk, known: Known, ref: str, to: str) -> KnownItem | None:
    there = await _links(desk, known)
    return recognise_items({ref: to}, there, desk.repository, known.key).get(ref)


async def _drop(desk: Desk, known: Known) -> Known:
    """Unlink what is ours and no longer named."""
    wanted = desk.desired[known.key].related
    gone = [item for ref, item in known.related.items() if ref not in wanted]
    if not gone:
        return known
    ours = [item for item in gone if item.id and not _handed_over(desk, known, item)]
    await _unlink(desk, known, [item.id for item in ours])
    kept = {ref: item for ref, item in known.related.items() if ref in wanted}
    return desk.bind(replace(known, related=kept))


def _handed_over(desk: Desk, known: Known, item: KnownItem) -> bool:
    """Whether the target at the other end names this one too: the one link is its own now."""
    here = "/".join(place_of(known.asset_id))
    for other in list(desk.known.values()):
        place = "/".join(place_of(other.asset_id))
        wanted = desk.desired[other.key].related if other.key in desk.desired else ()
        for ref, theirs in other.related.items():
            if place == item.to and theirs.to == here and ref in wanted:
                linked = {**other.related, ref: KnownItem(here, item.id)}
                desk.bind(replace(other, related=linked))
                return True
    return False


async def _unlink(desk: Desk, known: Known, ids: Sequence[str]) -> None:
    """Remove links, as far as they are there."""
    items = desk.itglue.related_items(*place_of(known.asset_id))
    there = {one.id for one in await _links(desk, known)} if ids else set()
    for id_ in (one for one in ids if one in there):
        try:
            await items.delete(id_)
        except (OutcomeUnknown, Rejected):  # done or not; or somebody else was quicker
            if id_ in {one.id for one in await _links(desk, known)}:
                raise
