"""What every SQL state has in common: its statements, over a dialect's plumbing.

Some twenty statements that SQLite and PostgreSQL both understand (placeholders are ``?``), so
neither an abstraction over databases nor a second copy is needed.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from publisher.errors import StateUnusable
from publisher.model import Entry, Json
from publisher.state import codec
from publisher.state.store import Lease
from publisher.targets import Existing, Intent, Known, Record, Replaced, Run, Scan

if TYPE_CHECKING:
    from publisher.itglue import Log, RateLimit
    from publisher.state.slots import Tables

Values: TypeAlias = Sequence[str | int | float]


class Writer(Protocol):
    """An open transaction."""

    def execute(self, query: str, values: Values = (), /) -> Any: ...
    def executemany(self, query: str, rows: Iterable[Values], /) -> Any: ...


def _upsert(table: str, keys: str, others: str) -> str:
    columns = f"{keys}, {others}".split(", ")
    sets = ", ".join(f"{name} = excluded.{name}" for name in others.split(", "))
    marks = ", ".join("?" * len(columns))
    names = ", ".join(columns)
    return (
        f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({keys}) DO UPDATE SET {sets}"
    )


_META = _upsert("meta", "name", "value")
_TARGET = _upsert("target", "key", "data")
_DOCUMENT = _upsert("document", "path", "data")
_INTENT = _upsert("intent", "key, kind, name", "attempt, at, document")
_ASSET = _upsert("asset", "id", "type_id, data")
_SCAN = _upsert("scan", "type_id", "settled, total")
_RUN = _upsert("run", "started", "data")
_REPLACED = _upsert("replaced", "key, trait, at", "data")
_LEASE_COLUMNS = "token, owner, host, pid, url, renewed, expires"
_LEASE = _upsert("lease", "name", _LEASE_COLUMNS)
_HELD = f"SELECT name, {_LEASE_COLUMNS} FROM lease ORDER BY renewed, token, name"
_ALL, _ONE = "apply", "apply:"
"""Names of leases: for everything, and before the id of one organization."""
_DROP_INTENT = "DELETE FROM intent WHERE key = ? AND kind = ? AND name = ? AND attempt = ?"


@contextmanager
def close_on_error(store: SqlStore) -> Iterator[None]:
    """A store that cannot be opened leaves no connection behind."""
    try:
        yield
    except BaseException:
        store.close()
        raise


class SqlStore(ABC):
    """See `publisher.state.store.Store`; a dialect adds how to read, to write and to tell time."""

    url: str
    _lately: Mapping[str, Known] = {}
    """What `known` gave last, so that what is read after it shares its texts."""

    @abstractmethod
    def _rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Run one query."""

    def _each(self, query: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Run one query of many rows; where the driver can, they are not all held at once."""
        return iter(self._rows(query, values))

    @abstractmethod
    def _write(self) -> AbstractContextManager[Writer]:
        """One transaction: all of it is on disk when the block ends, or none."""

    @abstractmethod
    def _alone(self, db: Writer) -> None:
        """Keep others from looking at the lease until the transaction ends."""

    @abstractmethod
    def _slots(self, account: str) -> Tables:
        """Where the slots of *account* lie; they are made, if need be."""

    @abstractmethod
    def now(self) -> float: ...

    @abstractmethod
    def close(self) -> None: ...

    # Reading

    def known(self, files: Mapping[str, Entry] = MappingProxyType({})) -> dict[str, Known]:
        with self._readable(), codec.growing():
            values = codec.decode(self._texts("target"))
            found = (codec.load_known(value, files) for value in values)
            self._lately = {known.key: known for known in found}
            return dict(self._lately)

    def records(self) -> dict[str, Record]:
        with self._readable(), codec.growing():
            values = codec.decode(self._texts("document"))
            found = (codec.load_record(value, self._lately) for value in values)
            return {record.path: record for record in found}

    def intents(self) -> dict[tuple[str, str], Intent]:
        """By key and (for an attachment) name."""
        rows = self._rows("SELECT key, kind, name, attempt, at, document FROM intent ORDER BY at")
        return {(row[0], row[2]): Intent(*row) for row in rows}

    def existing(self, type_ids: Iterable[str]) -> dict[str, Existing]:
        found: dict[str, Existing] = {}
        for type_id in sorted(set(type_ids)):
            texts = self._texts("asset", "WHERE type_id = ?", (type_id,))
            with self._readable(), codec.growing():
                values = codec.decode(texts)
                assets = (codec.load_existing(value, self._lately) for value in values)
                found.update((asset.asset_id, asset) for asset in assets)
        return found

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """A value that nobody can have written as it stands is a damaged state."""
        try:
            yield
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateUnusable(self.url, "corrupt", "a row is unreadable") from error

    def _texts(self, table: str, where: str = "", values: Values = ()) -> Iterator[str]:
        """The values of a table as they are kept, one after the other."""
        return (data for (data,) in self._each(f"SELECT data FROM {table} {where}", values))

    def scans(self) -> dict[str, Scan]:
        rows = self._rows("SELECT type_id, settled, total FROM scan")
        return {row[0]: Scan(*row) for row in rows}

    def meta(self, name: str) -> Json:
        """A fact about the state itself; None when it was never set."""
        rows = self._rows("SELECT value FROM meta WHERE name = ?", (name,))
        return next((json.loads(value) for (value,) in rows), None)

    def runs(self, limit: int) -> list[Run]:
        """The latest runs, newest first."""
        rows = self._rows("SELECT data FROM run ORDER BY started DESC LIMIT ?", (limit,))
        return [codec.load_run(data) for (data,) in rows]

    def replaced(self, limit: int) -> list[Replaced]:
        """What applies replaced that others had written, newest first."""
        rows = self._rows(
            "SELECT data FROM replaced ORDER BY at DESC, key, trait LIMIT ?", (limit,)
        )
        return [codec.load_replaced(data) for (data,) in rows]

    # Writing

    def begin(self, *intents: Intent) -> None:
        with self._write() as db:
            rows = ((i.key, i.kind, i.name, i.attempt, i.at, i.document) for i in intents)
            db.executemany(_INTENT, rows)

    def drop(self, intent: Intent) -> None:
        with self._write() as db:
            db.execute(_DROP_INTENT, (intent.key, intent.kind, intent.name, intent.attempt))

    def bind(self, known: Known, intent: Intent | None = None, *, instead_of: str = "") -> None:
        with self._write() as db:
            if instead_of:
                db.execute("DELETE FROM target WHERE key = ?", (instead_of,))
            db.execute(_TARGET, (known.key, codec.dump(known)))
            if intent:
                db.execute(_DROP_INTENT, (intent.key, intent.kind, intent.name, intent.attempt))

    def unbind(self, key: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM target WHERE key = ?", (key,))

    def forget(self, key: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM target WHERE key = ?", (key,))
            db.execute("DELETE FROM intent WHERE key = ?", (key,))

    def rebuild(self, found: Iterable[Known]) -> None:
        targets = list(found)
        with self._write() as db:
            db.execute("DELETE FROM target")
            db.execute("DELETE FROM document")
            db.executemany(_TARGET, ((known.key, codec.dump(known)) for known in targets))
            settled = ((known.key,) for known in targets)
            db.executemany("DELETE FROM intent WHERE key = ? AND kind = 'asset'", settled)

    def record(self, records: Sequence[Record], gone: Iterable[str] = ()) -> None:
        with self._write() as db:
            db.executemany("DELETE FROM document WHERE path = ?", ((path,) for path in gone))
            db.executemany(_DOCUMENT, ((record.path, codec.dump(record)) for record in records))

    def saw(self, scan: Scan, seen: Iterable[Existing], gone: Iterable[str] = ()) -> None:
        with self._write() as db:
            db.executemany("DELETE FROM asset WHERE id = ?", ((id_,) for id_ in gone))
            rows = ((asset.asset_id, asset.type_id, codec.dump(asset)) for asset in seen)
            db.executemany(_ASSET, rows)
            db.execute(_SCAN, (scan.type_id, scan.settled, scan.total))

    def observe(self, seen: Existing) -> None:
        with self._write() as db:
            db.execute(_ASSET, (seen.asset_id, seen.type_id, codec.dump(seen)))

    def lost(self, asset_id: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM asset WHERE id = ?", (asset_id,))

    def replace(self, former: Iterable[Replaced]) -> None:
        with self._write() as db:
            rows = ((one.key, one.trait, one.at, codec.dump(one)) for one in former)
            db.executemany(_REPLACED, rows)

    def set_meta(self, name: str, value: Json) -> None:
        with self._write() as db:
            db.execute(_META, (name, json.dumps(value)))

    def add_run(self, run: Run) -> None:
        with self._write() as db:
            db.execute(_RUN, (run.started, codec.dump(run)))

    # Leases: a row for each organization, or one for all

    def leases(self) -> list[Lease]:
        return _leases(self._rows(_HELD))

    def acquire(self, lease: Lease, seconds: float) -> Lease | None:
        with self._write() as db:
            self._alone(db)
            now = self.now()
            for held in _leases(db.execute(_HELD).fetchall()):
                if held.expires > now and held.token != lease.token and _meet(held, lease):
                    return held
            db.execute("DELETE FROM lease WHERE token = ? OR expires <= ?", (lease.token, now))
            who = (lease.token, lease.owner, lease.host, lease.pid, lease.url, now, now + seconds)
            db.executemany(_LEASE, ((name, *who) for name in _names(lease)))
            return None

    def release(self, token: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM lease WHERE token = ?", (token,))

    # The request budget

    def budget(self, account: str, limit: RateLimit) -> Log:
        from publisher.state.slots import SharedLog  # late: with it comes the whole client

        return SharedLog(self._slots(account), limit)


def _leases(rows: Iterable[Sequence[Any]]) -> list[Lease]:
    """The leases that rows make up."""
    found: dict[str, list[Sequence[Any]]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(row)
    return [_lease(group) for group in found.values()]


def _lease(rows: Sequence[Sequence[Any]]) -> Lease:
    names = [row[0] for row in rows]
    ids = None if _ALL in names else tuple(name.removeprefix(_ONE) for name in names)
    return replace(Lease(*rows[0][1:]), organizations=ids)


def _names(lease: Lease) -> list[str]:
    if lease.organizations is None:
        return [_ALL]
    return [_ONE + id_ for id_ in sorted(lease.organizations)]


def _meet(one: Lease, other: Lease) -> bool:
    """Whether two leases are for the same organization."""
    if one.organizations is None or other.organizations is None:
        return True
    return not set(one.organizations).isdisjoint(other.organizations)
