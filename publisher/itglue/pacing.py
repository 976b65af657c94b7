"""What a 429 does to everybody: one shared pause, then a slower pace that recovers slowly.

IT Glue's documentation states the limit (3,000 requests in 5 minutes) but neither headers nor the
kind of window, so `Retry-After` is obeyed where it comes, and guessed where it does not. The
parameters were tuned in simulation against sliding, fixed and token-bucket windows that another
consumer of the same key eats into: a cut to 0.85 with a slow rise wins over halving.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 60.0
CUT = 0.85
CEILING = 0.99
FLOOR = 0.1
RISE = 0.05
"""Part of the natural rate that comes back every tenth of the window."""
CLEAN_WINDOWS = 2
"""Windows without a 429 after which bursts are allowed again."""


NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Pace:
    """What past 429s have left behind. Times are in seconds, on the log's clock."""

    pause_ends: float = NEVER
    episodes: int = 0
    """Pauses since the last clean time; each is longer than the one before."""
    rate: float | None = None
    """Requests a second; None: as fast as slots come."""
    next: float = NEVER
    """When the next request may leave, at that rate."""
    risen: float = NEVER
    """When the rate last rose."""
    last: float = NEVER
    """When the last pause began."""


class Pacing:
    """Decides when the next request may leave, as far as past 429s matter.

    All times are those of one clock, in seconds.
    """

    def __init__(self, rate: float, window: float, rng: random.Random) -> None:
        self._natural, self._window, self._rng = rate, window, rng
        self.pace = Pace()

    def opens(self, now: float) -> float:
        """The earliest time at which the next request may leave."""
        pace = self.pace
        if pace.rate is not None and now - pace.last > CLEAN_WINDOWS * self._window:
            self.pace = pace = Pace(pause_ends=pace.pause_ends)
        return max(pace.pause_ends, pace.next)

    def take(self, now: float) -> None:
        """A request leaves now."""
        rate, risen = self.pace.rate, self.pace.risen
        if rate is None:
            return
        step = self._window / 10
        while now - risen >= step:
            rate = min(CEILING * self._natural, rate + RISE * self._natural)
            risen += step
        following = max(self.pace.next, now) + 1 / rate
        self.pace = replace(self.pace, rate=rate, risen=risen, next=following)

    def refused(self, sent: float, now: float, retry_after: float | None) -> float | None:
        """A request that left at *sent* got a 429; return the length of a newly begun pause.

        What was in flight when the pause began belongs to the same episode: None.
        """
        pace = self.pace
        if sent < pace.pause_ends:
            if retry_after is not None:
                self.pace = replace(pace, pause_ends=max(pace.pause_ends, now + retry_after))
            return None
        pause = self._pause(retry_after)
        ends = now + pause
        self.pace = Pace(
            pause_ends=ends,
            episodes=pace.episodes + 1,
            rate=max(FLOOR * self._natural, CUT * (pace.rate or self._natural)),
            risen=ends,
            last=now,
        )
        return pause

    def left(self, now: float) -> float:
        """Seconds until the current pause ends; 0 without one."""
        return max(0.0, self.pace.pause_ends - now)

    def _pause(self, retry_after: float | None) -> float:
        if retry_after is not None:
            return retry_after * self._rng.uniform(1.0, 1.05)
        doubled = FIRST_PAUSE * 2.0 ** min(self.pace.episodes, 10)
        return min(LONGEST_PAUSE, doubled) * self._rng.uniform(0.8, 1.2)
