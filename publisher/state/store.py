"""The seam between the publisher and where it keeps its state.

Every write is one transaction of its own, committed when the call returns: a killed run has lost
nothing that it was told. Holds ids, hashes and times; no document text, no secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from publisher.errors import BadConfig
from publisher.model import Json
from publisher.targets import Existing, Intent, Known, Record, Run, Scan


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on the instance now, and until when at the latest."""

    token: str
    owner: str
    """``user@host pid 123`` and, in CI, the run's URL."""
    host: str
    pid: int
    expires: float
    """Seconds since the epoch."""


class Store(Protocol):
    """One instance's state."""

    url: str

    def known(self) -> dict[str, Known]: ...
    def records(self) -> dict[str, Record]: ...
    def intents(self) -> dict[tuple[str, str], Intent]: ...
    def existing(self, type_ids: Iterable[str]) -> dict[str, Existing]: ...
    def scans(self) -> dict[str, Scan]: ...
    def meta(self, name: str) -> Json: ...
    def runs(self, limit: int) -> list[Run]: ...

    def begin(self, intent: Intent) -> None:
        """Commit an intent, before the POST leaves."""

    def drop(self, intent: Intent) -> None:
        """The POST of an intent was certainly not carried out, or its outcome is settled."""

    def bind(self, known: Known, intent: Intent | None = None, *, instead_of: str = "") -> None:
        """Commit what was published; the intent is settled, the row of a former key goes."""

    def forget(self, key: str) -> None:
        """The target is no more."""

    def record(self, records: Sequence[Record], gone: Iterable[str] = ()) -> None:
        """Remember what files held when they were published."""

    def saw(self, scan: Scan, seen: Iterable[Existing], gone: Iterable[str] = ()) -> None:
        """Remember what was read of a type's assets."""

    def observe(self, seen: Existing) -> None:
        """Remember what one answer said of one asset."""

    def lost(self, asset_id: str) -> None:
        """An asset is no more."""

    def set_meta(self, name: str, value: Json) -> None: ...
    def add_run(self, run: Run) -> None: ...

    def acquire(self, lease: Lease, now: float) -> Lease | None:
        """Take the lease; None if done, else the one that is in the way."""

    def release(self, token: str) -> None:
        """Give the lease back, if it is still ours."""

    def close(self) -> None: ...


def open_store(url: str, root: Path, facts: Mapping[str, str]) -> Store:
    """Open the state at *url*; a relative SQLite path starts at *root* (the docs root).

    Args:
        url: ``sqlite:///PATH``.
        root: the folder of publisher.toml.
        facts: what a new state notes about itself (the instance's name).

    Raises:
        BadConfig: no store is known by that URL's scheme.
        StateUnusable: what lies there is no state of ours, or cannot be written.
    """
    scheme, _, rest = url.partition("://")
    if scheme != "sqlite" or not rest.startswith("/"):
        raise BadConfig("[state] url", f"{url!r} is no sqlite:///PATH", "four slashes: absolute")
    from publisher.state.sqlite import SqliteStore

    return SqliteStore(root / rest[1:], facts)
