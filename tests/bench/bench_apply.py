"""Apply through the simulator in virtual time: how much of the request budget is used.

`python tests/bench/bench_apply.py [DOCUMENTS]`. The clock of client, throttle and simulator is a
loop's that jumps to the next timer, and each request takes a fifth of a second of it; the
simulator counts IT Glue's documented 3,000 requests in any 5 minutes and answers 429 beyond.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import bench_corpus as corpus
import httpx
from bench_corpus import INSTANCE
from world import World

from publisher.apply.publish import publish
from publisher.config import Instance
from publisher.itglue import ITGlue, RateLimit, Secret
from publisher.plan import Policy
from publisher.simulator import Site, Switches, create_app, load_seed

sys.path.insert(0, str(Path(__file__).parents[1] / "itglue"))

from virtual_time import EPOCH, VirtualClock, run

LATENCY = 0.2
LIMIT = RateLimit(3000, 300.0)


class Slow(httpx.ASGITransport):
    """A network: each request takes its time."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(LATENCY / 2)
        response = await super().handle_async_request(request)
        await asyncio.sleep(LATENCY / 2)
        return response


class Docs(World):
    """The harness of the tests, over a corpus."""

    def __init__(self, folder: Path, count: int) -> None:
        self.root, self.state, self.ahead = folder / "docs", folder / "state.db", 0.0
        corpus.make(self.root, count, checkout=False)
        switches = Switches(limit_requests=LIMIT.requests, limit_seconds=LIMIT.seconds)
        clock = VirtualClock()
        self.site = Site.open(folder / "itglue.db", switches=switches, clock=clock.time)
        self.settings = Instance()

    def now(self) -> float:
        return EPOCH + asyncio.get_running_loop().time()

    async def apply_all(self) -> dict[str, float]:
        load_seed(self.site, corpus.seed())
        async with ITGlue(
            base_url="http://127.0.0.1:8090",
            api_key=Secret("bench"),
            instance=INSTANCE,
            transport=Slow(create_app(self.site)),
            rate_limit=LIMIT,
            clock=VirtualClock(),
        ) as itglue:
            with self.open_state() as store:
                session = await self.session(store, itglue, Policy(adopt=False))
                planned = await session.plan()
                read = itglue.requests
                started = asyncio.get_running_loop().time()
                result = await publish(session, planned)
                seconds = asyncio.get_running_loop().time() - started
                assert not result.failed, result.failed[0].error
                return self._numbers(len(result.applied), itglue.requests, read, seconds)

    def _numbers(self, applied: int, requests: int, read: int, seconds: float) -> dict[str, float]:
        sent = requests - read
        refused = self.site.store.value("SELECT count(*) FROM request WHERE status = 429")
        # The account takes a whole budget at once, and then nothing for the rest of the window.
        windows = (sent - 1) // LIMIT.requests
        return {
            "documents": applied,
            "requests to plan": read,
            "requests to apply": sent,
            "requests a document": round(sent / applied, 3),
            "of these for attachments": self._count("%/relationships/attachments%"),
            "PATCH": self._methods("PATCH"),
            "answered 429": int(refused or 0),
            "virtual seconds": round(seconds, 1),
            "least seconds by the budget": windows * LIMIT.seconds,
            "used of the budget in the quietest whole window": round(
                self._quietest() / LIMIT.requests, 4
            ),
        }

    def _count(self, path: str) -> int:
        query = "SELECT count(*) FROM request WHERE path LIKE ?"
        return int(self.site.store.value(query, [path]))

    def _methods(self, method: str) -> int:
        query = "SELECT count(*) FROM request WHERE method = ?"
        return int(self.site.store.value(query, [method]))

    def _quietest(self) -> int:
        """The fewest requests in any whole window between the first and the last one."""
        times = sorted(row[0] for row in self.site.store.rows("SELECT at FROM request"))
        scale = 1000 if times and times[-1] > 1e11 else 1
        at = [time / scale - EPOCH for time in times]
        windows = int((at[-1] - at[0]) // LIMIT.seconds)
        counts = [
            sum(at[0] + n * LIMIT.seconds <= t < at[0] + (n + 1) * LIMIT.seconds for t in at)
            for n in range(windows)
        ]
        return min(counts) if counts else len(at)


def main(count: int) -> None:
    async def work(folder: Path) -> dict[str, float]:
        return await Docs(folder, count).apply_all()

    with tempfile.TemporaryDirectory() as folder:
        numbers = run(work(Path(folder)))
    sys.stdout.write(json.dumps(numbers, indent=2) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7000)
