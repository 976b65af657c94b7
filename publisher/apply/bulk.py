"""Many writes of flexible assets with one request, and what became of each of them.

IT Glue takes arrays for creates (below an organization), updates and deletions. Neither how many
at most nor whether it is all or nothing is documented, so neither is relied on:

- Who was created is told by the marker in each asset, never by its place in the answer. Whom the
  answer does not name may be there or not: its outcome is unknown, as that of a create alone.
- Refused (4xx) because of one, some of the others may have been saved nevertheless. So after a
  pause in which lists catch up, what was created is looked for, and only the rest is sent again,
  one by one. Updates and deletions can be repeated at once.
- Too large (413): the gateway refuses before IT Glue sees it; sent in halves.
- Refused together and taken one by one: this IT Glue does not take several, and is not asked again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from publisher.apply.batch import Write
from publisher.apply.desk import Desk
from publisher.apply.writes import Singly, begin_now
from publisher.errors import OutcomeUnknown, PublisherError, Rejected
from publisher.gather.fingerprint import AssetRecord, seen
from publisher.gather.together import together
from publisher.itglue.resources import Id
from publisher.itglue.transport import encode
from publisher.model import Json

MOST_BYTES = 5_000_000
"""Of one body. IT Glue takes 10 MB and answers with no more than that; an answer repeats all."""
AROUND = 100
"""Bytes around the attributes of one."""
TOO_LARGE = 413
LIST_LAG = 30.0
"""Seconds after which a list is trusted to show what was saved; a part of `settle_seconds`."""


class Bulk:
    """Sends writes together; see `publisher.apply.batch`."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._assets = desk, desk.itglue.flexible_assets
        self._singly = Singly(desk.itglue, desk.store, desk.now)
        self._alone: set[str] = set()
        """The kinds of writes of which IT Glue does not take several."""

    async def send(self, writes: Sequence[Write]) -> None:
        """Send *writes*, and see to it that each gets its answer."""
        parts = (part for place in _places(writes) for part in _parts(place))
        await together(self._part(part) for part in parts)

    async def _part(self, writes: Sequence[Write]) -> None:
        verb = writes[0].verb
        if len(writes) == 1 or verb in self._alone:
            await self._one_by_one(writes)
            return
        several = {"create": self._creates, "update": self._updates, "delete": self._deletes}
        try:
            await several[verb](writes)
        except Rejected as refused:
            await self._refused(writes, refused)
        except OutcomeUnknown as lost:
            for write in writes:
                write.failed(OutcomeUnknown(lost.method, lost.path, lost.cause))
        except PublisherError as error:  # certainly nothing was done
            for write in writes:
                write.failed(error)

    async def _refused(self, writes: Sequence[Write], refused: Rejected) -> None:
        if refused.status == TOO_LARGE:
            half = len(writes) // 2
            await together([self._part(writes[:half]), self._part(writes[half:])])
            return
        left = writes if writes[0].verb != "create" else await self._not_created(writes)
        await self._one_by_one(left)
        if len(left) == len(writes) and not any(write.answer.exception() for write in left):
            self._alone.add(writes[0].verb)
            said = f"IT Glue does not take several {writes[0].verb}s at once ({refused})"
            self._desk.warnings.append(f"{said}: they are sent one by one")

    # Together

    async def _creates(self, writes: Sequence[Write]) -> None:
        desk = self._desk
        intents = [write.intent for write in writes if write.intent]
        below = self._assets.under("organizations", _attribute(writes[0], "organization-id"))
        records = await below.create_many(
            [write.attributes or {} for write in writes],
            before=lambda: begin_now(desk.store, desk.now, *intents),
        )
        self._answer(writes, await self._by_attempt(records, writes), below.path)

    async def _updates(self, writes: Sequence[Write]) -> None:
        changes: dict[Id, Mapping[str, Json]] = {w.asset_id: w.attributes or {} for w in writes}
        found = {record.id: record for record in await self._assets.update_many(changes)}
        for write in writes:
            if write.asset_id in found:
                write.done(found[write.asset_id])
            else:
                write.failed(_unnamed("PATCH", f"{self._assets.path}/{write.asset_id}"))

    async def _deletes(self, writes: Sequence[Write]) -> None:
        gone = await self._assets.delete_many(write.asset_id for write in writes)
        for write in writes:
            if gone is None or write.asset_id in gone:
                write.done(None)
            else:
                write.failed(_unnamed("DELETE", f"{self._assets.path}/{write.asset_id}"))

    # What was created

    def _answer(self, writes: Sequence[Write], made: dict[str, AssetRecord], path: str) -> None:
        for write in writes:
            record = made.get(write.intent.attempt) if write.intent else None
            if record:
                write.done(record)
            else:
                write.failed(_unnamed("POST", path))

    async def _by_attempt(
        self, records: Iterable[AssetRecord], writes: Sequence[Write]
    ) -> dict[str, AssetRecord]:
        """The records by the attempt in their markers; the oldest, if somebody copied one."""
        kinds = [self._desk.kinds[type_id] for type_id in sorted(set(map(_type_of, writes)))]
        found: dict[str, AssetRecord] = {}
        for answered in records:
            record = await self._whole(answered)
            markers = (seen(record, {}, kind, self._desk.marker).existing.marker for kind in kinds)
            if marker := next(filter(None, markers), None):
                found.setdefault(marker.attempt, record)
        return found

    async def _whole(self, record: AssetRecord) -> AssetRecord:
        """A record with its traits: a server that answers less is asked once more."""
        if record.attributes.traits:
            return record
        with contextlib.suppress(PublisherError):  # then nobody knows whose it is, for now
            return await self._assets.get(record.id) or record
        return record

    async def _not_created(self, writes: Sequence[Write]) -> Sequence[Write]:
        """Those of a refused request that were certainly not created; the others are answered."""
        desk = self._desk
        await desk.itglue.clock.sleep(min(LIST_LAG, desk.settle_seconds))
        place = _attribute(writes[0], "organization-id")
        listed: list[AssetRecord] = []
        try:
            for type_id in sorted(set(map(_type_of, writes))):
                where = {"flexible_asset_type_id": type_id, "organization_id": place}
                listed += await self._assets.list(filter=where, sort="created_at")
        except PublisherError as error:
            for write in writes:
                write.failed(OutcomeUnknown("POST", self._assets.path, f"not looked up: {error}"))
            return []
        made = await self._by_attempt(listed, writes)
        there = [write for write in writes if write.intent and write.intent.attempt in made]
        self._answer(there, made, self._assets.path)
        return [write for write in writes if write not in there]

    # One by one

    async def _one_by_one(self, writes: Sequence[Write]) -> None:
        await together(self._one(write) for write in writes)

    async def _one(self, write: Write) -> None:
        try:
            write.done(await self._single(write))
        except PublisherError as error:
            write.failed(error)

    async def _single(self, write: Write) -> AssetRecord | None:
        attributes = write.attributes or {}
        if write.intent:
            return await self._singly.create(attributes, write.intent)
        if write.verb == "update":
            return await self._singly.update(write.asset_id, attributes)
        try:
            await self._singly.delete(write.asset_id)
        except Rejected:  # it may have been deleted with the others
            if await self._assets.get(write.asset_id) is not None:
                raise
        return None


def _places(writes: Iterable[Write]) -> Iterable[Sequence[Write]]:
    """Writes that one request can hold: of one kind, and creates of one organization."""
    found: dict[tuple[str, str], list[Write]] = {}
    for write in writes:
        place = _attribute(write, "organization-id") if write.verb == "create" else ""
        found.setdefault((write.verb, place), []).append(write)
    return found.values()


def _parts(writes: Iterable[Write]) -> Iterator[Sequence[Write]]:
    """Part writes so that no body is larger than `MOST_BYTES`."""
    part: list[Write] = []
    size = 0
    for write in writes:
        own = len(encode(write.attributes)) + AROUND
        if part and size + own > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(write)
        size += own
    yield part


def _attribute(write: Write, name: str) -> str:
    return str((write.attributes or {}).get(name, ""))


def _type_of(write: Write) -> str:
    return _attribute(write, "flexible-asset-type-id")


def _unnamed(method: str, path: str) -> OutcomeUnknown:
    return OutcomeUnknown(method, path, "the answer to several at once does not name it")
