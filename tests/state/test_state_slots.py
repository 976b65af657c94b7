"""The request budget that processes share: over both stores, in virtual time, and for real."""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import StateUnusable
from publisher.itglue import Entry, Log, RateLimit
from publisher.itglue.throttle import Throttle
from publisher.state import open_store
from publisher.state.slots import SharedLog, Tables
from publisher.state.sql import SqlStore

FACTS = {"repository": "docs", "instance": "test"}
LIMIT = RateLimit(5, 60.0)  # 4 usable


class Turned:
    """A clock that is turned by hand; waiting turns it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Turned:
    return Turned()


@pytest.fixture
def tables(state_url: str, clock: Turned, request: pytest.FixtureRequest) -> Iterator[Tables]:
    """The tables of an account of the test's own, on a clock of its own."""
    with closing(open_store(state_url, Path("/"), FACTS)) as store:
        assert isinstance(store, SqlStore)
        yield replace(store._slots(request.node.name), now=clock.time)


def log(tables: Tables, limit: RateLimit = LIMIT) -> SharedLog:
    return SharedLog(tables, limit, random.Random(1))


def taken(log: Log) -> Entry:
    entry = log.take()
    assert isinstance(entry, Entry)
    return entry


def test_one_budget_for_two(tables: Tables, clock: Turned) -> None:
    """What one takes, the other lacks, until the answer plus the window."""
    one, two = log(tables), log(tables)
    entries = [taken(each) for each in (one, two, one, two)]
    assert [entry.used for entry in entries] == [1, 2, 3, 4]
    assert (one.used, two.used) == (4, 4)
    assert isinstance(one.take(), float)
    clock.now += 10.0
    one.give_back(entries[0], sent=True)
    clock.now += 59.9
    assert two.take() == pytest.approx(0.101, abs=1e-3)
    clock.now += 0.2
    assert taken(two).used == 4


def test_an_unsent_slot_is_free_at_once(tables: Tables) -> None:
    """Nothing left, so nothing was counted."""
    one, two = log(tables), log(tables)
    entries = [taken(one) for _ in range(4)]
    assert two.take() == pytest.approx(0.25)  # look again soon, for that may happen any time
    one.give_back(entries[2], sent=False)
    assert taken(two).used == 4


def test_slots_are_taken_in_batches(tables: Tables, clock: Turned) -> None:
    """For all who wait, as far as there are any; what nobody comes for is given back."""
    one, two = log(tables), log(tables)
    entry = one.take(3)
    assert isinstance(entry, Entry)
    assert two.used == 3
    writes = Counting(tables)
    one._tables = replace(tables, write=writes)
    assert [taken(one).used for _ in range(2)] == [2, 3]
    assert writes.count == 0
    assert one.take(9) is not None  # one was left
    assert two.used == 4
    clock.now += 1.0
    one.give_back(entry, sent=False)
    assert isinstance(one.take(2), Entry)
    assert two.used == 4


def test_what_was_taken_along_is_not_kept(tables: Tables, clock: Turned) -> None:
    """It falls with the last answer, or when its moment is over."""
    one, two = log(tables), log(tables)
    first = one.take(4)
    assert isinstance(first, Entry)
    clock.now += 0.3
    second = one.take(1)
    assert isinstance(second, Entry)
    assert two.used == 2
    one.give_back(first, sent=True)
    third = one.take(2)
    assert isinstance(third, Entry)
    assert two.used == 4
    one.give_back(second, sent=True)
    assert two.used == 4
    one.give_back(third, sent=True)
    assert two.used == 3


def test_after_a_429_slots_are_taken_one_by_one(tables: Tables, clock: Turned) -> None:
    """Each at its own time."""
    one, two = log(tables), log(tables)
    one.refused(taken(one), 1.0)
    clock.now += 2.0
    assert isinstance(one.take(4), Entry)
    assert two.used == 2


class Counting:
    """Counts transactions."""

    def __init__(self, tables: Tables) -> None:
        self._write, self.count = tables.write, 0

    def __call__(self) -> Any:
        self.count += 1
        return self._write()


def test_a_pause_is_everybodys(tables: Tables, clock: Turned) -> None:
    """A 429 that one gets holds all up, and slows all down afterwards; it is one episode."""
    one, two = log(tables), log(tables)
    first, second = taken(one), taken(two)
    pause = one.refused(first, 20.0)
    assert pause is not None
    assert (one.pause_left, two.pause_left) == pytest.approx((pause, pause))
    assert two.refused(second, None) is None
    assert two.take() == pytest.approx(pause)
    clock.now += pause
    taken(two)
    gap = 1 / (0.85 * LIMIT.usable / LIMIT.seconds)
    assert one.take() == pytest.approx(gap)
    assert log(tables).take() == pytest.approx(gap)  # so does who comes later


def test_slots_of_the_dead_fall(tables: Tables, clock: Turned) -> None:
    """A window after their death was noticed; elsewhere, when the request must be over."""
    killed, elsewhere, here = log(tables), log(tables), log(tables)
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    killed._name = f"{killed._host} {child.pid} x"
    elsewhere._name = f"another-host {child.pid} y"
    for each in (killed, killed, killed, elsewhere):
        taken(each)
    assert isinstance(here.take(), float)
    clock.now += LIMIT.seconds + 0.01
    assert taken(here).used == 2
    clock.now += 215.25
    assert here.used == 1


def test_a_clock_that_was_set_back_stops_nobody(tables: Tables, clock: Turned) -> None:
    """What seems to be held for ever was noted in a time that has not come yet."""
    one = log(tables)
    for _ in range(4):
        one.give_back(taken(one), sent=True)
    clock.now -= 7200.0
    assert one.used == 0
    assert taken(one).used == 1


