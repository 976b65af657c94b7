"""The request budget's log in the state's database: all who share the database share the budget.

A slot is a row that says until when it is held. While its request is under way, that is the time
by which the request must have ended, plus the window; the answer brings it forward. So a process
that is killed leaves rows that fall by themselves, and sooner where its death is noticed: on the
same host, by who finds all slots taken. The pause after a 429 is one row for all.

Slots are taken in batches: as many at once as requests of this process wait for one. What nobody
came for is given back a moment later, or with the answer of the last request.

Times are the state's own (see `Store.now`). Nothing of it must survive a power cut, so nothing
waits for the disk. And no answer of IT Glue is lost because the state could not be written after
it: a slot that is not given back falls all the same, later.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from publisher.errors import StateError
from publisher.itglue.pacing import Pace, Pacing
from publisher.itglue.slots import TICK, Entry, RateLimit
from publisher.model import digest
from publisher.state.process import alive, host
from publisher.state.sql import Values, Writer

LONGEST_REQUEST = 215.0
"""Seconds after which the client gives a request up: to connect, to send, three times to read."""
LINGER = 0.25
"""Seconds for which a slot that was taken along may be used; then it is given back."""
LOOK_AGAIN = 0.25
"""Seconds between two looks, when all is taken: another process may give a slot back unused."""
FAR = 3600.0
"""Seconds past the window: what is held until then was noted before the clock was set back."""

TABLES = """
    CREATE TABLE IF NOT EXISTS {slot} (
        held_until {real} NOT NULL, token TEXT NOT NULL, PRIMARY KEY (held_until, token)){slim};
    CREATE TABLE IF NOT EXISTS {pace} (
        one INTEGER PRIMARY KEY CHECK (one = 1), data TEXT NOT NULL){strict}
"""

_DROP = "DELETE FROM {slot} WHERE held_until < ? OR held_until > ?"
_LOOK = "SELECT (SELECT count(*) FROM {slot}), (SELECT data FROM {pace})"
_FIRST = "SELECT min(held_until) FROM {slot}"
# All, less the few that are over: SQLite counts a whole table at once.
_COUNT = """
    SELECT (SELECT count(*) FROM {slot})
         - (SELECT count(*) FROM {slot} WHERE held_until < ? OR held_until > ?)
"""
_UNDER_WAY = "SELECT held_until, token FROM {slot} WHERE held_until > ?"
_HOLD = "INSERT INTO {slot} VALUES (?, ?)"
_FREE = "DELETE FROM {slot} WHERE held_until = ? AND token = ?"
_PACE = "SELECT data FROM {pace}"
_SET_PACE = "INSERT INTO {pace} VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET data = excluded.data"


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the two tables lie, and how they are reached."""

    now: Callable[[], float]
    rows: Callable[[str, Values], list[tuple[Any, ...]]]
    write: Callable[[], AbstractContextManager[Writer]]
    """A transaction that keeps all others out from its beginning."""
    slot: str = "slot"
    pace: str = "pace"
    """The tables' names, in full."""


