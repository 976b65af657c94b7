"""Records in one SQLite file, which several processes may use at once (WAL).

A record is an id, a resource name, JSON attributes and two times; what lists filter and sort by is
kept in columns of its own beside the JSON. Ids are unique over all resources, unlike the real
ones, so that an id of the wrong kind is always found out.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from publisher.simulator.errors import Json

SCHEMA_VERSION = 1
FIRST_ID = 1001
_COLUMNS = "id, resource, parent_id, created_at, updated_at, data"

_SCHEMA = f"""
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resource TEXT NOT NULL,
    parent_id INTEGER,
    organization_id INTEGER,
    type_id INTEGER,
    name TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX record_by_time ON record (resource, type_id, updated_at);
CREATE INDEX record_by_name ON record (resource, type_id, name);
CREATE INDEX record_by_organization ON record (organization_id, resource, type_id);
CREATE INDEX record_by_parent ON record (parent_id, resource);
CREATE INDEX link_by_destination ON record (json_extract(data, '$."destination-id"'))
    WHERE resource = 'related_items';
CREATE TABLE version (
    id INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX version_by_record ON version (record_id, at);
CREATE TABLE file (
    record_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content BLOB NOT NULL
);
CREATE TABLE pending (id INTEGER PRIMARY KEY, due INTEGER NOT NULL, request TEXT NOT NULL);
CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    status INTEGER,
    seconds REAL
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('record', {FIRST_ID - 1});
PRAGMA user_version = {SCHEMA_VERSION};
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as stored."""

    id: int
    resource: str
    parent_id: int | None
    created: int
    """Milliseconds since the epoch, as `updated`."""
    updated: int
    data: dict[str, Json]
    """Attributes, kebab-case; ids as integers. What is derived (names of others) is not here."""

    @property
    def organization_id(self) -> int | None:
        value = self.data.get("organization-id")
        return value if isinstance(value, int) else None

    @property
    def name(self) -> str:
        return str(self.data.get("name") or "")


@dataclass(frozen=True, slots=True)
class File:
    """The bytes behind an attachment, an upload or a picture."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """A record's attributes as they were from *at* on."""

    id: int
    at: int
    actor: str
    data: dict[str, Json]


class Store:
    """Plain reads and writes; knows nothing of what the attributes mean."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            self._db.close()
            raise

    def create(self) -> bool:
        """Create the tables if there are none; whether that was so.

        Raises:
            ValueError: the file was made by another version.
        """
        with self.transaction():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, SCHEMA_VERSION):
                raise ValueError(f"simulator database of another version ({version})")
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
        return bool(version == 0)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner one joins the outer one."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if outermost:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if outermost:
                self._db.execute("COMMIT")

    def rows(self, sql: str, parameters: Sequence[Json] = ()) -> list[tuple[Json, ...]]:
        """Run any SQL and return what it selects."""
        with self._lock:
            return self._db.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[Json] = ()) -> Json:
        """The first column of the first row, or None."""
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    # Records

    def insert(self, resource: str, data: dict[str, Json], parent: int | None, now: int) -> Record:
        with self._lock:
            cursor = self._db.execute(
                "INSERT INTO record (resource, parent_id, organization_id, type_id, name,"
                " created_at, updated_at, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (resource, parent, *_columns(data), now, now, _dump(data)),
            )
        return Record(int(cursor.lastrowid or 0), resource, parent, now, now, data)

    def replace(self, record: Record) -> None:
        self.rows(
            "UPDATE record SET organization_id = ?, type_id = ?, name = ?, updated_at = ?, data = ?"
            " WHERE id = ?",
            (*_columns(record.data), record.updated, _dump(record.data), record.id),
        )

    def delete(self, ids: Iterable[int]) -> None:
        """Delete records with their versions, files and everything below them."""
        for identity in ids:
            below = self.rows("SELECT id FROM record WHERE parent_id = ?", (identity,))
            self.delete(row[0] for row in below)
            for table, column in (
                ("version", "record_id"),
                ("file", "record_id"),
                ("record", "id"),
            ):
                self.rows(f"DELETE FROM {table} WHERE {column} = ?", (identity,))

    def find(self, ids: Iterable[int]) -> dict[int, Record]:
        """The records of these ids, of any resource; unknown ids are left out."""
        wanted = sorted(set(ids))
        found: dict[int, Record] = {}
        for start in range(0, len(wanted), 10_000):
            part = wanted[start : start + 10_000]
            marks = ",".join("?" * len(part))
            for row in self.rows(f"SELECT {_COLUMNS} FROM record WHERE id IN ({marks})", part):
                found[row[0]] = _record(row)
        return found

    def get(self, identity: int) -> Record | None:
        return self.find([identity]).get(identity)

    def select(
        self,
        where: str,
        parameters: Sequence[Json] = (),
        *,
        order: str = "id",
        page: tuple[int, int] | None = None,
        source: str = "record",
    ) -> list[Record]:
        """Records of *source* (a table or a subquery) that match; *page* is (size, offset)."""
        limit = f" LIMIT {page[0]} OFFSET {page[1]}" if page else ""
        chosen = f"FROM {source} WHERE {where} ORDER BY {order}{limit}"
        sql = f"SELECT {_COLUMNS} {chosen}"
        if page and source == "record":
            # Choose the page by index alone: skipping rows with their long texts is slow.
            sql = f"SELECT {_COLUMNS} FROM record WHERE id IN (SELECT id {chosen}) ORDER BY {order}"
        return [_record(row) for row in self.rows(sql, parameters)]

    def children(self, resource: str, parents: Iterable[int]) -> list[Record]:
        """The records of *resource* below these parents, oldest first."""
        ids = sorted(set(parents))
        marks = ",".join("?" * len(ids))
        return self.select(f"parent_id IN ({marks}) AND resource = ?", [*ids, resource])

    def counts(self) -> dict[str, int]:
        """How many records of each resource there are."""
        return dict(self.rows("SELECT resource, count(*) FROM record GROUP BY 1 ORDER BY 1"))

    # Beside the records

    def add_version(self, record: Record, actor: str) -> None:
        self.rows(
            "INSERT INTO version (record_id, at, actor, data) VALUES (?, ?, ?, ?)",
            (record.id, record.updated, actor, _dump(record.data)),
        )

    def versions(self, record_id: int) -> list[Version]:
        """Newest first."""
        rows = self.rows(
            "SELECT id, at, actor, data FROM version WHERE record_id = ? ORDER BY id DESC",
            (record_id,),
        )
        return [Version(row[0], row[1], row[2], json.loads(row[3])) for row in rows]

    def put_file(self, record_id: int, file: File) -> None:
        self.rows(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)",
            (record_id, file.name, file.content_type, file.content),
        )

    def file(self, record_id: int) -> File | None:
        found = self.rows(
            "SELECT name, content_type, content FROM file WHERE record_id = ?", (record_id,)
        )
        return File(*found[0]) if found else None

    def setting(self, name: str) -> str | None:
        value = self.value("SELECT value FROM setting WHERE name = ?", (name,))
        return None if value is None else str(value)

    def set(self, name: str, value: str) -> None:
        self.rows("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def empty(self) -> None:
        """Remove everything but the settings."""
        with self.transaction():
            for table in ("record", "version", "file", "pending", "request"):
                self.rows(f"DELETE FROM {table}")


def _columns(data: dict[str, Json]) -> tuple[Json, Json, Json]:
    return data.get("organization-id"), data.get("flexible-asset-type-id"), data.get("name")


def _dump(data: dict[str, Json]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _record(row: tuple[Json, ...]) -> Record:
    return Record(row[0], row[1], row[2], row[3], row[4], json.loads(row[5]))
