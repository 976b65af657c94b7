"""How an apply goes on: how quick, how much budget is left, how long it still takes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from publisher.itglue import Exchange, Listener

SPAN = 30.0
"""Seconds that the rate is taken over: what was before tells little of what comes."""
LEAST_SECONDS, LEAST_DONE = 1.0, 3
"""What must have happened before a rate is told."""


class Pace(Listener):
    """Counts changes as they are done, and hears what the client says of the budget."""

    def __init__(self, refill: float, clock: Callable[[], float] = time.monotonic) -> None:
        """*refill*: requests a second that the budget allows in the long run."""
        self.total = self.done = self.failed = self.requests = 0
        self.budget_left: int | None = None
        self._refill, self._clock = refill, clock
        self._recent: deque[float] = deque()
        self._began = clock()
        self._pause_ends = 0.0

    def start(self, total: int) -> None:
        """So many changes are to be made, from now on."""
        self.total, self._began = total, self._clock()

    def step(self, *, failed: bool) -> None:
        """One change is done, or failed."""
        self.done += 1
        self.failed += failed
        self._recent.append(self._clock())

    def exchanged(self, exchange: Exchange) -> None:
        self.requests += 1
        self.budget_left = exchange.budget_left

    def paused(self, seconds: float) -> None:
        self._pause_ends = self._clock() + seconds

    @property
    def rate(self) -> float | None:
        """Changes a second; None as long as that would be a guess."""
        now = self._clock()
        while self._recent and self._recent[0] < now - SPAN:
            self._recent.popleft()
        passed = min(now - self._began, SPAN)
        if passed < LEAST_SECONDS or self.done < LEAST_DONE:
            return None
        return len(self._recent) / passed

    @property
    def to_go(self) -> float | None:
        """Seconds that the rest takes, at this rate and within the budget; None: not known."""
        rate = self.rate
        if not rate:
            return None
        left = self.total - self.done
        needed = left * self.requests / self.done
        short = needed - (self.budget_left if self.budget_left is not None else needed)
        return max(left / rate, short / self._refill)

    @property
    def pause_left(self) -> float:
        """Seconds until IT Glue may be asked again after a 429; 0 without a pause."""
        return max(0.0, self._pause_ends - self._clock())

    def words(self) -> str:
        """`4.1 a second, 2,301 requests left, about 3 min to go`."""
        parts = []
        if (rate := self.rate) is not None:
            parts.append(f"{rate:.1f} a second")
        if self.budget_left is not None:
            parts.append(f"{self.budget_left:,} requests left")
        if self.pause_left:
            parts.append(f"IT Glue asks to wait {self.pause_left:.0f} s")
        elif (to_go := self.to_go) is not None and self.done < self.total:
            parts.append(f"about {about(to_go)} to go")
        return ", ".join(parts)


def about(seconds: float) -> str:
    """`8 s`, `3 min`, `2 h`: no more exact than it is known."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"
