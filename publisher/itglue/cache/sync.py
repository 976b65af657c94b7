"""`SyncCached`: the cache for plain scripts, without async."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from publisher.itglue.blocking import blocking
from publisher.itglue.cache.cached import Cached
from publisher.itglue.cache.store import MetadataCache, Stats
from publisher.itglue.sync import ITGlueClient

T = TypeVar("T")


class SyncCached:
    """`Cached` without async: the same methods, over an `ITGlueClient`."""

    def __init__(self, itglue: ITGlueClient, cache: MetadataCache) -> None:
        self._itglue = itglue
        self._client = Cached(itglue._client, cache)

    refresh = blocking(Cached.refresh)
    get = blocking(Cached.get)
    named = blocking(Cached.named)
    list = blocking(Cached.list)
    search = blocking(Cached.search)
    relationships = blocking(Cached.relationships)

    def stats(self) -> Stats:
        """What the cache holds, how old that is, and how often it had the answer."""
        return self._client.stats()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._itglue._run(work)
