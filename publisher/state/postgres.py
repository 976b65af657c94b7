"""The state in a PostgreSQL database, for runners that share one.

Each docs repository and instance has a schema of its own in it, so that the statements are
SQLite's, and one database serves them all. Leases go by the database's clock. The session keeps a
search path: a pooler in between must pool sessions, not transactions.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from publisher.errors import BadConfig, StateUnusable
from publisher.model import digest
from publisher.state.schema import FORMAT, statements
from publisher.state.sql import SqlStore, Values, Writer, close_on_error
from publisher.state.store import masked

if TYPE_CHECKING:
    import psycopg

    from publisher.state.slots import Tables

CONNECT_SECONDS = 10
IDLE_SECONDS = 5.0
"""After so long a connection is asked whether it lives, before anything depends on it."""
_OPTIONS: Mapping[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 30,  # a plan can read IT Glue for minutes, and routers forget idle lines
    "application_name": "itglue-publisher",
}


class PostgresStore(SqlStore):
    """See `publisher.state.store.Store`."""

    def __init__(self, url: str, facts: Mapping[str, str]) -> None:
        self.schema = schema_of(facts)
        self.url = masked(url)
        self._url, self._facts = url, facts
        self._used = time.monotonic()
        self._db = self._connect()
        with close_on_error(self), self._explained():
            self._open()

    def _connect(self) -> psycopg.Connection[Any]:
        try:
            import psycopg
        except ImportError:
            raise BadConfig(
                "[state] url",
                "a state in PostgreSQL needs psycopg, which is not installed",
                "Install it as the extra `postgres`: pip install 'itglue-publisher[postgres]'",
            ) from None
        try:
            # Options in the URL win over ours.
            given = psycopg.conninfo.conninfo_to_dict(self._url)
            db = psycopg.connect(**{**_OPTIONS, **given}, autocommit=True)
        except psycopg.Error as error:
            raise StateUnusable(self.url, "unreachable", _first_line(error)) from error
        with self._explained():
            db.execute(_text(f'SET search_path TO "{self.schema}"'))
        return db

    def _open(self) -> None:
        version = self._version()
        if version > FORMAT:
            raise StateUnusable(self.url, "newer", f"format {version}, this one knows {FORMAT}")
        if version < FORMAT:
            self._build()

    def _version(self) -> int:
        """How many steps the schema has taken; 0 when there is none."""
        # Asked of the catalog: name look-ups go by a cache, which misses what was made just now.
        query = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = ? AND tablename = 'meta'"
        if not self._rows(query, (self.schema,)):
            return 0
        return int(self.meta("format") or 0)

    def _build(self) -> None:
        with self._write() as db:
            db.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (self.schema,))
            version = self._version()  # another process may have been quicker than our lock
            if version == 0:
                db.execute(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')
            for statement in statements(version, real="DOUBLE PRECISION", strict=""):
                db.execute(statement)
            facts = {**(self._facts if version == 0 else {}), "format": FORMAT}
            db.executemany(
                "INSERT INTO meta VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [(name, json.dumps(value)) for name, value in facts.items()],
            )

    def verify(self) -> None:
        pass  # a server looks after its own files

    def close(self) -> None:
        self._db.close()

    def now(self) -> float:
        ((now,),) = self._rows("SELECT extract(epoch FROM clock_timestamp())::double precision")
        return float(now)

    def _rows(self, query: str, values: Values = ()) -> list[tuple[Any, ...]]:
        with self._explained():
            return self._connection().execute(_text(query), values).fetchall()

    @contextlib.contextmanager
    def _write(self) -> Iterator[Writer]:
        with self._explained():
            db = self._connection()
            with db.transaction():
                yield _Transaction(db)

    def _alone(self, db: Writer) -> None:
        db.execute("LOCK TABLE lease IN EXCLUSIVE MODE")

    def _slots(self, account: str) -> Tables:
        from publisher.state.slots import TABLES, Tables

        # A schema of the account's own: other repositories publish to it as well.
        schema = schema_of({"repository": "budget", "instance": account})
        slot, pace = f'"{schema}".slot', f'"{schema}".pace'
        text = TABLES.format(slot=slot, pace=pace, real="DOUBLE PRECISION", strict="", slim="")
        with self._write() as db:
            db.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (schema,))
            db.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            for statement in text.split(";"):
                db.execute(statement)

        @contextlib.contextmanager
        def write() -> Iterator[Writer]:
            with self._write() as db:
                db.execute("SET LOCAL synchronous_commit TO off")
                db.execute(f"LOCK TABLE {slot} IN EXCLUSIVE MODE")
                yield db

        return Tables(self.now, self._rows, write, slot, pace)

    def _connection(self) -> psycopg.Connection[Any]:
        """The connection; another one, if it broke, or died while nothing was asked of it."""
        from psycopg import OperationalError
        from psycopg.pq import TransactionStatus

        idle, self._used = time.monotonic() - self._used > IDLE_SECONDS, time.monotonic()
        if idle and self._db.info.transaction_status == TransactionStatus.IDLE:
            with contextlib.suppress(OperationalError):  # then it is broken from now on
                self._db.execute("SELECT 1")
        if self._db.broken:
            self._db = self._connect()
        return self._db

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """The driver's errors as ours, in one line and without the password."""
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            raise StateUnusable(self.url, "unwritable", _first_line(error)) from error


class _Transaction:
    """A `Writer` over an open transaction."""

    def __init__(self, db: psycopg.Connection[Any]) -> None:
        self._db = db

    def execute(self, query: str, values: Values = (), /) -> psycopg.Cursor[Any]:
        return self._db.execute(_text(query), values)

    def executemany(self, query: str, rows: Iterable[Values], /) -> None:
        with self._db.cursor() as cursor:
            cursor.executemany(_text(query), rows)


def schema_of(facts: Mapping[str, str]) -> str:
    """The schema that holds a state: readable, and another one for other facts.

    Example: ``publisher_acme_docs_production_3f0a9c1d``; at most 63 bytes, PostgreSQL's limit.
    """
    names = [facts.get("repository", ""), facts.get("instance", "")]
    readable = "_".join(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in names)
    return f"publisher_{readable[:44]}_{digest(names)[:8]}"


def _text(query: str) -> bytes:
    """The statement in psycopg's own placeholders; ours hold no other question marks."""
    return query.replace("?", "%s").encode()


def _first_line(error: Exception) -> str:
    return masked(str(error).strip().partition("\n")[0])  # libpq quotes a URL that it cannot read