class SharedLog:
    """See `publisher.itglue.Log`."""

    def __init__(self, tables: Tables, limit: RateLimit, rng: random.Random | None = None) -> None:
        self._tables, self._limit, self._window = tables, limit.usable, limit.seconds
        rng = rng or random.Random()  # noqa: S311 (jitter, no secret)
        self._pacing = Pacing(limit.usable / limit.seconds, limit.seconds, rng)
        self._host = digest(host())[:12]
        self._name = f"{self._host} {os.getpid()} {secrets.token_hex(6)}"
        self._numbers = itertools.count()
        self._longest = LINGER + LONGEST_REQUEST + limit.seconds
        self._far = FAR + limit.seconds
        self._used = 0
        """As of the last look."""
        self._open = 0
        """Slots of this process whose requests wait for an answer."""
        self._along: list[Entry] = []
        """Slots that were taken along for requests that wait for one."""

    @property
    def used(self) -> int:
        with contextlib.suppress(StateError):
            now = self._tables.now()
            ((self._used,),) = self._tables.rows(self._sql(_COUNT), (now, now + self._far))
        return self._used

    @property
    def pause_left(self) -> float:
        with contextlib.suppress(StateError):
            rows = self._tables.rows(self._sql(_PACE), ())
            self._load(rows[0][0] if rows else None)
            return self._pacing.left(self._tables.now())
        return 0.0

    def take(self, wanted: int = 1) -> Entry | float:
        if self._along and self._tables.now() - self._along[0].at <= LINGER:
            self._open += 1
            return self._along.pop(0)
        with self._tables.write() as db:
            self._give_up(db)
            now = self._tables.now()
            db.execute(self._sql(_DROP), (now, now + self._far))
            used, pace = db.execute(self._sql(_LOOK)).fetchone()
            self._load(pace)
            opens = self._pacing.opens(now)
            if used >= self._limit:
                self._bury(db, now)
                (soonest,) = db.execute(self._sql(_FIRST)).fetchone()
                opens = max(opens, min(soonest + TICK, now + LOOK_AGAIN))
            if opens > now:
                return float(opens - now)
            self._pacing.take(now)
            self._save(db, pace)
            paced = self._pacing.pace.rate is not None  # after a 429 each has its own time
            count = 1 if paced else max(1, min(wanted, self._limit - used))
            entries = [self._entry(now, used + number) for number in range(1, count + 1)]
            held = ((now + self._longest, entry.token) for entry in entries)
            db.executemany(self._sql(_HOLD), held)
        self._used = used + count
        self._open += 1
        first, *self._along = entries
        return first

    def _entry(self, now: float, used: int) -> Entry:
        return Entry(now, used, f"{self._name} {next(self._numbers)}")

    def _give_up(self, db: Writer) -> None:
        """Give back what was taken along and nobody came for."""
        for entry in self._along:
            db.execute(self._sql(_FREE), (entry.at + self._longest, entry.token))
        self._along = []

    def give_back(self, entry: Entry, *, sent: bool) -> None:
        self._open -= 1
        with contextlib.suppress(StateError), self._tables.write() as db:
            db.execute(self._sql(_FREE), (entry.at + self._longest, entry.token))
            if sent:
                db.execute(self._sql(_HOLD), (self._tables.now() + self._window, entry.token))
            if self._open == 0:
                self._give_up(db)

    def refused(self, entry: Entry, retry_after: float | None) -> float | None:
        with contextlib.suppress(StateError), self._tables.write() as db:
            rows = db.execute(self._sql(_PACE)).fetchall()
            before = rows[0][0] if rows else None
            self._load(before)
            pause = self._pacing.refused(entry.at, self._tables.now(), retry_after)
            self._save(db, before)
            return pause
        return None

    def _bury(self, db: Writer, now: float) -> None:
        """What died on this host asks nothing any more: its slots are held for one more window."""
        rows = db.execute(self._sql(_UNDER_WAY), (now + self._window,)).fetchall()
        for held_until, token in rows:
            where, pid, *_ = token.split(" ")
            if where == self._host and not alive(int(pid)):
                db.execute(self._sql(_FREE), (held_until, token))
                db.execute(self._sql(_HOLD), (now + self._window, token))

    def _sql(self, text: str) -> str:
        return text.format(slot=self._tables.slot, pace=self._tables.pace)

    def _load(self, data: str | None) -> None:
        self._pacing.pace = Pace(**json.loads(data)) if data else Pace()

    def _save(self, db: Writer, before: str | None) -> None:
        """Write the pace down, if it is another one than *before*."""
        pace = self._pacing.pace
        data = json.dumps(asdict(pace))
        if pace != Pace() and data != before:
            db.execute(self._sql(_SET_PACE), (data,))
