"""The request log: every API request with its status and duration, in the SQLite file."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.simulator.errors import Json
from publisher.simulator.store import Store

KEPT = 10_000
"""How many requests the log holds."""
_TRIM_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One request."""

    id: int
    at: int
    """Milliseconds since the epoch."""
    method: str
    path: str
    query: str
    status: int | None
    """None: under way, or no answer reached the client."""
    seconds: float | None


class Journal:
    """Writes and reads the log. Bodies and headers are never kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._met: dict[int, list[str]] = {}
        """The faults that requests met. Like the faults, they last as long as the process."""

    def begin(self, at: int, method: str, path: str, query: str) -> int:
        """Note that a request has come; return its number."""
        sql = "INSERT INTO request (at, method, path, query) VALUES (?, ?, ?, ?) RETURNING id"
        number = int(self._store.value(sql, (at, method, path, query)))
        if number % _TRIM_EVERY == 0:
            self._store.rows("DELETE FROM request WHERE id <= ?", (number - KEPT,))
            self._met = {at: met for at, met in self._met.items() if at > number - KEPT}
        return number

    def meets(self, number: int, fault: str) -> None:
        """Note a fault that a request met."""
        self._met.setdefault(number, []).append(fault)

    def met(self, number: int) -> list[str]:
        """The faults that a request met, as far as this process knows."""
        return self._met.get(number, [])

    def count(self, since: int) -> int:
        """How many requests came after *since* (milliseconds since the epoch)."""
        return int(self._store.value("SELECT count(*) FROM request WHERE at > ?", (since,)))

    def end(self, number: int, status: int | None, seconds: float) -> None:
        """Note how it went."""
        sql = "UPDATE request SET status = ?, seconds = ? WHERE id = ?"
        self._store.rows(sql, (status, round(seconds, 6), number))

    def latest(self, most: int = 200) -> list[Entry]:
        """The newest first."""
        sql = (
            "SELECT id, at, method, path, query, status, seconds FROM request"
            " ORDER BY id DESC LIMIT ?"
        )
        return [Entry(*row) for row in self._store.rows(sql, (most,))]

    def clear(self) -> None:
        """Forget all requests."""
        self._store.rows("DELETE FROM request")
        self._met.clear()


def describe(entry: Entry) -> dict[str, Json]:
    """An entry as JSON."""
    return {
        "id": entry.id,
        "time": entry.at / 1000,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "status": entry.status,
        "seconds": entry.seconds,
    }
