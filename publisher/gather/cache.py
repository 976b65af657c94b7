"""Rendered pages, kept from run to run, so that `apply` renders nothing that `plan` has.

One SQLite file beside the state. A page is known by all that it is made of: renderer, path, title,
text and its first line. Whatever is wrong with the file, it is thrown away or done without, in
silence. Its owner alone can read it, as it holds what documents say; none with a secret is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from publisher.gather.ahead import Source
from publisher.model import digest
from publisher.render import RENDERER, Page, Reference, Stripped
from publisher.source.tree import Tree
from publisher.state.folder import NAME, make_folder

T = TypeVar("T")

FILE = f"{NAME}/cache/pages/render.db"
"""In a folder of its own, as the metadata cache beside it is called after its instance."""
LARGEST = 256_000_000
"""Bytes that the file may have: room for some 80,000 runbooks."""
KEPT_DAYS = 30
"""Days after which a page that nobody has used goes."""
_FORMAT = 1
_AT_ONCE = 500
_BUSY_SECONDS = 2.0
"""How long another run is waited for; rendering takes no longer."""


class Pages:
    """The pages of one docs repository."""

    def __init__(self, root: Path, tree: Tree, *, largest: int = LARGEST) -> None:
        """
        Args:
            root: the docs root.
            tree: its files; a cache that Git brings along is somebody else's, and not used.
            largest: bytes that the file may have.
        """
        self._path, self._largest = root / FILE, largest
        self._foreign = any(path.split("/", 1)[0].casefold() == NAME for path in tree.entries)
        self._today = int(time.time() / 86_400)

    @property
    def exists(self) -> bool:
        return self._path.is_file() and not self._foreign

    def get(self, sources: Iterable[Source]) -> dict[Source, Page]:
        """The pages of *sources*, as far as they are there."""
        if not self.exists:
            return {}
        keys = {_key(source): source for source in sources}
        nothing: list[tuple[str, bytes, int]] = []
        rows = self._tried(lambda db: [*_rows(db, [*keys])], nothing)
        found = {keys[key]: page for key, data, _ in rows if (page := _load(data))}
        if old := [(self._today, key) for key, _, day in rows if day < self._today]:
            self._tried(
                lambda db: db.executemany("UPDATE page SET day = ? WHERE key = ?", old), None
            )
        return found

    def put(self, pages: Mapping[Source, Page]) -> None:
        """Keep *pages*, in place of the oldest ones if there is no room."""
        if pages and not self._foreign:
            rows = [(_key(source), self._today, _dump(page)) for source, page in pages.items()]
            self._tried(lambda db: self._write(db, rows), None)

    def drop(self, sources: Iterable[Source]) -> None:
        """Keep the pages of *sources* no longer."""
        keys = [(_key(source),) for source in sources]
        if keys and self.exists:
            self._tried(lambda db: db.executemany("DELETE FROM page WHERE key = ?", keys), None)

    def _write(self, db: sqlite3.Connection, rows: list[tuple[str, int, bytes]]) -> None:
        db.execute("DELETE FROM page WHERE day < ?", (self._today - KEPT_DAYS,))
        free = self._room(db, sum(len(data) for _, _, data in rows))
        for row in rows:
            free -= len(row[2])
            if free < 0:
                break
            db.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?)", row)

    def _room(self, db: sqlite3.Connection, wanted: int) -> int:
        """Bytes that are left, once the oldest pages have made room for as many as are *wanted*."""
        while True:
            used, free, size = (
                db.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
            left: int = self._largest - (used - free) * size
            (count,) = db.execute("SELECT count(*) FROM page").fetchone()
            if left >= wanted or not count:
                return left
            oldest = "SELECT key FROM page ORDER BY day, rowid LIMIT ?"
            db.execute(f"DELETE FROM page WHERE key IN ({oldest})", (1 + count // 4,))

    def _tried(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Do *work* in one transaction; what is in the way of it is in nobody else's."""
        try:
            with contextlib.closing(self._opened()) as db, _transaction(db):
                return work(db)
        except (sqlite3.OperationalError, OSError):  # busy, full, read-only
            return otherwise
        except sqlite3.DatabaseError:
            self._throw_away()
            return otherwise

    def _opened(self) -> sqlite3.Connection:
        make_folder(self._path.parents[2])
        self._path.parent.mkdir(parents=True, exist_ok=True)
        ignore = self._path.parent / ".gitignore"
        if not ignore.exists():  # whoever made the folder above
            ignore.write_text("*\n", encoding="utf-8")
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        db = sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_SECONDS)
        try:
            _prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def _throw_away(self) -> None:
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self._path.with_name(self._path.name + end).unlink()


def _prepare(db: sqlite3.Connection) -> None:
    """
    Raises:
        sqlite3.DatabaseError: the file is damaged, or of another format.
    """
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")  # what a power cut damages is rendered again
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version not in (0, _FORMAT):
        raise sqlite3.DatabaseError(f"format {version}")
    if version == 0:
        db.execute("CREATE TABLE IF NOT EXISTS page (key TEXT PRIMARY KEY, day INTEGER, data BLOB)")
        db.execute(f"PRAGMA user_version = {_FORMAT}")


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def _rows(db: sqlite3.Connection, keys: list[str]) -> Iterator[tuple[str, bytes, int]]:
    for at in range(0, len(keys), _AT_ONCE):
        some = keys[at : at + _AT_ONCE]
        marks = ",".join("?" * len(some))
        yield from db.execute(f"SELECT key, data, day FROM page WHERE key IN ({marks})", some)


def _key(source: Source) -> str:
    return digest([RENDERER, *source])


def _dump(page: Page) -> bytes:
    values = [
        page.title,
        page.html,
        [[r.kind, r.raw, r.path, r.anchor, r.line, r.token] for r in page.references],
        sorted(page.anchors),
        [[one.what, one.line] for one in page.stripped],
    ]
    return zlib.compress(json.dumps(values, separators=(",", ":")).encode(), 1)


def _load(data: bytes) -> Page | None:
    """A page as it was kept; None if it cannot be read."""
    try:
        title, html, references, anchors, stripped = json.loads(zlib.decompress(data))
        return Page(
            title,
            html,
            tuple(Reference(*one) for one in references),
            frozenset(anchors),
            tuple(Stripped(*one) for one in stripped),
        )
    except (zlib.error, ValueError, TypeError):
        return None
