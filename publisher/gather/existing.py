"""What IT Glue holds, read with lists alone: newest first, down to what was surely seen before.

A refresh costs one request a type when nothing changed: the list comes sorted by ``updated-at``,
and everything older than the settled time of the last scan is as the state remembers it. The
list's total count tells deletions. Whatever does not add up (a count, an order, a server without
totals) leads to a full scan; what a full scan lacks or tells otherwise than a later answer of IT
Glue did is asked for by its id, since a list may lag behind.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Literal

from publisher.gather.fingerprint import Seen, by_id, seen
from publisher.gather.together import together
from publisher.itglue import ITGlue, Page, Record
from publisher.itglue.models import FlexibleAsset
from publisher.model import AssetType
from publisher.state import Store
from publisher.targets import Existing, ExistingFile, Scan

Refresh = Literal["none", "auto", "full"]

OVERLAP = dt.timedelta(minutes=5)
"""A write may show in lists this much later than its time stamp says."""
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
FIRST_PAGE, LARGEST_PAGE = 64, 1000
HIDDEN = "archived_hidden"
"""The state's note of whether lists leave archived assets out."""


@dataclass(slots=True)
class Remote:
    """What IT Glue holds of the types in question."""

    existing: dict[str, Existing] = field(default_factory=dict)
    """By asset id."""
    fresh: dict[str, Seen] = field(default_factory=dict)
    """What this run read itself, values included."""
    linked: set[str] = field(default_factory=set)
    """Ids of the assets whose related items this run read."""
    read_at: dict[str, float] = field(default_factory=dict)
    """When it did, on the monotonic clock."""

    def look(self, found: Seen) -> None:
        """Take note of an asset that was just read; of its links only if they were asked for."""
        before = self.existing.get(found.existing.asset_id)
        if found.existing.related is None and before and before.related is not None:
            found = replace(found, existing=replace(found.existing, related=before.related))
        self.existing[found.existing.asset_id] = found.existing
        self.fresh[found.existing.asset_id] = found
        self.read_at[found.existing.asset_id] = time.monotonic()

    def attached(self, asset_id: str, files: Mapping[str, ExistingFile]) -> Existing:
        """Take note of the attachments that an asset has now."""
        asset = replace(self.existing[asset_id], files=dict(files))
        self.existing[asset_id] = asset
        if fresh := self.fresh.get(asset_id):
            self.fresh[asset_id] = replace(fresh, existing=asset)
        return asset

    def related(self, asset_id: str, to: Iterable[str]) -> Existing:
        """Take note of what an asset is linked to now."""
        asset = replace(self.existing[asset_id], related=tuple(sorted(to)))
        self.existing[asset_id] = asset
        return asset

    def lose(self, asset_id: str) -> None:
        """Take note that an asset is no more."""
        self.existing.pop(asset_id, None)
        self.fresh.pop(asset_id, None)

    @property
    def titles(self) -> dict[str, str]:
        return {asset_id: found.title for asset_id, found in self.fresh.items()}


async def read_existing(
    itglue: ITGlue, store: Store, types: Iterable[AssetType], marker: str, mode: Refresh
) -> Remote:
    """Read the assets of *types*, and remember in the state what was seen.

    Args:
        itglue: the client.
        store: remembers fingerprints and how far each type was read.
        types: flexible asset types with their fields.
        marker: the name-key of the trait that carries the marker.
        mode: ``none`` trusts the state, ``auto`` reads what changed, ``full`` reads everything.
    """
    kinds = sorted(types, key=lambda kind: kind.id)
    remote = Remote(store.existing(kind.id for kind in kinds))
    if mode != "none":
        scans = store.scans()
        scanners = [_Scanner(itglue, store, remote, kind, marker) for kind in kinds]
        await together(s.read(scans.get(s.kind.id) if mode == "auto" else None) for s in scanners)
    return remote


