"""Reading lists into the cache: whole, or only what is new where IT Glue can sort by it.

Newest first (`sort=-updated_at`) until a record comes that is older than the newest one known, less
some overlap for writes that surface late. Deletions do not show there, but in the list's count: if
that differs from what the cache then holds, or if the server does not count or did not sort, the
list is read whole.

IT Glue's documentation (by its wrappers) offers that sort for organizations, configurations,
contacts and flexible assets. Documents have no such sort and no list of all: two short lists per
organization are read whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from publisher.errors import Rejected
from publisher.itglue.bulk import for_each
from publisher.itglue.cache.items import Item, item_of, links_of
from publisher.itglue.cache.store import MetadataCache
from publisher.itglue.client import ITGlue
from publisher.itglue.documents import all_documents
from publisher.itglue.entities import ENTITIES
from publisher.itglue.events import log
from publisher.itglue.models import Record, parse_time
from publisher.itglue.paging import Page
from publisher.itglue.resources import Filter

OVERLAP = dt.timedelta(minutes=5)
FIRST_PAGE = 100
"""Records of a page when only what is new is read."""
SORTS = {
    "organizations": "-updated_at",
    "configurations": "-updated-at",  # spelled so in the wrappers' lists of this entity's sorts
    "contacts": "-updated_at",
    "flexible_assets": "-updated_at",
}
LINKED = frozenset({"configurations", "contacts", "flexible_assets"})
"""Entities whose lists are asked for `include=related_items`; what then comes is kept."""

Told = Callable[[str, int], None]
"""Called with (entity, how many of it the cache holds) when one is up to date."""


def silent(entity: str, held: int) -> None:
    """The progress that shows nothing."""


class _Whole(Exception):
    """What is new cannot be told from the rest: read all."""


class Reader:
    """Brings the cache's lists up to date."""

    def __init__(self, itglue: ITGlue, cache: MetadataCache) -> None:
        self._itglue, self._cache = itglue, cache

    async def everything(
        self, *, full: bool = False, told: Told = lambda entity, held: None
    ) -> None:
        """Read what is new of every entity, or with *full* all of it.

        Raises:
            ITGlueError: a list could not be read; what was read before it is kept.
        """
        for entity in ("organizations", "configurations", "contacts"):
            await self.entity(entity, full=full)
            told(entity, self._cache.count(entity))
        for entity in ("flexible_asset_types", "flexible_assets", "documents"):
            await self.entity(entity, full=full, lists_are_fresh=True)
            told(entity, self._cache.count(entity))

    async def entity(
        self,
        entity: str,
        organization_id: str | None = None,
        *,
        full: bool = False,
        lists_are_fresh: bool = False,
    ) -> None:
        """Bring one entity up to date; of documents those of one organization, if it is given.

        Flexible assets are listed by type and documents by organization: unless *lists_are_fresh*,
        types or organizations are read before. A server that does not offer a list at all (404) has
        none of it; organizations are what every one has.
        """
        try:
            await self._entity(entity, organization_id, full, lists_are_fresh)
        except Rejected as refused:
            if refused.status != 404 or entity == "organizations":
                raise
            log("warning", "not offered by this server", entity=entity)
            self._replace(entity, "", [], self._cache.clock())

    async def _entity(
        self, entity: str, organization_id: str | None, full: bool, lists_are_fresh: bool
    ) -> None:
        if entity in ("flexible_asset_types", "flexible_asset_fields"):
            await self._types()
        elif entity == "flexible_assets":
            if not lists_are_fresh:
                await self._types()
            await self._assets(full)
        elif entity == "documents":
            if organization_id is None and not lists_are_fresh:
                await self._list("organizations", full=full)
            await self._documents(organization_id)
        else:
            await self._list(entity, full=full)

    async def _types(self) -> None:
        started = self._cache.clock()
        found = await self._itglue.types_with_fields()
        types = [item_of("flexible_asset_types", each.type, started) for each in found]
        fields = [
            item_of("flexible_asset_fields", field, started)
            for each in found
            for field in each.fields
        ]
        for entity, items in (("flexible_asset_types", types), ("flexible_asset_fields", fields)):
            self._replace(entity, "", items, started)

    async def _assets(self, full: bool) -> None:
        started = self._cache.clock()
        types = [item.id for item in self._cache.list("flexible_asset_types")]
        self._cache.keep_scopes("flexible_assets", types)

        async def read(type_id: str) -> None:
            wanted = {"flexible_asset_type_id": type_id}
            await self._list("flexible_assets", type_id, wanted, full=full)

        _first_error((await for_each(types, read)).errors)
        self._cache.has_read("flexible_assets", "", started, None)  # also if there is no type

    async def _documents(self, organization_id: str | None) -> None:
        if organization_id is not None:
            await self._documents_of(organization_id)
            return
        started = self._cache.clock()
        organizations = [item.id for item in self._cache.list("organizations")]
        self._cache.keep_scopes("documents", organizations)
        _first_error((await for_each(organizations, self._documents_of)).errors)
        self._cache.has_read("documents", "", started, None)  # also if there is no organization

    async def _documents_of(self, organization_id: str) -> None:
        started = self._cache.clock()
        try:
            records = await all_documents(self._itglue, organization_id)
        except Rejected as refused:
            if refused.status != 404:  # the organization has no documents module, or is gone
                raise
            records = []
        items = [item_of("documents", record, started) for record in records]
        self._replace("documents", organization_id, items, started)

    async def _list(
        self, entity: str, scope: str = "", wanted: Filter | None = None, *, full: bool = False
    ) -> None:
        """Read one list, asking for less if the server refuses the sort or the include."""
        include: tuple[str, ...] = ("related_items",) if entity in LINKED else ()
        if not full and self._cache.listing(entity, scope):
            try:
                await self._newest(entity, scope, wanted, include)
            except (_Whole, Rejected):
                pass
            else:
                return
        try:
            await self._whole(entity, scope, wanted, include)
        except Rejected:
            if not include:
                raise
            await self._whole(entity, scope, wanted, ())

    async def _newest(
        self, entity: str, scope: str, wanted: Filter | None, include: tuple[str, ...]
    ) -> None:
        started, known = self._cache.clock(), self._cache.listing(entity, scope)
        floor = parse_time(known.newest) if known else None
        if floor is None:
            raise _Whole
        newest, last = known.newest if known else None, None
        pages = self._itglue.resource(ENTITIES[entity]).pages(
            filter=wanted, sort=SORTS[entity], include=include, size=FIRST_PAGE
        )
        async for page in pages:
            for record in page.records:
                time = parse_time(record.attributes.updated_at)
                if time is None or (last is not None and time > last):
                    raise _Whole
                newest = _later(newest, record.attributes.updated_at)
                last = time
            self._put(entity, page, started)
            if last is None or last < floor - OVERLAP:
                break
        if page.total is None or page.total != self._cache.count(entity, scope):
            raise _Whole
        self._cache.has_read(entity, scope, started, newest)

    async def _whole(
        self, entity: str, scope: str, wanted: Filter | None, include: tuple[str, ...]
    ) -> None:
        started, newest = self._cache.clock(), None
        found: list[str] = []
        resource = self._itglue.resource(ENTITIES[entity])
        async for page in resource.pages(filter=wanted, include=include):
            self._put(entity, page, started)
            found += [record.id for record in page.records]
            for record in page.records:
                newest = _later(newest, record.attributes.updated_at)
        if page.total is None or len(found) >= page.total:  # else the rest may well be there
            self._cache.sweep(entity, scope, started, found)
        self._cache.has_read(entity, scope, started, newest)

    def _put(self, entity: str, page: Page[Any], seen: float) -> None:
        self._cache.put(item_of(entity, record, seen) for record in page.records)
        told = [record for record in page.records if "related-items" in record.relationships]
        included = {record.id: record for record in page.included if record.type == "related-items"}
        links = {record.id: links_of(entity, _with(record, included)) for record in told}
        self._cache.put_links(entity, links, seen)

    def _replace(self, entity: str, scope: str, items: list[Item], started: float) -> None:
        self._cache.put(items)
        self._cache.sweep(entity, scope, started, [item.id for item in items])
        self._cache.has_read(entity, scope, started, None)


def _with(record: Record[Any], included: Mapping[str, Record[Any]]) -> Record[Any]:
    """A record of a list, with its own part of what came along."""
    ids = record.related_ids("related-items")
    record.included = [included[each] for each in ids if each in included]
    return record


def _later(one: str | None, other: str | None) -> str | None:
    """The later of two of the API's times."""
    first, second = parse_time(one), parse_time(other)
    if first is None or second is None:
        return other if first is None and second is not None else one
    return other if second > first else one


def _first_error(errors: Iterable[tuple[str, Exception]]) -> None:
    """What one list raised is what the whole reading raises; the others were read all the same."""
    for _, error in errors:
        raise error
