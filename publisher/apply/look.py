"""A look at assets right before they are written: with a list, where many are to be looked at.

What a list of this run said of an asset serves for a minute as the look before a write. Later,
each is read again: alone, or those of one organization and type with one list. (A list has no
filter by ids, according to IT Glue's API documentation.)
"""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Collection, Iterable

from publisher.apply.desk import Desk
from publisher.errors import PublisherError
from publisher.gather.existing import moment
from publisher.gather.fingerprint import Seen, by_id, seen
from publisher.plan.model import Action

JUST_NOW = 60.0
"""Seconds for which what a list said of an asset serves as the look before a write."""


def seen_just_now(desk: Desk, asset_id: str) -> Seen | None:
    """The asset as this run read it, if that was just now."""
    there = desk.remote.fresh.get(asset_id)
    if there is not None and time.monotonic() - desk.remote.read_at[asset_id] < JUST_NOW:
        return there
    return None


async def look_ahead(desk: Desk, actions: Iterable[Action]) -> None:
    """Read what *actions* will have to look at, where lists take fewer requests than single looks.

    What cannot be read so is left: whoever needs it reads it, and says what is wrong.
    """
    wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for action in actions:
        asset = desk.remote.existing.get(action.asset_id or "")
        if asset and seen_just_now(desk, asset.asset_id) is None:
            wanted[asset.type_id, asset.organization_id].add(asset.asset_id)
    for (type_id, organization_id), ids in wanted.items():
        if len(ids) > 1:
            with contextlib.suppress(PublisherError):
                await _read(desk, type_id, organization_id, ids)


async def _read(desk: Desk, type_id: str, organization_id: str, ids: Collection[str]) -> None:
    where = {"flexible_asset_type_id": type_id, "organization_id": organization_id}
    kind = desk.kinds[type_id]
    left, read = {*ids}, 0
    pages = desk.itglue.flexible_assets.pages(
        filter=where, sort="created_at", include=("attachments",)
    )
    async for page in pages:
        included = by_id(page.included)
        for record in page.records:
            if record.id in left:
                left.remove(record.id)
                found = seen(record, included, kind, desk.marker)
                before = desk.remote.existing[record.id]
                # A list may lag behind what an answer told before: then it is no look at all.
                if moment(found.existing.updated_at) >= moment(before.updated_at):
                    desk.look(found)
        read += 1
        if not left or read == len(ids):  # more pages than single looks would be dearer
            return
