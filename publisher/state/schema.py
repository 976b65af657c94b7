"""The state's tables, in the steps in which they came about.

A state remembers how many steps it was built with: an older one takes those that it lacks, a
newer one is refused. One text serves every dialect; what differs stands in braces.
"""

from __future__ import annotations

STEPS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL){strict};
    CREATE TABLE target (key TEXT PRIMARY KEY, data TEXT NOT NULL){strict};
    CREATE TABLE document (path TEXT PRIMARY KEY, data TEXT NOT NULL){strict};
    CREATE TABLE intent (
        key TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, attempt TEXT NOT NULL,
        at {real} NOT NULL, document TEXT NOT NULL, PRIMARY KEY (key, kind, name)){strict};
    CREATE TABLE asset (id TEXT PRIMARY KEY, type_id TEXT NOT NULL, data TEXT NOT NULL){strict};
    CREATE INDEX asset_type ON asset (type_id);
    CREATE TABLE scan (
        type_id TEXT PRIMARY KEY, settled TEXT NOT NULL, total INTEGER NOT NULL){strict};
    CREATE TABLE run (started {real} PRIMARY KEY, data TEXT NOT NULL){strict};
    CREATE TABLE lease (
        name TEXT PRIMARY KEY, token TEXT NOT NULL, owner TEXT NOT NULL, host TEXT NOT NULL,
        pid INTEGER NOT NULL, expires {real} NOT NULL){strict}
    """,
    """
    ALTER TABLE lease ADD COLUMN url TEXT NOT NULL DEFAULT '';
    ALTER TABLE lease ADD COLUMN renewed {real} NOT NULL DEFAULT 0;
    CREATE TABLE replaced (
        key TEXT NOT NULL, trait TEXT NOT NULL, at {real} NOT NULL, data TEXT NOT NULL,
        PRIMARY KEY (key, trait, at)){strict}
    """,
)

FORMAT = len(STEPS)
"""The schema's version."""


def statements(since: int, *, real: str, strict: str) -> list[str]:
    """What brings a state that took *since* steps to `FORMAT`.

    Args:
        since: 0 for an empty database.
        real: the dialect's type for seconds since the epoch, in double precision.
        strict: what a table's definition ends in.
    """
    steps = (step.format(real=real, strict=strict) for step in STEPS[since:])
    return [statement.strip() for step in steps for statement in step.split(";")]
