"""The seam between the publisher and where it keeps its state.

Every write is one transaction of its own, committed when the call returns: a killed run has lost
nothing that it was told. Holds ids, hashes and times; no document text, no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from publisher.errors import BadConfig
from publisher.model import Entry, Json
from publisher.targets import Existing, Intent, Known, Record, Replaced, Run, Scan

if TYPE_CHECKING:
    from publisher.itglue import Log, RateLimit


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on the instance now, or on some of its organizations, and until when at the
    latest."""

    token: str
    owner: str
    """``user@host, process 123``."""
    host: str
    """Tells whether `pid` can be looked up here."""
    pid: int
    url: str = ""
    """The CI run's page; '' outside of CI."""
    renewed: float = 0.0
    """Seconds since the epoch, on the state's clock."""
    expires: float = 0.0
    organizations: tuple[str, ...] | None = None
    """Ids of those that it is for; None: all there are."""

    @property
    def holder(self) -> str:
        """Whose it is, in words."""
        return f"{self.owner}, {self.url}" if self.url else self.owner


class Store(Protocol):
    """One instance's state."""

    url: str

    def known(self, files: Mapping[str, Entry] = ...) -> dict[str, Known]:
        """The targets by key; paths and blob ids that *files* has too take no room twice."""
        ...

    def records(self) -> dict[str, Record]: ...
    def intents(self) -> dict[tuple[str, str], Intent]: ...
    def existing(self, type_ids: Iterable[str]) -> dict[str, Existing]: ...
    def scans(self) -> dict[str, Scan]: ...
    def meta(self, name: str) -> Json: ...
    def runs(self, limit: int) -> list[Run]: ...
    def replaced(self, limit: int) -> list[Replaced]: ...

    def now(self) -> float:
        """Seconds since the epoch, on the one clock that all who share the state go by."""

    def begin(self, *intents: Intent) -> None:
        """Commit intents, in one transaction, before the POST leaves."""

    def drop(self, intent: Intent) -> None:
        """The POST of an intent was certainly not carried out, or its outcome is settled."""

    def bind(self, known: Known, intent: Intent | None = None, *, instead_of: str = "") -> None:
        """Commit what was published; the intent is settled, the row of a former key goes."""

    def unbind(self, key: str) -> None:
        """Know nothing of a target's asset any more; an open intent stays."""

    def forget(self, key: str) -> None:
        """The target is no more, and nothing of it is under way."""

    def rebuild(self, found: Iterable[Known]) -> None:
        """Know these targets and no others; files are to be read again. Other intents stay."""

    def record(self, records: Sequence[Record], gone: Iterable[str] = ()) -> None:
        """Remember what files held when they were published."""

    def saw(self, scan: Scan, seen: Iterable[Existing], gone: Iterable[str] = ()) -> None:
        """Remember what was read of a type's assets."""

    def observe(self, seen: Existing) -> None:
        """Remember what one answer said of one asset."""

    def lost(self, asset_id: str) -> None:
        """An asset is no more."""

    def replace(self, former: Iterable[Replaced]) -> None:
        """Remember what is about to be replaced."""

    def set_meta(self, name: str, value: Json) -> None: ...
    def add_run(self, run: Run) -> None: ...

    def leases(self) -> list[Lease]:
        """The leases as they stand, expired or not, the oldest first."""

    def acquire(self, lease: Lease, seconds: float) -> Lease | None:
        """Take or renew a lease for *seconds*: all that it is for, or nothing.

        Leases for different organizations stand side by side; one for all stands alone.

        Returns:
            None if it is done, else one that is in the way.
        """

    def release(self, token: str) -> None:
        """Give a lease back, as far as it is still held."""

    def budget(self, account: str, limit: RateLimit) -> Log:
        """The request budget of *account*, shared with all who use the same database."""

    def verify(self) -> None:
        """Read all of it once, so that damage is found before anything depends on it.

        Raises:
            StateUnusable: it is damaged.
        """

    def close(self) -> None: ...


def open_store(url: str, root: Path, facts: Mapping[str, str]) -> Store:
    """Open the state at *url*; a relative SQLite path starts at *root* (the docs root).

    Args:
        url: ``sqlite:///PATH`` or ``postgresql://…`` (libpq's connection URI).
        root: the folder of publisher.toml.
        facts: what a new state notes about itself: ``repository`` and ``instance``, which in
            a shared database also name its part of it.

    Raises:
        BadConfig: no store is known by that URL's scheme, or its driver is not installed.
        StateUnusable: what lies there is no state of ours, or cannot be reached or written.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/"):
        from publisher.state.sqlite import SqliteStore

        return SqliteStore(root / rest[1:], facts)
    if scheme in ("postgresql", "postgres"):
        from publisher.state.postgres import PostgresStore

        return PostgresStore(url, facts)
    raise BadConfig(
        "[state] url",
        f"{masked(url)!r} is neither sqlite:///PATH nor postgresql://…",
        "Four slashes make a path absolute: sqlite:////PATH.",
    )


def masked(url: str) -> str:
    """*url* without its password, to be shown."""
    return re.sub(r"(?<=:)[^:/@]*(?=@)|(?<=password=)[^&]*", "***", url)
