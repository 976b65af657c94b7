"""One PATCH, and what became of it: an answer that is lost is settled by looking."""

from __future__ import annotations

from publisher.apply.desk import Desk
from publisher.apply.writes import Waited
from publisher.errors import OutcomeUnknown, PublisherError
from publisher.gather.fingerprint import AssetRecord, Seen, by_id, seen
from publisher.gather.recover import says
from publisher.model import Json


class Held(PublisherError):
    """This target cannot be written now: *reason*. The others go on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def patch(desk: Desk, found: Seen, attributes: dict[str, Json]) -> Seen:
    """Send one PATCH. What was certainly not done, although no answer came, is sent once more.

    Args:
        desk: the run.
        found: the asset as it is.
        attributes: ``traits`` (all of them, as IT Glue wants it) and perhaps ``archived``.

    Raises:
        Held: the answer was lost, and somebody else changed the asset meanwhile.
        OutcomeUnknown: no answer came twice; the next run looks what the asset says.
        ITGlueError: certainly not done.
    """
    asset_id, type_id = found.existing.asset_id, found.existing.type_id
    for last in (False, True):
        try:
            record = await _send(desk, found, attributes)
            return await complete(desk, record, type_id)
        except OutcomeUnknown:
            there = await read(desk, asset_id, type_id)
            if there is None:
                raise
            if _holds(there, attributes) or _marked(there, found, attributes):
                return there
            if not _same(there, found):
                raise Held(f"asset {asset_id} was changed by somebody else meanwhile") from None
            if last:
                raise
    raise AssertionError("the loop returns or raises")


async def _send(desk: Desk, found: Seen, attributes: dict[str, Json]) -> AssetRecord:
    """Send it; where it waited long for others, only if the asset is still as it was."""
    asset_id = found.existing.asset_id
    while True:
        try:
            return await desk.writes.update(asset_id, attributes)
        except Waited:
            there = await read(desk, asset_id, found.existing.type_id)
        if there is None or not _same(there, found):
            raise Held(f"asset {asset_id} was changed by somebody else meanwhile")


async def complete(desk: Desk, record: AssetRecord, type_id: str) -> Seen:
    """The asset as an answer has it; a server that answers less is asked once more."""
    if not record.attributes.traits:
        record = await desk.itglue.flexible_assets.get(record.id) or record
    return desk.look(_seen(desk, record, type_id))


async def read(desk: Desk, asset_id: str, type_id: str) -> Seen | None:
    """The asset as it is now; None if it is no more."""
    record = await desk.itglue.flexible_assets.get(asset_id, include=("attachments",))
    return None if record is None else desk.look(_seen(desk, record, type_id))


def _seen(desk: Desk, record: AssetRecord, type_id: str) -> Seen:
    return seen(record, by_id(record.included), desk.kinds[type_id], desk.marker)


def _holds(there: Seen, attributes: dict[str, Json]) -> bool:
    """Whether an asset holds what a PATCH was to make of it, however it is spelt."""
    archived = attributes.get("archived", there.existing.archived)
    traits: dict[str, Json] = attributes["traits"]
    return there.existing.archived == archived and all(
        says(value, there.traits.get(name)) for name, value in traits.items()
    )


def _marked(there: Seen, before: Seen, attributes: dict[str, Json]) -> bool:
    """Whether the marker that was sent has come: then the write was ours, whatever became of it."""
    marker = there.existing.marker
    if marker is None or marker == before.existing.marker:
        return False
    texts = (value for value in attributes["traits"].values() if isinstance(value, str))
    return any(str(marker) in text for text in texts)


def _same(there: Seen, before: Seen) -> bool:
    """Whether nothing has changed. Time stamps do not help: they may be whole seconds."""
    now, then = there.existing, before.existing
    return (now.traits, now.archived) == (then.traits, then.archived)
