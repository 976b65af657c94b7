"""The state in one SQLite file: WAL, one short transaction a write, durable before it returns.

The standard library's sqlite3 and plain SQL: a transaction costs tens of microseconds, where an
abstraction over several databases costs ten times that and half a second to import.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from publisher.errors import StateUnusable
from publisher.model import Json
from publisher.state import codec
from publisher.state.store import Lease
from publisher.targets import Existing, Intent, Known, Record, Run, Scan

APPLICATION_ID = 0x49544750  # "ITGP", so that a foreign SQLite file is told from a state
FORMAT = 1
"""The schema's version; a state of a newer one is refused."""

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE target (key TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT;
CREATE TABLE document (path TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT;
CREATE TABLE intent (
    key TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, attempt TEXT NOT NULL,
    at REAL NOT NULL, document TEXT NOT NULL, PRIMARY KEY (key, kind, name)) STRICT;
CREATE TABLE asset (id TEXT PRIMARY KEY, type_id TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE INDEX asset_type ON asset (type_id);
CREATE TABLE scan (
    type_id TEXT PRIMARY KEY, settled TEXT NOT NULL, total INTEGER NOT NULL) STRICT;
CREATE TABLE run (started REAL PRIMARY KEY, data TEXT NOT NULL) STRICT;
CREATE TABLE lease (
    name TEXT PRIMARY KEY, token TEXT NOT NULL, owner TEXT NOT NULL, host TEXT NOT NULL,
    pid INTEGER NOT NULL, expires REAL NOT NULL) STRICT;
"""

_UPSERT_ASSET = "INSERT OR REPLACE INTO asset VALUES (?, ?, ?)"
_DROP_INTENT = "DELETE FROM intent WHERE key = ? AND kind = ? AND name = ? AND attempt = ?"


class SqliteStore:
    """See `publisher.state.store.Store`."""

    def __init__(self, path: Path, facts: Mapping[str, str]) -> None:
        self.url = f"sqlite:///{path}"
        self._facts = facts
        with self._explained():
            _make_folder(path.parent)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._open()

    def _open(self) -> None:
        db = self._db
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION_ID and tables:
            raise StateUnusable(self.url, "foreign")
        if version > FORMAT:
            raise StateUnusable(self.url, "newer", f"format {version}, this one knows {FORMAT}")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # an intent must survive a power cut too
        if not tables:
            self._create()

    def _create(self) -> None:
        with self._write() as db:
            # Another process may have been quicker between our look and our lock.
            (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables:
                return
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            for name, value in self._facts.items():
                db.execute("INSERT INTO meta VALUES (?, ?)", (name, json.dumps(value)))
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {FORMAT}")

    def close(self) -> None:
        self._db.close()

    # Reading

    def known(self) -> dict[str, Known]:
        return {key: codec.load_known(data) for key, data in self._rows("SELECT * FROM target")}

    def records(self) -> dict[str, Record]:
        rows = self._rows("SELECT * FROM document")
        return {path: codec.load_record(data) for path, data in rows}

    def intents(self) -> dict[tuple[str, str], Intent]:
        """By key and (for an attachment) name."""
        rows = self._rows("SELECT key, kind, name, attempt, at, document FROM intent ORDER BY at")
        return {(row[0], row[2]): Intent(*row) for row in rows}

    def existing(self, type_ids: Iterable[str]) -> dict[str, Existing]:
        found: dict[str, Existing] = {}
        for type_id in sorted(set(type_ids)):
            rows = self._rows("SELECT id, data FROM asset WHERE type_id = ?", (type_id,))
            found.update((id_, codec.load_existing(data)) for id_, data in rows)
        return found

    def scans(self) -> dict[str, Scan]:
        return {row[0]: Scan(*row) for row in self._rows("SELECT * FROM scan")}

    def meta(self, name: str) -> Json:
        """A fact about the state itself; None when it was never set."""
        rows = self._rows("SELECT value FROM meta WHERE name = ?", (name,))
        return next((json.loads(value) for (value,) in rows), None)

    def runs(self, limit: int) -> list[Run]:
        """The latest runs, newest first."""
        rows = self._rows("SELECT data FROM run ORDER BY started DESC LIMIT ?", (limit,))
        return [codec.load_run(data) for (data,) in rows]

    # Writing

    def begin(self, intent: Intent) -> None:
        with self._write() as db:
            db.execute(
                "INSERT OR REPLACE INTO intent VALUES (?, ?, ?, ?, ?, ?)",
                (intent.key, intent.kind, intent.name, intent.attempt, intent.at, intent.document),
            )

    def drop(self, intent: Intent) -> None:
        with self._write() as db:
            db.execute(_DROP_INTENT, (intent.key, intent.kind, intent.name, intent.attempt))

    def bind(self, known: Known, intent: Intent | None = None, *, instead_of: str = "") -> None:
        with self._write() as db:
            if instead_of:
                db.execute("DELETE FROM target WHERE key = ?", (instead_of,))
            db.execute(
                "INSERT OR REPLACE INTO target VALUES (?, ?)", (known.key, codec.dump(known))
            )
            if intent:
                db.execute(_DROP_INTENT, (intent.key, intent.kind, intent.name, intent.attempt))

    def forget(self, key: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM target WHERE key = ?", (key,))
            db.execute("DELETE FROM intent WHERE key = ?", (key,))

    def record(self, records: Sequence[Record], gone: Iterable[str] = ()) -> None:
        with self._write() as db:
            db.executemany("DELETE FROM document WHERE path = ?", ((path,) for path in gone))
            rows = ((record.path, codec.dump(record)) for record in records)
            db.executemany("INSERT OR REPLACE INTO document VALUES (?, ?)", rows)

    def saw(self, scan: Scan, seen: Iterable[Existing], gone: Iterable[str] = ()) -> None:
        with self._write() as db:
            db.executemany("DELETE FROM asset WHERE id = ?", ((id_,) for id_ in gone))
            rows = ((asset.asset_id, asset.type_id, codec.dump(asset)) for asset in seen)
            db.executemany(_UPSERT_ASSET, rows)
            row = (scan.type_id, scan.settled, scan.total)
            db.execute("INSERT OR REPLACE INTO scan VALUES (?, ?, ?)", row)

    def observe(self, seen: Existing) -> None:
        with self._write() as db:
            db.execute(_UPSERT_ASSET, (seen.asset_id, seen.type_id, codec.dump(seen)))

    def lost(self, asset_id: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM asset WHERE id = ?", (asset_id,))

    def set_meta(self, name: str, value: Json) -> None:
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, json.dumps(value)))

    def add_run(self, run: Run) -> None:
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO run VALUES (?, ?)", (run.started, codec.dump(run)))

    # The lease

    def acquire(self, lease: Lease, now: float) -> Lease | None:
        with self._write() as db:
            query = "SELECT token, owner, host, pid, expires FROM lease WHERE name = 'apply'"
            row = db.execute(query).fetchone()
            held = Lease(*row) if row else None
            if held and held.token != lease.token and held.expires > now:
                return held
            values = (lease.token, lease.owner, lease.host, lease.pid, lease.expires)
            db.execute("INSERT OR REPLACE INTO lease VALUES ('apply', ?, ?, ?, ?, ?)", values)
            return None

    def release(self, token: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM lease WHERE token = ?", (token,))

    # Plumbing

    def _rows(self, query: str, values: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        with self._explained():
            return self._db.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on disk when the block ends, or none."""
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's errors as ours, so that a full disk or a foreign file is a sentence."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StateUnusable(self.url, "unwritable", str(error)) from error
        except sqlite3.DatabaseError as error:
            raise StateUnusable(self.url, "corrupt", str(error)) from error
        except OSError as error:
            raise StateUnusable(self.url, "unwritable", str(error)) from error


def _make_folder(folder: Path) -> None:
    """The state's folder, kept out of Git by its own .gitignore."""
    if not folder.exists():
        folder.mkdir(parents=True)
        if folder.name == ".publisher":
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
