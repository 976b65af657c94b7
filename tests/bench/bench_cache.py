"""How quick the metadata cache answers: `python tests/bench/bench_cache.py [ENTITIES]`.

Fills a cache with 100,000 records (500 organizations, the rest configurations, contacts and
documents) and prints the median, the 95th percentile and the slowest of each question.
"""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from publisher.itglue.cache import Item, MetadataCache

WORDS = [
    *("server", "backup", "printer", "switch", "firewall", "network", "overview", "patching"),
    *("office", "main", "north", "zurich", "müller", "jane", "robert", "acme", "globex"),
    *("initech", "domain", "controller", "mail", "gateway", "access", "point"),
]
ORGANIZATIONS = 500
OTHERS = ("configurations", "contacts", "documents")
ROUNDS = 400


def items(count: int, chance: random.Random) -> Iterator[Item]:
    """Records with names as they occur: common words and a number of their own."""
    for number in range(count):
        is_organization = number < ORGANIZATIONS
        entity = "organizations" if is_organization else OTHERS[number % 3]
        name = f"{' '.join(chance.choices(WORDS, k=2)).title()} {entity[:3].upper()}-{number:06d}"
        owner = {} if is_organization else {"organization_id": number % ORGANIZATIONS}
        yield Item(entity, str(number), {"name": name, **owner}, time.time())


def questions(cache: MetadataCache, count: int) -> dict[str, Callable[[random.Random], object]]:
    """Each asks for something else every time."""

    def a_name(chance: random.Random) -> object:
        found = cache.get(*_some(count, chance))
        return cache.named(found.entity, found.name) if found else None

    return {
        "get by id": lambda chance: cache.get(*_some(count, chance)),
        "by name": a_name,
        "of an organization": lambda chance: cache.list(
            chance.choice(OTHERS), str(chance.randrange(ORGANIZATIONS))
        ),
        "search, one word": lambda chance: cache.search(chance.choice(WORDS)),
        "search, two words": lambda chance: cache.search(" ".join(chance.choices(WORDS, k=2))),
        "search, one letter": lambda chance: cache.search(chance.choice("abcdefg")),
        "search, one record": lambda chance: cache.search(f"{chance.randrange(count):06d}"),
        "search, 33,000 found": lambda chance: cache.search("con", ["configurations"]),
    }


def _some(count: int, chance: random.Random) -> tuple[str, str]:
    number = chance.randrange(count)
    return ("organizations" if number < ORGANIZATIONS else OTHERS[number % 3]), str(number)


def main(count: int) -> None:
    chance = random.Random(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        MetadataCache(Path(folder) / "cache.db", "https://api.itglue.com") as cache,
    ):
        started = time.perf_counter()
        everything = items(count, chance)
        for _ in range(0, count, 1000):  # a page of a list at a time
            cache.put(itertools.islice(everything, 1000))
        seconds = time.perf_counter() - started
        size = cache.stats().size / 1e6
        sys.stdout.write(f"{count} records kept in {seconds:.1f} s, {size:.0f} MB\n")
        for name, ask in questions(cache, count).items():
            sys.stdout.write(f"{name:20} {measured(ask, chance)}\n")


def searches(count: int) -> dict[str, float]:
    """The median of each kind of search among *count* records, in seconds."""
    chance = random.Random(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        MetadataCache(Path(folder) / "cache.db", "https://api.itglue.com") as cache,
    ):
        everything = items(count, chance)
        for _ in range(0, count, 1000):
            cache.put(itertools.islice(everything, 1000))
        asked = {name: ask for name, ask in questions(cache, count).items() if "search" in name}
        return {name: statistics.median(timed(ask, chance)) / 1000 for name, ask in asked.items()}


def timed(ask: Callable[[random.Random], object], chance: random.Random) -> list[float]:
    """Milliseconds of each of many rounds."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ask(chance)
        times.append((time.perf_counter() - started) * 1000)
    return times


def measured(ask: Callable[[random.Random], object], chance: random.Random) -> str:
    times = timed(ask, chance)
    p95 = statistics.quantiles(times, n=20)[-1]
    return f"median {statistics.median(times):6.2f} ms   p95 {p95:6.2f} ms   max {max(times):6.2f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
