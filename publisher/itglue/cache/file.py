"""Opening the cache's file: made when it is missing, made anew when it no longer fits.

A cache can always be read again, so one that is damaged, of another format or of another account is
thrown away. What is no cache of ours is left alone, and refused.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from publisher.errors import BadConfig

APPLICATION_ID = 0x49544743  # "ITGC", so that another SQLite file is told from a cache
FORMAT = 1

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE item (
    number INTEGER PRIMARY KEY, entity TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL,
    folded TEXT NOT NULL, organization_id TEXT, seen REAL NOT NULL, data TEXT NOT NULL,
    words TEXT NOT NULL, links_seen REAL, UNIQUE (entity, id)) STRICT;
CREATE INDEX item_folded ON item (folded, entity);
CREATE INDEX item_organization ON item (entity, organization_id);
CREATE INDEX item_id ON item (id);
CREATE INDEX item_scope ON item (entity, scope, seen);
CREATE TABLE link (
    entity TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, other TEXT NOT NULL,
    other_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (entity, id, other, other_id)) STRICT;
CREATE TABLE listing (
    entity TEXT NOT NULL, scope TEXT NOT NULL, read REAL NOT NULL, newest TEXT,
    PRIMARY KEY (entity, scope)) STRICT;
CREATE VIRTUAL TABLE word USING fts5 (
    words, content = 'item', content_rowid = 'number', tokenize = 'unicode61', prefix = '2 3');
CREATE TRIGGER item_added AFTER INSERT ON item BEGIN
    INSERT INTO word (rowid, words) VALUES (new.number, new.words); END;
CREATE TRIGGER item_removed AFTER DELETE ON item BEGIN
    INSERT INTO word (word, rowid, words) VALUES ('delete', old.number, old.words); END;
CREATE TRIGGER item_renamed AFTER UPDATE OF words ON item WHEN old.words <> new.words BEGIN
    INSERT INTO word (word, rowid, words) VALUES ('delete', old.number, old.words);
    INSERT INTO word (rowid, words) VALUES (new.number, new.words); END;
"""


def open_file(path: Path, base_url: str) -> sqlite3.Connection:
    """Open the cache of the account at *base_url*.

    Raises:
        BadConfig: it cannot be written, or is no cache.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        owner = _application(path)
    if owner not in (None, APPLICATION_ID):
        raise BadConfig(str(path), "is no metadata cache", "Choose another file for the cache.")
    with explained(path):
        try:
            return _open(path, base_url)
        except (_Unfit, sqlite3.DatabaseError) as problem:
            if isinstance(problem, sqlite3.OperationalError):  # locked, or no place to write to
                raise
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            return _open(path, base_url)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the disk or SQLite raises into a sentence."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise BadConfig(str(path), f"cannot be used as a cache: {error}") from error


class _Unfit(Exception):
    """Another format, or another account."""


def _application(path: Path) -> int | None:
    """The application id in a SQLite file's header (bytes 68 to 71); None for no file."""
    if not path.exists() or not path.stat().st_size:
        return None
    with path.open("rb") as file:
        header = file.read(72)
    return int.from_bytes(header[68:72], "big") if header.startswith(b"SQLite format 3\0") else -1


def _open(path: Path, base_url: str) -> sqlite3.Connection:
    # Its users may sit in another thread than its opener, but there is one at a time.
    db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    try:
        # Created before the write-ahead log is switched on, so that whose file it is stands in the
        # file itself from the first moment.
        _create(db, base_url)
        with contextlib.suppress(sqlite3.OperationalError):  # another process is just at it
            db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        _check(db, base_url)
    except BaseException:
        db.close()
        raise
    return db


def _create(db: sqlite3.Connection, base_url: str) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables:
            for statement in _statements():
                db.execute(statement)
            db.execute("INSERT INTO meta VALUES ('base_url', ?)", (base_url,))
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _check(db: sqlite3.Connection, base_url: str) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version != FORMAT:
        raise _Unfit
    (known,) = db.execute("SELECT value FROM meta WHERE name = 'base_url'").fetchone()
    if known != base_url:
        raise _Unfit


def _statements() -> Iterator[str]:
    """The schema's statements; a trigger's own semicolons do not end it."""
    statement = ""
    for line in SCHEMA.strip().splitlines():
        statement += f"{line}\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
