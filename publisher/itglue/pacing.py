"""What a 429 does to everybody: one shared pause, then a slower pace that recovers slowly.

IT Glue's documentation states the limit (3,000 requests in 5 minutes) but neither headers nor the
kind of window, so `Retry-After` is obeyed where it comes, and guessed where it does not. The
parameters were tuned in simulation against sliding, fixed and token-bucket windows that another
consumer of the same key eats into: a cut to 0.85 with a slow rise wins over halving.
"""

from __future__ import annotations

import random

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 60.0
CUT = 0.85
CEILING = 0.99
FLOOR = 0.1
RISE = 0.05
"""Part of the natural rate that comes back every tenth of the window."""
CLEAN_WINDOWS = 2
"""Windows without a 429 after which bursts are allowed again."""


class Pacing:
    """Decides when the next request may leave, as far as past 429s matter.

    All times are those of a monotonic clock, in seconds.
    """

    def __init__(self, rate: float, window: float, rng: random.Random) -> None:
        self._natural, self._window, self._rng = rate, window, rng
        self._pause_ends = float("-inf")
        self._episodes = 0
        self._rate: float | None = None
        self._next = self._risen = self._last = float("-inf")

    def opens(self, now: float) -> float:
        """The earliest time at which the next request may leave."""
        if self._rate is None:
            return self._pause_ends
        if now - self._last > CLEAN_WINDOWS * self._window:
            self._rate, self._episodes = None, 0
            return self._pause_ends
        return max(self._pause_ends, self._next)

    def take(self, now: float) -> None:
        """A request leaves now."""
        if self._rate is None:
            return
        step = self._window / 10
        while now - self._risen >= step:
            self._rate = min(CEILING * self._natural, self._rate + RISE * self._natural)
            self._risen += step
        self._next = max(self._next, now) + 1 / self._rate

    def refused(self, sent: float, now: float, retry_after: float | None) -> float | None:
        """A request that left at *sent* got a 429; return the length of a newly begun pause.

        What was in flight when the pause began belongs to the same episode: None.
        """
        if sent < self._pause_ends:
            if retry_after is not None:
                self._pause_ends = max(self._pause_ends, now + retry_after)
            return None
        pause = self._pause(retry_after)
        self._episodes += 1
        self._last, self._pause_ends = now, now + pause
        self._next = self._risen = self._pause_ends
        self._rate = max(FLOOR * self._natural, CUT * (self._rate or self._natural))
        return pause

    def left(self, now: float) -> float:
        """Seconds until the current pause ends; 0 without one."""
        return max(0.0, self._pause_ends - now)

    def _pause(self, retry_after: float | None) -> float:
        if retry_after is not None:
            return retry_after * self._rng.uniform(1.0, 1.05)
        doubled = FIRST_PAUSE * 2.0 ** min(self._episodes, 10)
        return min(LONGEST_PAUSE, doubled) * self._rng.uniform(0.8, 1.2)
