"""The state in one SQLite file: WAL, one short transaction a write, durable before it returns.

The standard library's sqlite3 and plain SQL: a transaction costs tens of microseconds, where an
abstraction over several databases costs ten times that and half a second to import.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.errors import StateUnusable
from publisher.state.folder import make_folder
from publisher.state.schema import FORMAT, statements
from publisher.state.sql import SqlStore, Values, Writer, close_on_error

if TYPE_CHECKING:
    from publisher.state.slots import Tables

APPLICATION_ID = 0x49544750  # "ITGP", so that a foreign SQLite file is told from a state

BUSY_SECONDS = 30.0
"""How long to wait for another process's transaction, which takes microseconds."""


class SqliteStore(SqlStore):
    """See `publisher.state.store.Store`."""

    def __init__(self, path: Path, facts: Mapping[str, str]) -> None:
        self.url = f"sqlite:///{path}"
        self._facts = facts
        with self._explained():
            make_folder(path.parent)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
        with close_on_error(self), self._explained():
            self._open()

    def _open(self) -> None:
        db = self._db
        # In this order: another process may be making the state between two of these looks.
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application,) = db.execute("PRAGMA application_id").fetchone()
        version = self._version()
        if application != APPLICATION_ID and tables:
            raise StateUnusable(self.url, "foreign")
        if version > FORMAT:
            raise StateUnusable(self.url, "newer", f"format {version}, this one knows {FORMAT}")
        self._write_ahead()
        db.execute("PRAGMA synchronous = FULL")  # an intent must survive a power cut too
        if version < FORMAT:
            self._build()

    def _write_ahead(self) -> None:
        """Switch to WAL. SQLite's own timeout does not cover this one lock, so we wait for it."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(0.02)

    def _version(self) -> int:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _build(self) -> None:
        with self._write() as db:
            version = self._version()  # another process may have been quicker than our lock
            for statement in statements(version, real="REAL", strict=" STRICT"):
                db.execute(statement)
            if version == 0:
                facts = [(name, json.dumps(value)) for name, value in self._facts.items()]
                db.executemany("INSERT INTO meta VALUES (?, ?)", facts)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {FORMAT}")

    def verify(self) -> None:
        with self._explained():
            (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise StateUnusable(self.url, "corrupt", found)

    def close(self) -> None:
        self._db.close()

    def now(self) -> float:
        return time.time()

    def _alone(self, db: Writer) -> None:
        pass  # BEGIN IMMEDIATE has seen to it

    def _rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        with self._explained():
            return self._db.execute(query, values).fetchall()

    def _each(self, query: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        with self._explained():
            yield from self._db.execute(query, values)

    @contextlib.contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk may have rolled it back already
                    self._db.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _write_hastily(self) -> Iterator[sqlite3.Connection]:
        """A transaction that a power cut may undo: it does not wait for the disk."""
        self._db.execute("PRAGMA synchronous = NORMAL")
        try:
            with self._write() as db:
                yield db
        finally:
            self._db.execute("PRAGMA synchronous = FULL")

    def _slots(self, account: str) -> Tables:
        from publisher.state.slots import TABLES, Tables

        text = TABLES.format(
            slot="slot", pace="pace", real="REAL", strict=" STRICT", slim=" STRICT, WITHOUT ROWID"
        )
        with self._write() as db:
            for statement in text.split(";"):
                db.execute(statement)
        return Tables(self.now, self._rows, self._write_hastily)

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
