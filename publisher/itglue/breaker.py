"""The circuit breaker: stop knocking at a door that does not open.

Opens at 5 failures in a row, or when half of at least 20 attempts of the last 30 s failed. After
60 s one probe at a time is let through; 3 good ones close it, a bad one opens it again. A failure
is a lost connection, a 5xx or an unreadable answer; a 429 says that the server lives, and counts
neither way.
"""

from __future__ import annotations

from collections import deque

from publisher.itglue.clock import Clock
from publisher.itglue.events import BreakerState, Listener

IN_A_ROW = 5
SAMPLE, SHARE, SPAN = 20, 0.5, 30.0
COOL_DOWN = 60.0
PROBES = 3


class Breaker:
    """Admits requests, and learns from how they went."""

    def __init__(self, clock: Clock, listener: Listener | None = None) -> None:
        self._clock, self._listener = clock, listener or Listener()
        self.state: BreakerState = "closed"
        self._recent: deque[tuple[float, bool]] = deque()
        """(time, failed) of the attempts within the span."""
        self._row = 0
        self._opened = 0.0
        self._good_probes = 0
        self._probing = False
        self._era = 0
        """Counts the changes of state: an answer to a request of an earlier era says nothing."""

    def admit(self) -> int | None:
        """Return a ticket for `settle`, or None: do not send."""
        if self.state == "open" and self._clock.monotonic() - self._opened >= COOL_DOWN:
            self._become("half-open")
        if self.state == "open" or (self.state == "half-open" and self._probing):
            return None
        self._probing = self.state == "half-open"
        return self._era

    def settle(self, ticket: int, failed: bool | None) -> None:
        """How an admitted request went; None: it says nothing (429, cancelled)."""
        if ticket != self._era:
            return
        if self.state == "half-open":
            self._probed(failed)
        elif failed is not None:
            self._count(failed)

    def _probed(self, failed: bool | None) -> None:
        self._probing = False
        if failed:
            self._become("open")
        elif failed is not None:
            self._good_probes += 1
            if self._good_probes >= PROBES:
                self._become("closed")

    def _count(self, failed: bool) -> None:
        now = self._clock.monotonic()
        self._recent.append((now, failed))
        while self._recent[0][0] < now - SPAN:
            self._recent.popleft()
        self._row = self._row + 1 if failed else 0
        failures = sum(bad for _, bad in self._recent)
        often = len(self._recent) >= SAMPLE and failures >= SHARE * len(self._recent)
        if failed and (self._row >= IN_A_ROW or often):
            self._become("open")

    def _become(self, state: BreakerState) -> None:
        self.state = state
        self._era += 1
        self._row = self._good_probes = 0
        self._probing = False
        if state == "open":
            self._opened = self._clock.monotonic()
        self._listener.breaker(state)
