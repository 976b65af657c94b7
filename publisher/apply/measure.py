"""Counts what one apply costs, for the dashboard: rate, errors, duration, waits, budget, breaker.

Only numbers and kinds of failures are kept with the run; no path, no name, no text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from publisher.itglue.events import BreakerState, Exchange, Listener
from publisher.model import Json

PERCENTILES = (50, 95, 99)


class Measure(Listener):
    """Hears what the client does during one apply."""

    def __init__(self, budget: int, breaker: BreakerState = "closed") -> None:
        """*budget*: requests that may be sent in a whole window."""
        self._budget, self._state = budget, breaker
        self._seconds: list[float] = []
        self._methods: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._waited = self._paused = 0.0
        self._pauses = self._opened = self._used = 0

    def exchanged(self, exchange: Exchange) -> None:
        self._seconds.append(exchange.seconds)
        self._methods[exchange.method] += 1
        if exchange.failure:
            self._failures[exchange.failure] += 1
        self._waited += exchange.waited
        self._used = max(self._used, self._budget - exchange.budget_left)

    def paused(self, seconds: float) -> None:
        self._pauses += 1
        self._paused += seconds

    def breaker(self, state: BreakerState) -> None:
        self._state = state
        self._opened += state == "open"

    def as_json(self) -> dict[str, Json]:
        """What a run remembers of it. Waits are summed over all requests, pauses are shared."""
        return {
            "sent": len(self._seconds),
            "methods": dict(sorted(self._methods.items())),
            "request_failures": dict(sorted(self._failures.items())),
            "latency_ms": percentiles(self._seconds),
            "waited_seconds": round(self._waited, 3),
            "pauses": self._pauses,
            "paused_seconds": round(self._paused, 3),
            "budget": {"used": self._used, "limit": self._budget},
            "breaker": {"state": self._state, "opened": self._opened},
        }


def percentiles(seconds: Sequence[float]) -> dict[str, float] | None:
    """p50, p95, p99 and the longest, in milliseconds: nearest rank, so each was really measured."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    ranks = {f"p{p}": ordered[-(-p * len(ordered) // 100) - 1] for p in PERCENTILES}
    return {name: round(value * 1000, 1) for name, value in (ranks | {"max": ordered[-1]}).items()}
