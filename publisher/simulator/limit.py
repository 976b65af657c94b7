"""The rate limit: at most so many requests in a window, counted in one of three ways."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from publisher.simulator.errors import Json
from publisher.simulator.switches import Switches


@dataclass(slots=True)
class _Window:
    """What one account (or key) has used."""

    sent: deque[float] = field(default_factory=deque)
    """Sliding: when each counted request came."""
    start: float = 0.0
    """Fixed: when the window began. Bucket: when it was last filled."""
    used: float = 0.0


class Limit:
    """Counts requests by the site's clock; lives in memory, as long as the app."""

    def __init__(self, switches: Switches, clock: Callable[[], float]) -> None:
        self._switches = switches
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def clear(self) -> None:
        """Forget everything counted so far."""
        self._windows.clear()

    def wait(self, key: str) -> float:
        """Count a request: 0 when it may pass, else the seconds until one may."""
        switches = self._switches
        if switches.limit_requests is None:
            return 0.0
        scope = key if switches.limit_scope == "key" else ""
        window = self._windows.setdefault(scope, _Window())
        count = {"sliding": self._sliding, "fixed": self._fixed, "bucket": self._bucket}
        return count[switches.limit_window](window, switches.limit_requests)

    def _sliding(self, window: _Window, most: int) -> float:
        now, seconds = self._clock(), self._switches.limit_seconds
        while window.sent and window.sent[0] <= now - seconds:
            window.sent.popleft()
        full = len(window.sent) >= most
        if not full or self._switches.limit_counts_refused:
            window.sent.append(now)
        return window.sent[-most] + seconds - now if full else 0.0

    def _fixed(self, window: _Window, most: int) -> float:
        now, seconds = self._clock(), self._switches.limit_seconds
        if now >= window.start + seconds:
            window.start, window.used = now - now % seconds, 0
        full = window.used >= most
        if not full or self._switches.limit_counts_refused:
            window.used += 1
        return window.start + seconds - now if full else 0.0

    def _bucket(self, window: _Window, most: int) -> float:
        now, rate = self._clock(), most / self._switches.limit_seconds
        window.used = max(0.0, window.used - (now - window.start) * rate)
        window.start = now
        full = window.used > most - 1
        if not full or self._switches.limit_counts_refused:
            window.used = min(window.used + 1, most)
        return (window.used - most + 1) / rate if full else 0.0


def body(switches: Switches) -> Json:
    """The body of a 429, by switch: IT Glue's own is not recorded."""
    if switches.limit_body == "json-api":
        return {"errors": [{"status": 429, "title": "Too Many Requests"}]}
    if switches.limit_body == "gateway":
        return {"message": "Too Many Requests"}
    return "Too Many Requests"
