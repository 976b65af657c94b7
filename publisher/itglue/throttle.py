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
import random
from collections import deque
from dataclasses import dataclass

from publisher.itglue.clock import Clock
from publisher.itglue.events import Listener
from publisher.itglue.pacing import Pacing

RESERVE_PERCENT = 2
WARN_AT, WARN_AGAIN_BELOW = 0.8, 0.7
TICK = 0.001
"""Shortest wait, in seconds: a slot is free only after its time, not at it."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most *requests* in any window of *seconds*."""

    requests: int = 3000
    seconds: float = 300.0

    @property
    def usable(self) -> int:
        """What the client allows itself: 2 % less, but at least one."""
        return max(1, self.requests * (100 - RESERVE_PERCENT) // 100)


@dataclass(slots=True)
class Slot:
    """The right to send one request; give it back with `Throttle.release`."""

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
    ) -> None:
        self._window, self.limit = limit.seconds, limit.usable
        self._clock, self._listener = clock, listener or Listener()
        rate = limit.usable / limit.seconds
        self._pacing = Pacing(rate, limit.seconds, rng or random.Random())  # noqa: S311 (jitter, no secret)
        self._held: deque[float] = deque()
        """Until when the slots of answered requests are held, in rising order."""
        self._in_flight = 0
        self._turn = asyncio.Lock()
        self._released = asyncio.Event()
        self._warned = False

    @property
    def used(self) -> int:
        """Slots that are held now."""
        self._expire(self._clock.monotonic())
        return self._in_flight + len(self._held)

    @property
    def left(self) -> int:
        """Requests that may still leave at once."""
        return self.limit - self.used

    @property
    def pause_left(self) -> float:
        """Seconds until the shared pause after a 429 ends; 0 without one."""
        return self._pacing.left(self._clock.monotonic())

    async def acquire(self) -> Slot:
        """Wait for a slot."""
        asked = self._clock.monotonic()
        async with self._turn:
            while (wait := self._wait(now := self._clock.monotonic())) != 0:
                if wait is None:
                    self._released.clear()
                    await self._released.wait()
                else:
                    await self._clock.sleep(max(wait, TICK))
            self._pacing.take(now)
            self._in_flight += 1
        self._warn()
        return Slot(now, waited=now - asked)

    def release(self, slot: Slot, *, sent: bool = True) -> None:
        """The answer came (or nobody waits for it any more); not *sent*: nothing ever left."""
        now = self._clock.monotonic()
        self._in_flight -= 1
        if sent:
            self._held.append(now + self._window)
        if slot.refused:
            pause = self._pacing.refused(slot.taken, now, slot.retry_after)
            if pause is not None:
                self._listener.paused(pause)
        self._released.set()

    def _wait(self, now: float) -> float | None:
        """Seconds until a slot may be free, 0 if one is; None: not before a release."""
        self._expire(now)
        opens = self._pacing.opens(now)
        if self._in_flight + len(self._held) >= self.limit:
            if not self._held:
                return None
            opens = max(opens, self._held[0] + TICK)
        return max(0.0, opens - now)

    def _expire(self, now: float) -> None:
        while self._held and self._held[0] < now:
            self._held.popleft()

    def _warn(self) -> None:
        share = (self._in_flight + len(self._held)) / self.limit
        if share >= WARN_AT and not self._warned and self.limit > 1:
            self._listener.near_limit(self._in_flight + len(self._held), self.limit)
        if share >= WARN_AT or share < WARN_AGAIN_BELOW:
            self._warned = share >= WARN_AT
