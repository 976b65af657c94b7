"""What the client tells about its work: a listener that does nothing, and one that logs.

An event carries no body, no key, and of the query only the filters.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

BreakerState = Literal["closed", "open", "half-open"]

LOGGER = "publisher.itglue"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was tried, and what came of it."""

    method: str
    path: str
    status: int | None
    """None: no answer came; *error* says why."""
    seconds: float
    attempt: int
    """1 for the first try."""
    budget_left: int
    """Requests that may still be sent at once within the window."""
    request_id: str | None = None
    error: str | None = None
    filters: dict[str, str] = field(default_factory=dict)


class Listener:
    """Hears what happens; by default it does nothing."""

    def exchanged(self, exchange: Exchange) -> None:
        """A request was answered, or failed."""

    def near_limit(self, used: int, limit: int) -> None:
        """80 % of the budget are in use (told once each time that it is reached)."""

    def paused(self, seconds: float) -> None:
        """IT Glue said 429: nobody sends for *seconds*."""

    def breaker(self, state: BreakerState) -> None:
        """The circuit breaker changed its state."""

    def incomplete(self, path: str, read: int, total: int) -> None:
        """A list came to *read* records although IT Glue counts *total*."""


class Careful(Listener):
    """Passes events on, and lets no failing listener disturb a request that may be half done."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def exchanged(self, exchange: Exchange) -> None:
        self._pass(self._listener.exchanged, exchange)

    def near_limit(self, used: int, limit: int) -> None:
        self._pass(self._listener.near_limit, used, limit)

    def paused(self, seconds: float) -> None:
        self._pass(self._listener.paused, seconds)

    def breaker(self, state: BreakerState) -> None:
        self._pass(self._listener.breaker, state)

    def incomplete(self, path: str, read: int, total: int) -> None:
        self._pass(self._listener.incomplete, path, read, total)

    def _pass(self, tell: Callable[..., None], *values: object) -> None:
        try:
            tell(*values)
        except Exception as error:  # noqa: BLE001 (whatever a foreign listener raises)
            kind, name = type(self._listener).__name__, type(error).__name__
            logging.getLogger(LOGGER).warning("listener %s failed: %s", kind, name)


class Logs(Listener):
    """Writes events to structlog if the program configured it, else to the standard logging.

    structlog's own default prints to stdout, where results belong, so it is never used as it is.
    """

    def exchanged(self, exchange: Exchange) -> None:
        values = {
            "method": exchange.method,
            "path": exchange.path,
            "status": exchange.status,
            "ms": round(exchange.seconds * 1000, 1),
            "attempt": exchange.attempt,
            "budget_left": exchange.budget_left,
            "request_id": exchange.request_id,
            "error": exchange.error,
            **exchange.filters,
        }
        _log("debug", "request", **{k: v for k, v in values.items() if v is not None})

    def near_limit(self, used: int, limit: int) -> None:
        _log("warning", "request budget nearly used", used=used, limit=limit)

    def paused(self, seconds: float) -> None:
        _log("warning", "throttled by IT Glue", pause_seconds=round(seconds, 1))

    def breaker(self, state: BreakerState) -> None:
        _log("warning" if state == "open" else "info", "circuit breaker", state=state)

    def incomplete(self, path: str, read: int, total: int) -> None:
        _log("warning", "list may be incomplete", path=path, read=read, total=total)


def _log(level: str, event: str, **values: Any) -> None:
    structlog = sys.modules.get("structlog")
    if structlog is not None and structlog.is_configured():
        getattr(structlog.get_logger(LOGGER), level)(event, **values)
        return
    logger, number = logging.getLogger(LOGGER), getattr(logging, level.upper())
    if logger.isEnabledFor(number):
        pairs = " ".join(f"{name}={value!r}" for name, value in values.items())
        logger.log(number, "%s %s", event, pairs)