class _Scanner:
    """Reads one type's assets."""

    def __init__(
        self, itglue: ITGlue, store: Store, remote: Remote, kind: AssetType, marker: str
    ) -> None:
        self.itglue, self.store, self.remote = itglue, store, remote
        self.kind, self.marker = kind, marker
        mine = (a for a in remote.existing.values() if a.type_id == kind.id)
        self.before: dict[str, Existing] = {asset.asset_id: asset for asset in mine}

    async def read(self, scan: Scan | None) -> None:
        if scan is None or not await self._newest(scan):
            await self._everything()

    async def _newest(self, scan: Scan) -> bool:
        """Read down to what was settled; False when the result does not add up."""
        settled = moment(scan.settled)
        recent = sum(moment(asset.updated_at) >= settled for asset in self.before.values())
        found: dict[str, Seen] = {}
        first: Page[FlexibleAsset] | None = None
        last = None
        async for page in self._pages("-updated_at", _page_size(recent)):
            first = first or page
            for asset in self._assets(page):
                at = moment(asset.existing.updated_at)
                if last is not None and at > last:
                    return False  # a server that does not sort
                last = at
                if at >= settled:
                    found[asset.existing.asset_id] = asset
            if last is not None and last < settled:
                break
        if first is None or first.total != self._count(found):
            return False
        await self._keep(found, set(), first, first.total)
        return True

    def _count(self, found: Mapping[str, Seen]) -> int:
        """What the list's total must be, if nothing was deleted."""
        now = self.before | {asset_id: asset.existing for asset_id, asset in found.items()}
        hidden = self.store.meta(HIDDEN) is True
        return sum(not (hidden and asset.archived) for asset in now.values())

    async def _everything(self) -> None:
        found: dict[str, Seen] = {}
        first: Page[FlexibleAsset] | None = None
        read, total = 0, 0
        async for page in self._pages("created_at", LARGEST_PAGE):
            first = first or page
            read, total = read + len(page.records), page.total or 0
            found.update((asset.existing.asset_id, asset) for asset in self._assets(page))
        if first:
            absent = self.before.keys() - found.keys()
            gone = await self._gone(absent, found, first, complete=read >= total)
            await self._keep(found, gone, first, total or len(found))

    async def _gone(
        self,
        absent: Set[str],
        found: dict[str, Seen],
        first: Page[FlexibleAsset],
        *,
        complete: bool,
    ) -> set[str]:
        """Which of the assets that a whole list lacks are really no more.

        A list may lag behind what was just written, lose some to others that write meanwhile, or
        leave archived ones out: those are asked for one by one before their absence is believed.
        """
        archived = {asset_id for asset_id in absent if self.before[asset_id].archived}
        if archived and any(asset.existing.archived for asset in found.values()):
            self.store.set_meta(HIDDEN, False)
        elif archived and await self._hides(sorted(archived)):
            absent -= archived
        now = first.date or dt.datetime.now(dt.UTC)
        late = {i for i in absent if now - moment(self.before[i].updated_at) < OVERLAP}
        doubtful = late if complete else absent
        there = {asset_id: await self._get(asset_id) for asset_id in sorted(doubtful)}
        found.update((asset_id, asset) for asset_id, asset in there.items() if asset)
        return {asset_id for asset_id in absent if not there.get(asset_id)}

    async def _hides(self, archived: Iterable[str]) -> bool:
        """Whether lists leave archived assets out, as it seems now that they hold none."""
        for asset_id in archived:
            if await self._get(asset_id):
                self.store.set_meta(HIDDEN, True)
                return True
        return False

    async def _get(self, asset_id: str) -> Seen | None:
        record = await self.itglue.flexible_assets.get(asset_id, include=("attachments",))
        if record is None:
            return None
        return seen(record, by_id(record.included), self.kind, self.marker)

    def _pages(self, sort: str, size: int) -> AsyncIterator[Page[FlexibleAsset]]:
        return self.itglue.flexible_assets.pages(
            filter={"flexible_asset_type_id": self.kind.id},
            sort=sort,
            size=size,
            include=("attachments",),
        )

    def _assets(self, page: Page[FlexibleAsset]) -> list[Seen]:
        included = by_id(page.included)
        # A server that ignores the filter answers with other types as well.
        mine = (r for r in page.records if _type_of(r) in (None, self.kind.id))
        return [seen(record, included, self.kind, self.marker) for record in mine]

    async def _keep(
        self, found: dict[str, Seen], gone: set[str], first: Page[FlexibleAsset], total: int
    ) -> None:
        for asset_id in [i for i, asset in found.items() if self._may_be_old(asset.existing)]:
            now = await self._get(asset_id)
            if now is None:
                gone.add(asset_id)
                del found[asset_id]
            else:
                found[asset_id] = now
        for asset_id in gone:
            self.remote.lose(asset_id)
        for asset in found.values():
            self.remote.look(asset)
        newest = max((moment(a.existing.updated_at) for a in found.values()), default=NEVER)
        settled = (first.date or newest) - OVERLAP if (first.date or found) else NEVER
        scan = Scan(self.kind.id, settled.isoformat(), total)
        self.store.saw(scan, (self.remote.existing[asset_id] for asset_id in found), gone)

    def _may_be_old(self, asset: Existing) -> bool:
        """Whether a list tells otherwise than a later answer did, or one of the same second."""
        before = self.before.get(asset.asset_id)
        if before is None or moment(asset.updated_at) > moment(before.updated_at):
            return False
        return (asset.traits, asset.archived) != (before.traits, before.archived)


def _type_of(record: Record[FlexibleAsset]) -> str | None:
    type_id = record.attributes.flexible_asset_type_id
    return None if type_id is None else str(type_id)


def _page_size(recent: int) -> int:
    """One page that holds all that can have changed, in powers of two, so that it can be halved."""
    size = FIRST_PAGE
    while size < recent + FIRST_PAGE // 2 and size < LARGEST_PAGE:
        size *= 2
    return min(size, LARGEST_PAGE)


def moment(stamp: str) -> dt.datetime:
    """IT Glue's time stamp as a time; what cannot be read is longer ago than anything."""
    try:
        at = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return NEVER
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
