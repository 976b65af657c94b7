"""Many documents, answers lost at random, and two runners at one state."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_kinds import REQUEST_FAULTS
from fault_wire import Trouble
from fault_world import FaultWorld, is_quiet, live
from world import document

from publisher.apply.lease import leased
from publisher.apply.publish import publish
from publisher.errors import Locked
from publisher.itglue import ITGlue
from publisher.plan import Policy

LOST = [fault for fault in REQUEST_FAULTS if fault.name in ("reset, done", "reset, not done")]


class Careless(Trouble):
    """Loses some of the answers, done or not."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self._dice, self._share = random.Random(1), share
        self.lost = 0

    def at_request(self, line: str) -> Any:
        self.requests.append(line)
        if self._dice.random() >= self._share:
            return None
        self.lost += 1
        return self._dice.choice(LOST)


class TimedWorld(FaultWorld):
    """A world that notes when each request came."""

    times: list[float]

    def serve(self, request: httpx.Request) -> httpx.Response:
        self.times.append(self.now())
        return super().serve(request)


async def runner(world: FaultWorld, itglue: ITGlue) -> int:
    """Apply until nothing is left to do; how often the other one was in the way."""
    locked = 0
    while True:
        with world.open_state() as store:
            try:
                async with leased(store, "test"):
                    session = await world.session(store, itglue, Policy())
                    planned = await session.plan()
                    if is_quiet(planned.plan):
                        return locked
                    await publish(session, planned)
            except Locked:
                locked += 1
        await asyncio.sleep(0.01)
        world.turn(61)


@pytest.mark.parametrize(
    ("count", "share"), [(60, 0.1), pytest.param(5000, 0.01, marks=pytest.mark.slow)]
)
def test_two_runners_publish_everything_once(tmp_path: Path, count: int, share: float) -> None:
    """They take turns, and come to rest with one asset a document, within the request budget."""
    world = TimedWorld(tmp_path)
    world.times, world.step, trouble = [], 0.02, Careless(share)
    for number in range(count):
        text = document(f"See [above](d{number // 2}.md).", id=f"d{number}", title=f"D{number}")
        world.write(f"d{number}.md", text)
    world.head = world.commit()
    world.trouble = trouble

    async def work() -> list[int]:
        async with world.client() as itglue:
            return await asyncio.gather(*(runner(world, itglue) for _ in range(2)))

    locked = asyncio.run(work())
    assert sum(locked) > 0
    assert trouble.lost > count * share / 2
    assert sorted(len(ids) for ids in live(world).values()) == [1] * count
    assert not world.doubled
    assert most_within(world.times, 300.0) <= 3000


def most_within(times: list[float], seconds: float) -> int:
    """The most requests in any window of so many seconds."""
    return max(bisect_left(times, start + seconds) - n for n, start in enumerate(times))
