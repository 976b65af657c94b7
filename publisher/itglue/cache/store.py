"""What the cache holds, and quick questions to it: plain SQL over one SQLite file."""

from __future__ import annotations

import builtins
import contextlib
import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from publisher.itglue.cache.file import explained, open_file
from publisher.itglue.cache.items import Item, Link, fold

STALE = 24 * 3600.0
"""Seconds after which what the cache holds is asked for again."""
_COUNT_AFTER = 100
"""Look-ups after which their count is written down (and at the end)."""
_UPSERT = """
INSERT INTO item (entity, id, scope, folded, organization_id, seen, data, words)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (entity, id) DO UPDATE SET scope = excluded.scope, folded = excluded.folded,
    organization_id = excluded.organization_id, seen = excluded.seen, data = excluded.data,
    words = excluded.words
"""
_FOUND = """
SELECT number FROM item WHERE folded = ?
UNION ALL SELECT * FROM (
    SELECT word.rowid FROM word CROSS JOIN item ON number = word.rowid
    WHERE word MATCH ? {among} LIMIT 2000)
"""
"""Candidates of a search: exact names, and so many others; ranking 100,000 would take too long."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How far one list of an entity has been read."""

    read: float
    """When it was last brought up to date, in seconds since the epoch."""
    newest: str | None
    """The latest `updated_at` that it held."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What a cache holds, how old that is, and how often it had the answer."""

    entities: dict[str, int]
    relationships: int
    hits: int
    misses: int
    age: float | None
    """Seconds since the list that was read longest ago; None: nothing was ever read."""
    size: int
    """Bytes on disk."""

    @property
    def stale(self) -> bool:
        return self.age is None or self.age > STALE

    @property
    def hit_rate(self) -> float | None:
        asked = self.hits + self.misses
        return self.hits / asked if asked else None


