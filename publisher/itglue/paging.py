"""Reading a list whole while others write to it, from servers that say little about it.

* A page that times out is asked for again at half the size, from where it stood; after an answer
  near IT Glue's 10 MB the next ones are smaller. A smaller page that cannot begin exactly there
  begins a little earlier.
* Records that move between pages come once: what was seen is dropped by id.
* Records that may have been missed (fewer seen than `meta.total-count`, or that count fell while
  reading, which moves records to pages already read) are looked for in another pass.
* Only the records decide the end if there is no `meta` and there are no `links`: an empty or short
  page is the last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from publisher.itglue.models import Attributes, Record
from publisher.itglue.sender import TooSlow

LARGEST, SMALLEST = 1000, 10
"""IT Glue's documented maximum of a page's size, and the client's own floor."""
BIG = 8_000_000
"""Bytes of an answer above which the next pages are smaller."""
MOST_PASSES = 3

A = TypeVar("A", bound=Attributes)


@dataclass(frozen=True, slots=True)
class Page(Generic[A]):
    """A page of a list, without the records that came before."""

    records: list[Record[A]]
    included: list[Record[Attributes]]
    total: int | None
    """`meta.total-count`: how many the whole list has; None if the server does not say."""
    size: int
    """The size that was asked for."""
    date: dt.datetime | None = None
    """When the server answered, by its own clock (UTC)."""


@dataclass(frozen=True, slots=True)
class RawPage(Generic[A]):
    """A page as it came."""

    records: list[Record[A]]
    included: list[Record[Attributes]]
    meta: dict[str, Any]
    links: dict[str, Any]
    bytes: int
    date: dt.datetime | None

    @property
    def total(self) -> int | None:
        total = self.meta.get("total-count")
        return total if isinstance(total, int) else None

    def more(self, size: int) -> bool:
        """Whether there is a page after this one, which was asked for with *size*."""
        if not self.records:
            return False
        if "next-page" in self.meta:
            return self.meta["next-page"] is not None
        return bool(self.links.get("next")) or len(self.records) >= size


Fetch = Callable[[int, int, bool], Awaitable[RawPage[A]]]
"""(page number from 1, size, whether it may give up with TooSlow) -> the page."""


@dataclass(slots=True)
class _Place:
    """Where in the list the reader stands; *size* outlives a pass."""

    size: int
    number: int = 1
    offset: int = 0
    """Records before the next page."""

    def shrink(self) -> None:
        self.size = max(SMALLEST, self.size // 2)
        self.number = self.offset // self.size + 1

    def advance(self, page: RawPage[Any]) -> None:
        got = len(page.records)
        if self.number == 1 and SMALLEST <= got < self.size:
            self.size = got  # the server's own maximum
        self.offset = (self.number - 1) * self.size + min(got, self.size)
        self.number += 1
        if page.bytes > BIG and self.size > SMALLEST:
            self.shrink()


@dataclass(slots=True)
class _Count:
    """What is known about the list's length."""

    total: int | None = None
    fell: bool = False
    seen: set[str] = field(default_factory=set)

    def note(self, total: int | None) -> None:
        if total is not None and self.total is not None and total < self.total:
            self.fell = True
        self.total = total if total is not None else self.total

    @property
    def complete(self) -> bool:
        return self.total is None or (len(self.seen) >= self.total and not self.fell)


async def read_pages(
    fetch: Fetch[A],
    size: int = LARGEST,
    *,
    most_pages: int | None = None,
    incomplete: Callable[[int, int], None] = lambda read, total: None,
) -> AsyncIterator[Page[A]]:
    """Yield the pages of a list: at least one, which may be empty; each record once.

    *most_pages* is for a list that the server does not let one read to its end. *incomplete* is
    told (read, total) when records are missing even after several passes.
    """
    place, count = _Place(max(1, min(size, LARGEST))), _Count()
    for number in range(MOST_PASSES):
        before = len(count.seen)
        count.fell = False
        place.number, place.offset = 1, 0
        async for page in _one_pass(fetch, place, count, most_pages):
            if page.records or (number == 0 and not count.seen):
                yield page
        if count.complete or most_pages or (number and len(count.seen) == before):
            break
    if count.total is not None and len(count.seen) < count.total and not most_pages:
        incomplete(len(count.seen), count.total)


async def _one_pass(
    fetch: Fetch[A], place: _Place, count: _Count, most_pages: int | None
) -> AsyncIterator[Page[A]]:
    while True:
        size = place.size
        try:
            raw = await fetch(place.number, size, size > SMALLEST)
        except TooSlow:
            place.shrink()
            continue
        fresh = {r.id: r for r in raw.records if r.id not in count.seen}
        count.seen.update(fresh)
        count.note(raw.total)
        yield Page(list(fresh.values()), raw.included, raw.total, size, raw.date)
        if not raw.more(size) or place.number == most_pages:
            return
        place.advance(raw)
        # A server that ignores page[number] would answer for ever.
        if place.offset > max(count.total or 0, len(count.seen)) + place.size:
            return
