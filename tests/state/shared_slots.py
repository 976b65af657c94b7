"""A process that reads from IT Glue within a budget that others share, until its time is over.

Called with the base URL, the state's URL, the requests and the seconds of the budget, and how long
to go on. Says when it is ready, waits for a line, and prints its numbers of requests and of 429s.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import closing
from pathlib import Path

from publisher.itglue import ITGlue, Listener, RateLimit
from publisher.state import open_store


class Refusals(Listener):
    """Counts the pauses that 429s begin."""

    count = 0

    def paused(self, seconds: float) -> None:
        self.count += 1


async def main(base_url: str, state_url: str, limit: RateLimit, seconds: float) -> None:
    facts = {"repository": "docs", "instance": "shared"}
    heard = Refusals()
    with closing(open_store(state_url, Path("/"), facts)) as store:
        slots = store.budget("shared", limit)
        async with ITGlue(
            base_url=base_url, api_key="ITG.x", rate_limit=limit, listener=heard, slots=slots
        ) as itglue:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            sys.stdin.readline()
            end = time.monotonic() + seconds

            async def worker() -> None:
                while time.monotonic() < end:
                    await itglue.organizations.list()

            await asyncio.gather(*(worker() for _ in range(4)))
            sys.stdout.write(f"{itglue.requests} {heard.count}\n")


if __name__ == "__main__":
    url, state, requests, window, lasts = sys.argv[1:]
    asyncio.run(main(url, state, RateLimit(int(requests), float(window)), float(lasts)))
