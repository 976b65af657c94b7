"""Answers from the cache first, from IT Glue on a miss; old ones when IT Glue is out of reach."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from publisher.errors import OutOfReach, Throttled
from publisher.itglue.cache.items import KEPT, Item, Link, item_of, kept, links_of
from publisher.itglue.cache.refresh import Reader, Told, silent
from publisher.itglue.cache.store import STALE, MetadataCache, Stats
from publisher.itglue.client import ITGlue
from publisher.itglue.entities import ENTITIES
from publisher.itglue.events import log
from publisher.itglue.hooks import Change
from publisher.itglue.models import Record
from publisher.itglue.resources import Id


class Cached:
    """The metadata of an instance's organizations, configurations, contacts, asset types and
    fields, assets and documents.

    What is older than a day, or not there, is asked for again, as briefly as possible. The client's
    own writes go into the cache at once. Raises what the client raises when there is no answer at
    all, and ValueError for an entity that is not kept.
    """

    def __init__(self, itglue: ITGlue, cache: MetadataCache) -> None:
        self._itglue, self._cache = itglue, cache
        self._reader = Reader(itglue, cache)
        itglue.on("*", self._note)

    async def refresh(self, *, full: bool = False, told: Told = silent) -> None:
        """Bring all of the cache up to date: what is new, or with *full* everything again.

        Raises:
            ITGlueError: a list could not be read; what was read before it is kept.
        """
        await self._reader.everything(full=full, told=told)

    async def get(self, entity: str, record_id: Id) -> Item | None:
        """The metadata of one record; None if there is none."""
        found = self._cache.get(_known(entity), str(record_id))
        if self._hit(entity, found is not None and self._is_fresh(found)):
            return found
        try:
            record = await self._itglue.resource(ENTITIES[entity]).get(record_id)
        except (OutOfReach, Throttled) as error:
            if found is None:
                raise
            self._warn(entity, error)
            return found
        if record is None:
            self._cache.remove(entity, str(record_id))
            return None
        item = item_of(entity, record, self._cache.clock())
        self._cache.put([item])
        return item

    async def named(self, entity: str, name: str, organization_id: Id | None = None) -> list[Item]:
        """The records of that name, in any case and with or without accents."""
        owner = None if organization_id is None else str(organization_id)
        found = self._cache.named(_known(entity), name, owner)
        if self._hit(entity, bool(found) and all(map(self._is_fresh, found))):
            return found
        await self._read(entity, owner, bool(found))
        return self._cache.named(entity, name, owner)

    async def search(
        self, text: str, entities: Collection[str] = (), limit: int = 20
    ) -> list[Item]:
        """The records whose names hold words that begin as those of *text* do; best first."""
        wanted = [_known(entity) for entity in entities] or [*KEPT]
        read = {entity: self._cache.read_at(entity) for entity in wanted}
        old = [entity for entity in wanted if not self._is_young(read[entity])]
        self._hit("search", not old)
        for entity in old:
            await self._read(entity, None, read[entity] is not None)
        return self._cache.search(text, entities, limit)

    async def relationships(self, entity: str, record_id: Id) -> list[Link]:
        """What a record is linked to or tagged with, or names in an attribute; no notes."""
        found = self._cache.links(_known(entity), str(record_id))
        if self._hit(entity, found is not None and self._is_young(found[1])) and found:
            return found[0]
        try:
            resource = self._itglue.resource(ENTITIES[entity])
            record = await resource.get(record_id, include=("related_items",))
        except (OutOfReach, Throttled) as error:
            if found is None:
                raise
            self._warn(entity, error)
            return found[0]
        if record is None:
            self._cache.remove(entity, str(record_id))
            return []
        links, now = links_of(entity, record), self._cache.clock()
        self._cache.put([item_of(entity, record, now)])
        self._cache.put_links(entity, {record.id: links}, now)
        return links

    def stats(self) -> Stats:
        """What the cache holds, how old that is, and how often it had the answer."""
        return self._cache.stats()

    async def list(self, entity: str, organization_id: Id | None = None) -> list[Item]:
        """All records of an entity, or those of an organization."""
        owner = None if organization_id is None else str(organization_id)
        read = self._read_at(_known(entity), owner)
        if not self._hit(entity, self._is_young(read)):
            await self._read(entity, owner, read is not None)
        return self._cache.list(entity, owner)

    async def _read(self, entity: str, organization_id: str | None, have_old: bool) -> None:
        """Bring an entity up to date; if that cannot be, and something is there, warn."""
        try:
            await self._reader.entity(entity, organization_id)
        except (OutOfReach, Throttled) as error:
            if not have_old:
                raise
            self._warn(entity, error)

    def _read_at(self, entity: str, organization_id: str | None) -> float | None:
        scope = organization_id if entity == "documents" else None
        return self._cache.read_at(entity, scope)

    def _is_fresh(self, item: Item) -> bool:
        """Whether the record was seen lately, or its list was brought up to date."""
        listing = self._cache.listing(item.entity, item.scope)
        return self._is_young(item.seen) or self._is_young(listing.read if listing else None)

    def _is_young(self, when: float | None) -> bool:
        return when is not None and self._cache.clock() - when <= STALE

    def _hit(self, entity: str, hit: bool) -> bool:
        self._cache.looked_up(hit)
        self._itglue.listener.looked_up(entity, hit)
        return hit

    def _warn(self, entity: str, error: Exception) -> None:
        values = {"entity": entity, "error": type(error).__name__}
        log("warning", "IT Glue is out of reach, the answer may be old", **values)

    def _note(self, change: Change) -> None:
        """What this client writes, the cache knows."""
        entity, record = change.entity, change.record
        if entity == "related_items" and change.parent:
            self._note_link(*change.parent, record)
        elif entity in KEPT and change.event.endswith(".deleted"):
            self._cache.remove(entity, change.id)
        elif entity in KEPT and record is not None:
            before = self._cache.get(entity, change.id)
            # A server may answer less than it holds.
            held = {**(before.attributes if before else {}), **kept(entity, record.attributes)}
            self._cache.put([Item(entity, change.id, held, self._cache.clock())])

    def _note_link(self, entity: str, record_id: str, item: Record[Any] | None) -> None:
        """Both ends are to be read again."""
        known = self._cache.links(entity, record_id)
        ends = {record_id} | ({link.id for link in known[0]} if known else set())
        if item is not None:
            ends.add(str(item.attributes.destination_id))
        self._cache.forget_links(ends)


def _known(entity: str) -> str:
    """The entity's name, if the cache keeps it.

    Raises:
        ValueError: it does not.
    """
    if entity not in KEPT:
        raise ValueError(f"{entity!r} is not kept in the cache; these are: {', '.join(KEPT)}")
    return entity
