"""Who sends the writes of flexible assets: one request each, unless several leave together."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from publisher.gather.fingerprint import AssetRecord
from publisher.itglue import ITGlue
from publisher.model import Json
from publisher.state import Store
from publisher.targets import Intent


class Waited(Exception):
    """A change or a deletion waited for others, so long that the look before it is too old now.
    It was not sent."""


class Writes(Protocol):
    """Sends each write once, and says what became of it.

    All of these raise `OutcomeUnknown` when it may or may not have been done, and another
    `PublisherError`, or `Waited`, when it was certainly not.
    """

    async def create(self, attributes: Mapping[str, Json], intent: Intent) -> AssetRecord:
        """Create an asset; *intent* is committed right before the request leaves."""

    async def update(self, asset_id: str, attributes: Mapping[str, Json]) -> AssetRecord:
        """Change an asset."""

    async def delete(self, asset_id: str) -> None:
        """Delete an asset."""


class Singly:
    """Each write is a request of its own."""

    def __init__(self, itglue: ITGlue, store: Store, now: Callable[[], float]) -> None:
        self._assets, self._store, self._now = itglue.flexible_assets, store, now

    async def create(self, attributes: Mapping[str, Json], intent: Intent) -> AssetRecord:
        before = functools.partial(begin_now, self._store, self._now, intent)
        return await self._assets.create(attributes, before=before)

    async def update(self, asset_id: str, attributes: Mapping[str, Json]) -> AssetRecord:
        return await self._assets.update(asset_id, attributes)

    async def delete(self, asset_id: str) -> None:
        await self._assets.delete(asset_id)


def begin_now(store: Store, now: Callable[[], float], *intents: Intent) -> None:
    """Commit intents as their request leaves, and not before: waiting for the budget can take
    long, and the time that a late commit is given counts from here."""
    at = now()
    store.begin(*(replace(intent, at=at) for intent in intents))
