"""A metadata cache: names, ids and times of an instance's records, in one SQLite file.

    async with ITGlue(instance="production") as itglue:
        with MetadataCache(Path("production.db"), itglue.base_url) as cache:
            cached = Cached(itglue, cache)
            await cached.refresh()
            for item in await cached.search("backup acme"):
                print(item.entity, item.id, item.name)

Three modules, from the outside in: `cached` answers from the cache first and from IT Glue on a
miss; `refresh` reads lists, whole or what is new; `store` is the file. `items` says what is kept of
a record, which is all that ever gets near the file.
"""

from publisher.itglue.cache.cached import Cached
from publisher.itglue.cache.items import KEPT, Item, Link
from publisher.itglue.cache.store import MetadataCache, Stats
from publisher.itglue.cache.sync import SyncCached

__all__ = ["KEPT", "Cached", "Item", "Link", "MetadataCache", "Stats", "SyncCached"]
