"""The sliding log: which slots of the request budget are held, and until when.

The rules (when may the next request leave) are in `throttle.py`; this is what they are told by. A
log in memory is enough for one process. Where several share an account, a `Log` that all of them
can see makes their requests together stay within the budget.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from publisher.itglue.clock import Clock
from publisher.itglue.pacing import Pacing

RESERVE_PERCENT = 2
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


@dataclass(frozen=True, slots=True)
class Entry:
    """One slot that is held."""

    at: float
    """When it was taken, in seconds on the log's own clock."""
    used: int
    """Slots that are held since, this one included."""
    token: str = ""
    """Tells it from others, where that is needed."""


class Log(Protocol):
    """Who holds slots, until when, and the pause that a 429 asked of everybody."""

    @property
    def used(self) -> int:
        """Slots that are held now."""

    @property
    def pause_left(self) -> float:
        """Seconds until the pause ends; 0 without one."""

    def take(self, wanted: int = 1) -> Entry | float:
        """Take a slot; if none is free: the seconds after which to ask again.

        *wanted*: how many of this process's requests wait for one, this one included; a log that
        is dear to write to may take some for the others as well.

        Infinite seconds: not before one of this process's own is given back.
        """

    def give_back(self, entry: Entry, *, sent: bool) -> None:
        """The answer came: the slot is held for one more window. Not *sent*: it is free at once."""

    def refused(self, entry: Entry, retry_after: float | None) -> float | None:
        """The answer was 429; return the length of a pause that begins by that, in seconds."""


class MemoryLog:
    """The log of a process that has the budget to itself."""

    def __init__(self, limit: RateLimit, clock: Clock, rng: random.Random) -> None:
        self._limit, self._window, self._clock = limit.usable, limit.seconds, clock
        self._pacing = Pacing(limit.usable / limit.seconds, limit.seconds, rng)
        self._held: deque[float] = deque()
        """Until when the slots of answered requests are held, in rising order."""
        self._in_flight = 0

    @property
    def used(self) -> int:
        now = self._clock.monotonic()
        while self._held and self._held[0] < now:
            self._held.popleft()
        return self._in_flight + len(self._held)

    @property
    def pause_left(self) -> float:
        return self._pacing.left(self._clock.monotonic())

    def take(self, wanted: int = 1) -> Entry | float:
        now = self._clock.monotonic()
        opens, used = self._pacing.opens(now), self.used
        if used >= self._limit:
            if not self._held:
                return math.inf
            opens = max(opens, self._held[0] + TICK)
        if opens > now:
            return opens - now
        self._pacing.take(now)
        self._in_flight += 1
        return Entry(now, used + 1)

    def give_back(self, entry: Entry, *, sent: bool) -> None:
        self._in_flight -= 1
        if sent:
            self._held.append(self._clock.monotonic() + self._window)

    def refused(self, entry: Entry, retry_after: float | None) -> float | None:
        return self._pacing.refused(entry.at, self._clock.monotonic(), retry_after)
