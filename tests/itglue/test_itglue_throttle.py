"""The budget, in virtual time, against servers that count in the ways that APIs do."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Callable
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itglue_doubles import Heard
from virtual_time import VirtualClock, in_virtual_time, run

from publisher.itglue import Entry, RateLimit
from publisher.itglue.pacing import Pacing
from publisher.itglue.slots import MemoryLog
from publisher.itglue.throttle import Throttle


class Server(Protocol):
    def admits(self, now: float) -> bool: ...


class Sliding:
    """Counts the admitted requests of the last *window* seconds."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit, self.window = limit, window
        self.stamps: deque[float] = deque()

    def admits(self, now: float) -> bool:
        while self.stamps and self.stamps[0] <= now - self.window:
            self.stamps.popleft()
        if len(self.stamps) >= self.limit:
            return False
        self.stamps.append(now)
        return True


class Fixed:
    """Counts within windows that begin at *offset*, *offset* + *window*, …"""

    def __init__(self, limit: int, window: float, offset: float = 0.0) -> None:
        self.limit, self.window, self.offset = limit, window, offset
        self.frame, self.count = -1, 0

    def admits(self, now: float) -> bool:
        frame = int((now + self.window - self.offset) // self.window)
        if frame != self.frame:
            self.frame, self.count = frame, 0
        self.count += 1
        return self.count <= self.limit


class Bucket:
    """A bucket of *limit* tokens that fills once in a window."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit, self.rate = limit, limit / window
        self.tokens, self.last = float(limit), 0.0

    def admits(self, now: float) -> bool:
        self.tokens = min(self.limit, self.tokens + (now - self.last) * self.rate)
        self.last = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


SERVERS: dict[str, Callable[[int, float], Server]] = {
    "sliding": Sliding,
    "fixed": Fixed,
    "fixed, shifted": lambda limit, window: Fixed(limit, window, window * 0.37),
    "bucket": Bucket,
}


async def hammer(
    server: Server, limit: RateLimit, count: int, latency: Callable[[], float], at_once: int = 16
) -> tuple[int, float]:
    """Send *count* requests as fast as the throttle allows; return (429s, seconds)."""
    clock = VirtualClock()
    throttle = Throttle(limit, clock, rng=random.Random(0))
    left, refused = count, 0

    async def worker() -> None:
        nonlocal left, refused
        while left > 0:
            left -= 1
            slot = await throttle.acquire()
            whole = latency()
            arrives = whole * 0.6
            await clock.sleep(arrives)
            slot.refused = not server.admits(clock.monotonic())
            refused += slot.refused
            await clock.sleep(whole - arrives)
            throttle.release(slot)

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return refused, clock.monotonic()


@pytest.mark.parametrize("kind", SERVERS)
@given(
    requests=st.integers(1, 60),
    window=st.floats(0.5, 300.0),
    seed=st.integers(0, 2**32),
    slowness=st.floats(0.0, 3.0),
)
@settings(max_examples=25)
def test_no_429_at_any_latency(
    kind: str, requests: int, window: float, seed: int, slowness: float
) -> None:
    """However long answers take, no server that counts exactly ever says 429."""
    rng = random.Random(seed)

    def latency() -> float:
        return rng.uniform(0.0, slowness * window)

    refused, _ = run(
        hammer(SERVERS[kind](requests, window), RateLimit(requests, window), 150, latency)
    )
    assert refused == 0


@pytest.mark.parametrize("kind", SERVERS)
def test_the_budget_is_used(kind: str) -> None:
    """With answers in a third of a second, 99 % of what may be sent is sent, without a 429."""
    limit = RateLimit(3000, 300.0)
    rng = random.Random(7)
    windows = 3
    refused, seconds = run(
        hammer(
            SERVERS[kind](3000, 300.0),
            limit,
            limit.usable * windows,
            lambda: min(5.0, rng.lognormvariate(-1.1, 0.5)),
        )
    )
    assert refused == 0
    # The first window's worth leaves at once; each further one takes a window and a little.
    burst = limit.usable / 16 * 0.45
    assert seconds <= (windows - 1) * 300.0 / 0.99 + burst


@pytest.mark.parametrize(
    ("requests", "usable"), [(3000, 2940), (100, 98), (50, 49), (10, 9), (2, 1), (1, 1)]
)
def test_reserve(requests: int, usable: int) -> None:
    """2 % are left for others, but at least one request is allowed."""
    assert RateLimit(requests, 1.0).usable == usable


@in_virtual_time
async def test_an_unsent_slot_is_free_at_once() -> None:
    """A request that never left costs nothing; one that left is held until answer and window."""
    clock = VirtualClock()
    throttle = Throttle(RateLimit(1, 10.0), clock)
    throttle.release(await throttle.acquire(), sent=False)
    throttle.release(await throttle.acquire())
    assert (clock.monotonic(), throttle.used, throttle.left) == (0.0, 1, 0)
    await throttle.acquire()
    assert clock.monotonic() == pytest.approx(10.0, abs=0.01)


@in_virtual_time
async def test_waits_for_an_answer_when_all_are_in_flight() -> None:
    """With every slot in flight, the next one waits for an answer and then for the window."""
    clock = VirtualClock()
    throttle = Throttle(RateLimit(1, 10.0), clock)
    slot = await throttle.acquire()
    waiting = asyncio.create_task(throttle.acquire())
    await clock.sleep(100.0)
    throttle.release(slot)
    assert (await waiting).waited == pytest.approx(110.0, abs=0.01)
    assert (slot.waited, clock.monotonic()) == pytest.approx((0.0, 110.0), abs=0.01)


@in_virtual_time
async def test_a_cancelled_wait_holds_nobody_up() -> None:
    """Who gives up waiting leaves the turn to the next."""
    clock = VirtualClock()
    throttle = Throttle(RateLimit(1, 10.0), clock)
    throttle.release(await throttle.acquire())
    first = asyncio.create_task(throttle.acquire())
    second = asyncio.create_task(throttle.acquire())
    await clock.sleep(1.0)
    first.cancel()
    await second
    assert throttle.used == 1
    assert first.cancelled()


@in_virtual_time
async def test_a_slot_is_free_at_its_time() -> None:
    """An entry counts itself; when the pause is over to the moment, the next may leave."""
    log = MemoryLog(RateLimit(100, 10.0), VirtualClock(), random.Random(1))
    first = log.take()
    assert isinstance(first, Entry)
    assert (first.used, log.used) == (1, 1)
    assert log.refused(first, 0.0) == 0.0
    assert isinstance(log.take(), Entry)


@in_virtual_time
async def test_warns_once_at_80_percent() -> None:
    """The warning comes when 80 % are in use, and again only after it went below 70 %."""
    heard, clock = Heard(), VirtualClock()
    throttle = Throttle(RateLimit(10, 10.0), clock, heard)  # 9 usable
    for _ in range(9):
        throttle.release(await throttle.acquire())
        await clock.sleep(0.1)
    assert heard.warnings == [(8, 9)]
    await clock.sleep(20.0)
    for _ in range(8):
        throttle.release(await throttle.acquire())
    assert heard.warnings == [(8, 9), (8, 9)]


def pacing(rate: float = 10.0, window: float = 300.0) -> Pacing:
    return Pacing(rate, window, random.Random(3))


def test_one_pause_for_all() -> None:
    """429s of requests that were in flight together make one pause; a longer wish prolongs it."""
    pace = pacing()
    assert pace.opens(0.0) <= 0.0
    pause = pace.refused(sent=0.0, now=1.0, retry_after=None)
    assert pause is not None
    assert 4.0 <= pause <= 6.0
    assert pace.refused(sent=0.5, now=1.2, retry_after=None) is None
    assert pace.opens(1.2) == pytest.approx(1.0 + pause)
    assert pace.refused(sent=0.5, now=1.3, retry_after=30.0) is None
    assert pace.left(1.3) == pytest.approx(30.0)
    assert pace.left(31.4) == 0.0


def test_retry_after_is_obeyed() -> None:
    """What the server says is waited for, and never less."""
    pause = pacing().refused(sent=0.0, now=1.0, retry_after=40.0)
    assert pause is not None
    assert 40.0 <= pause <= 42.0


def test_pauses_grow_to_a_minute() -> None:
    """Without a word from the server, pauses double up to a minute (with jitter)."""
    pace, now, pauses = pacing(), 0.0, []
    for _ in range(7):
        pause = pace.refused(sent=now, now=now, retry_after=None)
        assert pause is not None
        pauses.append(pause)
        now += pause
    for pause, plain in zip(pauses, [5, 10, 20, 40, 60, 60, 60], strict=True):
        assert plain * 0.8 <= pause <= plain * 1.2


def test_pace_after_a_429() -> None:
    """After the pause, requests leave one by one at 0.85 of the rate, which recovers slowly."""
    pace = pacing()
    pace.refused(sent=0.0, now=0.0, retry_after=0.0)
    assert pace.opens(0.0) == 0.0
    pace.take(0.0)
    assert pace.opens(0.0) == pytest.approx(1 / 8.5)
    pace.take(31.0)  # a tenth of the window later: 0.05 of the rate more
    assert pace.opens(31.0) == pytest.approx(31.0 + 1 / 9.0)
    pace.take(400.0)
    assert pace.opens(400.0) == pytest.approx(400.0 + 1 / 9.9)
    assert pace.opens(601.0) <= 601.0  # two clean windows: bursts again


def test_pauses_begin_anew_after_clean_windows() -> None:
    """A 429 after two clean windows is a first one again."""
    pace = pacing()
    for now in (0.0, 100.0):
        pace.refused(sent=now, now=now, retry_after=None)
    pace.opens(1000.0)
    pause = pace.refused(sent=1000.0, now=1000.0, retry_after=None)
    assert pause is not None
    assert 4.0 <= pause <= 6.0


def test_pace_has_a_floor() -> None:
    """However many 429s come, a tenth of the rate is kept."""
    pace, now = pacing(), 0.0
    for _ in range(50):
        now += pace.refused(sent=now, now=now, retry_after=1.0) or 0.0
    pace.take(now)
    assert pace.opens(now) == pytest.approx(now + 1.0)


@in_virtual_time
async def test_nothing_leaves_during_the_pause() -> None:
    """All wait for the one pause to end, and the listener hears of it once."""
    heard, clock = Heard(), VirtualClock()
    throttle = Throttle(RateLimit(1000, 100.0), clock, heard, random.Random(5))
    slots = [await throttle.acquire() for _ in range(4)]
    for slot in slots:
        slot.refused, slot.retry_after = True, 30.0
        throttle.release(slot)
    assert len(heard.pauses) == 1
    assert throttle.pause_left == pytest.approx(heard.pauses[0])
    sent = [(await throttle.acquire()).taken for _ in range(3)]
    assert sent[0] >= 30.0
    assert [later - sooner for sooner, later in itertools.pairwise(sent)] == (
        pytest.approx([1 / 8.33] * 2, rel=0.01)
    )


def test_another_consumer_is_got_along_with() -> None:
    """With another program on the same key, 429s stay few: the pace adapts."""
    server = Sliding(100, 10.0)

    async def scene() -> tuple[int, float]:
        clock = VirtualClock()

        async def other() -> None:
            while True:
                await clock.sleep(1 / 3)
                server.admits(clock.monotonic())

        rival = asyncio.create_task(other())
        result = await hammer(server, RateLimit(100, 10.0), 1000, lambda: 0.05)
        rival.cancel()
        return result

    refused, _ = run(scene())
    assert refused < 100