class MetadataCache:
    """One instance's metadata. Several processes may use the same file."""

    def __init__(
        self, path: Path, base_url: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Open the file, creating it when it is missing; see `file.py` for when it is made anew.

        Raises:
            BadConfig: it cannot be written, or is something else.
        """
        self.path, self.clock = path, clock
        self._db = open_file(path, base_url)
        self._hits = self._misses = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write the counts down, and close the file."""
        with contextlib.suppress(Exception):
            self._write_counts()
        self._db.close()

    # Reading

    def get(self, entity: str, record_id: str) -> Item | None:
        found = self._items("WHERE entity = ? AND id = ?", (entity, record_id))
        return found[0] if found else None

    def named(self, entity: str, name: str, organization_id: str | None = None) -> list[Item]:
        """The records of that name, in any case and with or without accents, by id."""
        where, values = "WHERE entity = ? AND folded = ?", [entity, fold(name.strip())]
        return self._items(*_within(where, values, organization_id))

    def search(self, text: str, entities: Collection[str] = (), limit: int = 20) -> list[Item]:
        """The records whose names hold words that begin as those of *text* do; best first."""
        words = re.findall(r"[^\W_]+", whole := fold(text.strip()))
        if not words:
            return []
        query = " ".join(f'"{word}"*' for word in words)
        # The plus keeps SQLite from walking all records of an entity instead of those found.
        among = f"AND +entity IN ({_marks(entities)})" if entities else ""
        tail = (
            f"{among} ORDER BY folded = ? DESC, instr(folded, ?) = 1 DESC, length(folded), number"
        )
        return self._items(
            f"WHERE number IN ({_FOUND.format(among=among)}) {tail} LIMIT ?",
            (whole, query, *entities, *entities, whole, words[0], limit),
        )

    def links(self, entity: str, record_id: str) -> tuple[list[Link], float] | None:
        """The relationships of a record, and when they were read; None if they never were."""
        where = "WHERE entity = ? AND id = ?"
        read = self._rows(f"SELECT links_seen FROM item {where}", (entity, record_id))
        if not read or read[0][0] is None:
            return None
        query = f"SELECT kind, other, other_id, name FROM link {where} ORDER BY other, name"
        return [Link(*row) for row in self._rows(query, (entity, record_id))], read[0][0]

    def listing(self, entity: str, scope: str) -> Listing | None:
        """How far a list has been read; None if it never was."""
        query = "SELECT read, newest FROM listing WHERE entity = ? AND scope = ?"
        found = self._rows(query, (entity, scope))
        return Listing(*found[0]) if found else None

    def read_at(self, entity: str, scope: str | None = None) -> float | None:
        """When an entity's lists (or that one) were read, the one that was longest ago."""
        query = "SELECT min(read) FROM listing WHERE entity = ? AND scope = coalesce(?, scope)"
        ((read,),) = self._rows(query, (entity, scope))
        return None if read is None else float(read)

    def count(self, entity: str, scope: str | None = None) -> int:
        """How many records it holds of an entity, or of one of its lists."""
        query = "SELECT count(*) FROM item WHERE entity = ? AND scope = coalesce(?, scope)"
        return int(self._rows(query, (entity, scope))[0][0])

    def stats(self) -> Stats:
        self._write_counts()
        entities = dict(self._rows("SELECT entity, count(*) FROM item GROUP BY entity"))
        ((links,),) = self._rows("SELECT count(*) FROM link")
        ((read,),) = self._rows("SELECT min(read) FROM listing")
        size = sum(f.stat().st_size for f in self._files() if f.exists())
        age = None if read is None else max(0.0, self.clock() - read)
        hits, misses = self._number("hits"), self._number("misses")
        return Stats(dict(sorted(entities.items())), links, hits, misses, age, size)

    def list(self, entity: str, organization_id: str | None = None) -> list[Item]:
        """All records of an entity (of an organization), by id."""
        return self._items(*_within("WHERE entity = ?", [entity], organization_id))

    # Writing

    def put(self, items: Iterable[Item]) -> None:
        """Keep these, instead of what was kept of them."""
        with self._write():
            self._db.executemany(_UPSERT, map(_row, items))

    def put_links(self, entity: str, links: Mapping[str, Iterable[Link]], seen: float) -> None:
        """Keep the relationships of records that are kept: record id -> all of its links."""
        with self._write():
            for record_id, found in links.items():
                self._unlink(entity, record_id, seen)
                rows = [(entity, record_id, *astuple(link)) for link in found]
                self._db.executemany("INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?, ?, ?)", rows)

    def forget_links(self, ids: Iterable[str]) -> None:
        """The relationships of these records have changed: they are to be read again."""
        with self._write():
            update = "UPDATE item SET links_seen = NULL WHERE id = ?"
            self._db.executemany(update, [(each,) for each in ids])

    def remove(self, entity: str, record_id: str) -> None:
        """A record is no more."""
        with self._write():
            self._unlink(entity, record_id, None)
            self._db.execute("DELETE FROM item WHERE entity = ? AND id = ?", (entity, record_id))

    def has_read(self, entity: str, scope: str, started: float, newest: str | None) -> None:
        """A list is up to date as of *started*."""
        values = (entity, scope, started, newest)
        with self._write():
            self._db.execute("INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?)", values)

    def sweep(self, entity: str, scope: str, started: float, found: Iterable[str]) -> None:
        """Remove what a whole reading of a list, begun at *started*, did not come upon.

        What this client wrote in the meantime may stand on a page that was already read: it stays.
        """
        where = (
            "WHERE entity = ? AND scope = ? AND seen <= ?"
            " AND id NOT IN (SELECT value FROM json_each(?))"
        )
        self._sweep(f"FROM item {where}", (entity, scope, started, json.dumps([*found])))

    def keep_scopes(self, entity: str, scopes: Iterable[str]) -> None:
        """Remove what stands on lists that are no more."""
        known = json.dumps(sorted(scopes))
        where = "WHERE entity = ? AND scope NOT IN (SELECT value FROM json_each(?))"
        self._sweep(f"FROM item {where}", (entity, known))
        with self._write():
            self._db.execute(f"DELETE FROM listing {where}", (entity, known))

    def looked_up(self, hit: bool) -> None:
        """Count one question."""
        self._hits += hit
        self._misses += not hit
        if self._hits + self._misses >= _COUNT_AFTER:
            self._write_counts()

    def _sweep(self, which: str, values: tuple[str | float, ...]) -> None:
        gone = self._rows(f"SELECT entity, id {which}", values)
        with self._write():
            links = "DELETE FROM link WHERE entity = ? AND id = ?"
            self._db.executemany(links, gone)
            self._db.execute(f"DELETE {which}", values)

    def _unlink(self, entity: str, record_id: str, seen: float | None) -> None:
        where = (entity, record_id)
        self._db.execute("DELETE FROM link WHERE entity = ? AND id = ?", where)
        update = "UPDATE item SET links_seen = ? WHERE entity = ? AND id = ?"
        self._db.execute(update, (seen, *where))

    def _write_counts(self) -> None:
        counts = {"hits": self._hits, "misses": self._misses}
        self._hits = self._misses = 0
        upsert = (
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
            " SET value = CAST(value AS INTEGER) + CAST(excluded.value AS INTEGER)"
        )
        with self._write():
            self._db.executemany(upsert, [(n, str(c)) for n, c in counts.items() if c])

    def _number(self, name: str) -> int:
        found = self._rows("SELECT value FROM meta WHERE name = ?", (name,))
        return int(found[0][0]) if found else 0

    def _items(self, tail: str, values: Sequence[str | int | float]) -> builtins.list[Item]:
        rows = self._rows(f"SELECT entity, id, data, seen FROM item {tail}", values)
        return [Item(entity, id_, json.loads(data), seen) for entity, id_, data, seen in rows]

    def _rows(self, query: str, values: Sequence[str | int | float | None] = ()) -> Any:
        with explained(self.path):
            return self._db.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _write(self) -> Iterator[None]:
        with explained(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _files(self) -> builtins.list[Path]:
        return [Path(f"{self.path}{suffix}") for suffix in ("", "-wal")]


def _row(item: Item) -> tuple[str | float | None, ...]:
    data = json.dumps(dict(item.attributes), ensure_ascii=False, separators=(",", ":"))
    where = (item.entity, item.id, item.scope, fold(item.name.strip()))
    return (*where, item.organization_id, item.seen, data, item.words)


def _within(where: str, values: list[str], organization_id: str | None) -> tuple[str, list[str]]:
    if organization_id is not None:
        where, values = f"{where} AND organization_id = ?", [*values, organization_id]
    return f"{where} ORDER BY number", values


def _marks(values: Collection[str]) -> str:
    return ",".join("?" * len(values))
