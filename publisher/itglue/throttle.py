"""The request budget: never more than N requests in any window of W seconds.

A sliding log whose slots are held from sending until the answer plus W. Why that is exact: the
server stamps a request somewhere between sending and answer. Take any window of W seconds that the
server may count, and of the requests stamped in it the one that was sent last, at time s. Every
other one was stamped after s - W, so its answer came after s - W, so its slot was still held at s;
and no more than N slots are ever held. A log on the time of sending alone, and token buckets, let
more through. N is IT Glue's documented 3,000 in 5 minutes, less 2 % for other users of the key.
"""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass

from publisher.itglue.clock import Clock
from publisher.itglue.events import Listener
from publisher.itglue.slots import TICK, Entry, Log, MemoryLog, RateLimit

WARN_AT, WARN_AGAIN_BELOW = 0.8, 0.7


@dataclass(slots=True)
class Slot:
    """The right to send one request; give it back with `Throttle.release`."""

    entry: Entry
    taken: float
    retry_after: float | None = None
    refused: bool = False
    """IT Glue answered 429."""
    waited: float = 0.0
    """Seconds from asking for it to having it."""


class Throttle:
    """Hands out slots, in the order in which they are asked for."""

    def __init__(
        self,
        limit: RateLimit,
        clock: Clock,
        listener: Listener | None = None,
        rng: random.Random | None = None,
        slots: Log | None = None,
    ) -> None:
        rng = rng or random.Random()  # noqa: S311 (jitter, no secret)
        self.limit = limit.usable
        self._clock, self._listener = clock, listener or Listener()
        self._log: Log = slots or MemoryLog(limit, clock, rng)
        self._turn = asyncio.Lock()
        self._released = asyncio.Event()
        self._waiting = 0
        """How many wait for a slot."""
        self._warned = False

    @property
    def used(self) -> int:
        """Slots that are held now."""
        return self._log.used

    @property
    def left(self) -> int:
        """Requests that may still leave at once."""
        return self.limit - self.used

    @property
    def pause_left(self) -> float:
        """Seconds until the shared pause after a 429 ends; 0 without one."""
        return self._log.pause_left

    async def acquire(self) -> Slot:
        """Wait for a slot."""
        asked = self._clock.monotonic()
        self._waiting += 1
        try:
            async with self._turn:
                entry = await self._take()
        finally:
            self._waiting -= 1
        self._warn(entry.used)
        now = self._clock.monotonic()
        return Slot(entry, now, waited=now - asked)

    async def _take(self) -> Entry:
        while not isinstance(entry := self._log.take(self._waiting), Entry):
            if math.isinf(entry):
                self._released.clear()
                await self._released.wait()
            else:
                await self._clock.sleep(max(entry, TICK))
        return entry

    def release(self, slot: Slot, *, sent: bool = True) -> None:
        """The answer came (or nobody waits for it any more); not *sent*: nothing ever left."""
        self._log.give_back(slot.entry, sent=sent)
        if slot.refused:
            pause = self._log.refused(slot.entry, slot.retry_after)
            if pause is not None:
                self._listener.paused(pause)
        self._released.set()

    def _warn(self, used: int) -> None:
        share = used / self.limit
        if share >= WARN_AT and not self._warned and self.limit > 1:
            self._listener.near_limit(used, self.limit)
        if share >= WARN_AT or share < WARN_AGAIN_BELOW:
            self._warned = share >= WARN_AT
