"""What IT Glue holds, read with lists alone: newest first, down to what was surely seen before.

A refresh costs one request a type when nothing changed: the list comes sorted by ``updated-at``,
and everything older than the settled time of the last scan is as the state remembers it. The
list's total count tells deletions. Whatever does not add up (a count, an order, a server without
totals) leads to a full scan.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from publisher.gather.fingerprint import Seen, by_id, seen
from publisher.gather.together import together
from publisher.itglue import ITGlue, Page, Record
from publisher.itglue.models import FlexibleAsset
from publisher.model import AssetType
from publisher.state import Store
from publisher.targets import Existing, Scan

Refresh = Literal["none", "auto", "full"]

OVERLAP = dt.timedelta(minutes=5)
"""A write may show in lists this much later than its time stamp says."""
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
FIRST_PAGE, LARGEST_PAGE = 64, 1000


@dataclass(slots=True)
class Remote:
    """What IT Glue holds of the types in question."""

    existing: dict[str, Existing] = field(default_factory=dict)
    """By asset id."""
    fresh: dict[str, Seen] = field(default_factory=dict)
    """What this run read itself, values included."""
    read_at: dict[str, float] = field(default_factory=dict)
    """When it did, on the monotonic clock."""

    def look(self, found: Seen) -> None:
        """Take note of an asset that was just read."""
        self.existing[found.existing.asset_id] = found.existing
        self.fresh[found.existing.asset_id] = found
        self.read_at[found.existing.asset_id] = time.monotonic()

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
        if first is None or first.total not in self._counts(found):
            return False
        self._keep(found, (), first, first.total)
        return True

    def _counts(self, found: Mapping[str, Seen]) -> set[int]:
        """What the list's total must be, with archived assets in it or without."""
        now = self.before | {asset_id: asset.existing for asset_id, asset in found.items()}
        return {len(now), sum(not asset.archived for asset in now.values())}

    async def _everything(self) -> None:
        found: dict[str, Seen] = {}
        first: Page[FlexibleAsset] | None = None
        async for page in self._pages("created_at", LARGEST_PAGE):
            first = first or page
            found.update((asset.existing.asset_id, asset) for asset in self._assets(page))
        gone = [asset_id for asset_id in self.before if asset_id not in found]
        if first:
            self._keep(found, gone, first, len(found))

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

    def _keep(
        self, found: Mapping[str, Seen], gone: Iterable[str], first: Page[FlexibleAsset], total: int
    ) -> None:
        gone = list(gone)
        for asset_id in gone:
            self.remote.lose(asset_id)
        for asset in found.values():
            self.remote.look(asset)
        newest = max((moment(a.existing.updated_at) for a in found.values()), default=NEVER)
        settled = (first.date or newest) - OVERLAP if (first.date or found) else NEVER
        scan = Scan(self.kind.id, settled.isoformat(), total)
        self.store.saw(scan, (asset.existing for asset in found.values()), gone)


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
