"""What the client tells about its work: a listener that does nothing, one that logs, and several.

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
    waited: float = 0.0
    """Seconds that it waited for the budget (or out a pause) before it left."""

    @property
    def failure(self) -> str | None:
        """What kind of failure it was: no answer, throttled, server, rejected, unreadable."""
        if self.error is None:
            return None
        if self.status is None:
            return "no answer"
        if self.status == 429:
            return "throttled"
        if self.status >= 500:
            return "server"
        return "rejected" if self.status >= 400 else "unreadable"


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

    def looked_up(self, entity: str, hit: bool) -> None:
        """The metadata cache was asked for an entity, and had it or not."""


class Several(Listener):
    """Passes events on to each of its listeners.

    One that fails disturbs neither the others nor a request that may be half done.
    """

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = listeners

    def add(self, listener: Listener) -> Callable[[], None]:
        """Pass events on to one more; returns what takes it away again."""
        self._listeners = (*self._listeners, listener)

        def remove() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return remove

    def exchanged(self, exchange: Exchange) -> None:
        self._pass("exchanged", exchange)

    def near_limit(self, used: int, limit: int) -> None:
        self._pass("near_limit", used, limit)

    def paused(self, seconds: float) -> None:
        self._pass("paused", seconds)

    def breaker(self, state: BreakerState) -> None:
        self._pass("breaker", state)

    def incomplete(self, path: str, read: int, total: int) -> None:
        self._pass("incomplete", path, read, total)

    def looked_up(self, entity: str, hit: bool) -> None:
        self._pass("looked_up", entity, hit)

    def _pass(self, event: str, *values: object) -> None:
        for listener in self._listeners:
            try:
                getattr(listener, event)(*values)
            except Exception as error:  # noqa: BLE001 (whatever a foreign listener raises)
                names = {"listener": type(listener).__name__, "error": type(error).__name__}
                log("warning", "listener failed", **names)


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
            "waited_ms": round(exchange.waited * 1000) or None,
            "budget_left": exchange.budget_left,
            "request_id": exchange.request_id,
            "error": exchange.error,
            **exchange.filters,
        }
        log("debug", "request", **{k: v for k, v in values.items() if v is not None})

    def near_limit(self, used: int, limit: int) -> None:
        log("warning", "request budget nearly used", used=used, limit=limit)

    def paused(self, seconds: float) -> None:
        log("warning", "throttled by IT Glue", pause_seconds=round(seconds, 1))

    def breaker(self, state: BreakerState) -> None:
        log("warning" if state == "open" else "info", "circuit breaker", state=state)

    def incomplete(self, path: str, read: int, total: int) -> None:
        log("warning", "list may be incomplete", path=path, read=read, total=total)


def log(level: str, event: str, **values: Any) -> None:
    """Write one event to the log. Values must hold no key, no password and no document text."""
    structlog = sys.modules.get("structlog")
    if structlog is not None and structlog.is_configured():
        getattr(structlog.get_logger(LOGGER), level)(event, **values)
        return
    logger, number = logging.getLogger(LOGGER), getattr(logging, level.upper())
    if logger.isEnabledFor(number):
        pairs = " ".join(f"{name}={value!r}" for name, value in values.items())
        logger.log(number, "%s %s", event, pairs)
