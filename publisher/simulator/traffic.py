"""What the pages show of requests: the log, with the faults that they met, and the budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from publisher.simulator.display import when
from publisher.simulator.journal import Entry, Journal
from publisher.simulator.site import Site

SHOWN = 200
"""How many requests the page lists."""
_LIMIT = 3000
"""IT Glue's documented number of requests in five minutes, to compare with when none is set."""
CHOICES: Mapping[str, tuple[str, Callable[[Entry], bool]]] = {
    "": ("All", lambda entry: True),
    "writes": ("Writes", lambda entry: entry.method != "GET"),
    "failed": ("Failed", lambda entry: entry.status is None or entry.status >= 400),
}
"""What to list: by the query's `only`."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests of the last window against the limit."""

    used: int
    limit: int
    minutes: float

    @property
    def near(self) -> int:
        """From where on it gets tight: 80 %."""
        return self.limit * 4 // 5


def budget(site: Site, journal: Journal) -> Budget:
    """How much of the rate limit is used, by the log: so that all processes are counted."""
    seconds = site.switches.limit_seconds
    used = journal.count(site.now() - round(seconds * 1000))
    return Budget(used, site.switches.limit_requests or _LIMIT, seconds / 60)


def log(site: Site, journal: Journal, only: str) -> dict[str, Any]:
    """The request log."""
    _, wanted = CHOICES.get(only, CHOICES[""])
    found = [entry for entry in journal.latest(10 * SHOWN) if wanted(entry)]
    return {
        "rows": [_row(entry, journal.met(entry.id)) for entry in found[:SHOWN]],
        "choices": [(key, label, key == only) for key, (label, _) in CHOICES.items()],
    }


def _row(entry: Entry, met: Sequence[str]) -> dict[str, Any]:
    return {
        "at": when(entry.at),
        "method": entry.method,
        "path": entry.path,
        "query": unquote(entry.query),
        "status": entry.status,
        "milliseconds": "" if entry.seconds is None else f"{entry.seconds * 1000:.1f}",
        "faults": list(met),
    }