def test_an_answer_is_not_lost_with_the_state(tables: Tables) -> None:
    """After the answer, a state that fails is passed over; before sending, it is an error."""

    def broken(*_: object) -> Any:
        raise StateUnusable("sqlite:///state.db", "unwritable", "disk full")

    one = log(tables)
    entry = taken(one)
    one._tables = replace(tables, now=broken, rows=broken, write=broken)
    one.give_back(entry, sent=True)
    assert one.refused(entry, 5.0) is None
    assert (one.used, one.pause_left) == (1, 0.0)
    with pytest.raises(StateUnusable):
        one.take()


def test_accounts_do_not_share(postgres_url: str) -> None:
    """Repositories that publish to one account do, though their states do not see each other."""
    stores = [
        open_store(postgres_url, Path("/"), {"repository": name, "instance": "i"}) for name in "ab"
    ]
    one, same, other = (
        stores[0].budget("acme", LIMIT),
        stores[1].budget("acme", LIMIT),
        stores[1].budget("umbrella", LIMIT),
    )
    taken(one)
    assert (one.used, same.used, other.used) == (1, 1, 0)
    for store in stores:
        store.close()


@given(
    requests=st.integers(2, 30),
    window=st.floats(0.5, 300.0),
    seed=st.integers(0, 2**32),
    slowness=st.floats(0.0, 2.0),
)
@settings(max_examples=12, deadline=None)
def test_never_too_many_in_any_window(
    tmp_path_factory: pytest.TempPathFactory,
    requests: int,
    window: float,
    seed: int,
    slowness: float,
) -> None:
    """Whoever of three takes, however long answers take: no server that counts says 429."""
    rng, clock, limit = random.Random(seed), Turned(), RateLimit(requests, window)
    path = tmp_path_factory.mktemp("slots") / "state.db"
    stamps: deque[float] = deque()
    with closing(open_store(f"sqlite:///{path}", Path("/"), FACTS)) as store:
        assert isinstance(store, SqlStore)
        tables = replace(store._slots("a"), now=clock.time)
        logs = [log(tables, limit) for _ in range(3)]
        under_way: list[tuple[float, Log, Entry]] = []
        for _ in range(3 * requests):
            mine = rng.choice(logs)
            while not isinstance(entry := mine.take(), Entry):
                clock.now += max(entry, 0.001)
                for answer in [each for each in under_way if each[0] <= clock.now]:
                    under_way.remove(answer)
                    answer[1].give_back(answer[2], sent=True)
            while stamps and stamps[0] <= clock.now - window:
                stamps.popleft()
            stamps.append(clock.now)
            assert len(stamps) <= limit.usable
            under_way.append((clock.now + rng.uniform(0.0, slowness * window), mine, entry))


def test_the_throttle_goes_by_it(tables: Tables, clock: Turned) -> None:
    """Two throttles over one log wait for each other's slots."""

    async def scene() -> None:
        throttles = [Throttle(LIMIT, clock, slots=log(tables)) for _ in range(2)]
        for _ in range(2):
            for throttle in throttles:
                throttle.release(await throttle.acquire())
        assert [throttle.left for throttle in throttles] == [0, 0]
        slot = await throttles[0].acquire()
        assert slot.waited == pytest.approx(LIMIT.seconds, abs=0.3)

    asyncio.run(scene())


def test_a_slot_costs_little(tmp_path: Path) -> None:
    """With a window full of them, a slot is taken in less than 0.2 ms."""
    costs = []
    with closing(open_store(f"sqlite:///{tmp_path}/state.db", Path("/"), FACTS)) as store:
        slots = store.budget("acme", RateLimit())
        for _ in range(RateLimit().usable):
            before = time.perf_counter()
            entry = taken(slots)
            costs.append(time.perf_counter() - before)
            slots.give_back(entry, sent=True)
    assert statistics.median(costs) < 0.0002


@pytest.mark.more
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def test_two_processes_stay_within_the_budget(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Together they get no 429, and use at least 90 % of what they may."""
    requests, window, lasts = 24, 2.0, 5.5
    state_url = f"sqlite:///{tmp_path}/state.db"
    if kind == "postgres":
        state_url = request.getfixturevalue("postgres_url")
    words = [sys.executable, "-m", "publisher", "simulator", "serve", "--port", "0"]
    words += ["--db", str(tmp_path / "glue.db")]
    words += ["--switch", f"limit_requests={requests}", "--switch", f"limit_seconds={window}"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            base_url = server.stdout.readline().split()[-1]
            counts = race([base_url, state_url, str(requests), str(window), str(lasts)])
        finally:
            server.terminate()
    assert [refused for _, refused, _ in counts] == [0, 0]
    assert all(sent > 0 for sent, _, _ in counts)
    sent = sum(sent for sent, _, _ in counts)
    answer = sum(seconds for _, _, seconds in counts) / sent
    # A slot is held until the answer and a window; on a busy machine, answers take their time.
    assert sent >= 0.9 * RateLimit(requests).usable * lasts / (window + answer)


def race(words: list[str]) -> list[list[float]]:
    """What two readers that begin together say in the end."""
    program = str(Path(__file__).with_name("shared_slots.py"))
    readers = [
        subprocess.Popen(
            [sys.executable, program, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
    for reader in readers:
        assert reader.stdin
        reader.stdin.write("go\n")
        reader.stdin.flush()
    return [[float(word) for word in reader.communicate()[0].split()] for reader in readers]
