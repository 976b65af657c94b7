"""Prometheus metrics of clients: rate, errors, duration, waits, breaker, budget, cache.

    metrics = Metrics()
    async with ITGlue(listener=Several(Logs(), metrics.of("production"))) as itglue:
        ...
    metrics.write(Path("/var/lib/node_exporter/itglue.prom"))

or, for a program that stays, `serve_metrics(9464, metrics)`. Paths are told as routes
(`/flexible_assets/{id}`), so that the number of series stays small. No value holds a name, a key or
a text.
"""

from __future__ import annotations

import threading
from pathlib import Path
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    start_http_server,
    write_to_textfile,
)

from publisher.itglue.events import BreakerState, Exchange, Listener

STATES: tuple[BreakerState, ...] = ("closed", "half-open", "open")
DURATIONS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
WAITS = (0.01, 0.1, 1, 5, 15, 60, 300)
"""Seconds: upper bounds of the histograms' buckets."""
INSTANCE = "itglue_instance"
"""Not `instance`, which Prometheus gives to every target itself."""


class Metrics:
    """The series, in a registry of their own; each instance's client gets a listener from it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        call = (INSTANCE, "method", "route")
        self.requests = self._counter("requests", "Requests sent, repeats too.", *call, "status")
        self.errors = self._counter("request_errors", "Requests that failed.", *call, "reason")
        self.near_limit = self._counter("budget_warnings", "80 % of the budget in use.")
        self.pauses = self._counter("pauses", "Shared pauses after a 429.")
        self.pause_seconds = self._counter("pause_seconds", "Seconds of such pauses.")
        self.incomplete = self._counter("incomplete_lists", "Lists that lack records.", "route")
        self.lookups = self._counter("cache_lookups", "Cache look-ups.", "entity", "result")
        self.seconds = self._histogram("request_seconds", "Sending to answer.", DURATIONS, *call)
        self.waits = self._histogram("throttle_wait_seconds", "Waited for the budget.", WAITS)
        self.budget = self._gauge("budget_left", "Requests that may leave at once.")
        self.breaker = self._gauge("breaker_state", "1 for the state it is in.", "state")

    def of(self, instance: str) -> Listener:
        """A listener that counts what the client of one instance does."""
        return _Counting(self, instance)

    def write(self, path: Path) -> None:
        """Write the metrics as a text file, at once and whole: what a collector reads from disk.

        Raises:
            OSError: the file cannot be written.
        """
        write_to_textfile(str(path), self.registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"itglue_{name}", help_, _labels(labels), registry=self.registry)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"itglue_{name}", help_, _labels(labels), registry=self.registry)

    def _histogram(
        self, name: str, help_: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            f"itglue_{name}", help_, _labels(labels), registry=self.registry, buckets=buckets
        )


class _Counting(Listener):
    def __init__(self, metrics: Metrics, instance: str) -> None:
        self._metrics, self._instance = metrics, instance
        self.breaker("closed")

    def exchanged(self, exchange: Exchange) -> None:
        call = (self._instance, exchange.method, route(exchange.path))
        metrics = self._metrics
        metrics.requests.labels(*call, str(exchange.status or "none")).inc()
        if exchange.failure:
            metrics.errors.labels(*call, exchange.failure).inc()
        metrics.seconds.labels(*call).observe(exchange.seconds)
        metrics.waits.labels(self._instance).observe(exchange.waited)
        metrics.budget.labels(self._instance).set(exchange.budget_left)

    def near_limit(self, used: int, limit: int) -> None:
        self._metrics.near_limit.labels(self._instance).inc()

    def paused(self, seconds: float) -> None:
        self._metrics.pauses.labels(self._instance).inc()
        self._metrics.pause_seconds.labels(self._instance).inc(seconds)

    def breaker(self, state: BreakerState) -> None:
        for each in STATES:
            self._metrics.breaker.labels(self._instance, each).set(each == state)

    def incomplete(self, path: str, read: int, total: int) -> None:
        self._metrics.incomplete.labels(self._instance, route(path)).inc()

    def looked_up(self, entity: str, hit: bool) -> None:
        result = "hit" if hit else "miss"
        self._metrics.lookups.labels(self._instance, entity, result).inc()


class Served:
    """Metrics on a port; `close` ends it."""

    def __init__(self, server: WSGIServer, thread: threading.Thread) -> None:
        self._server, self._thread = server, thread
        self.port: int = server.server_port

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve_metrics(port: int, metrics: Metrics, *, host: str = "127.0.0.1") -> Served:
    """Answer `GET /metrics` on *port* (0 picks one) from a thread; on loopback unless told else.

    Raises:
        OSError: the port cannot be had.
    """
    return Served(*start_http_server(port, host, metrics.registry))


def route(path: str) -> str:
    """A path without its ids: `/organizations/{id}/relationships/documents/{id}`.

    An id stands after a collection: at the second place, and in a nested path at the fifth.
    """
    parts = path.strip("/").split("/")
    return "/" + "/".join("{id}" if at in (1, 4) else part for at, part in enumerate(parts))


def _labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    return labels if INSTANCE in labels else (INSTANCE, *labels)
