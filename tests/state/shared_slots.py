"""A process that reads from IT Glue within a budget that others share, until its time is over.

Called with the base URL, the state's URL, the requests and the seconds of the budget, and how long
to go on. Says when it is ready, waits for a line, and prints how many requests it sent, how many
pauses began by a 429, and how many seconds it waited for answers in all.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import closing
from pathlib import Path

from publisher.itglue import Exchange, ITGlue, Listener, RateLimit
from publisher.state import open_store


class Heard(Listener):
    """Counts pauses, and the seconds until answers came."""

    pauses, seconds = 0, 0.0

    def paused(self, seconds: float) -> None:
        self.pauses += 1

    def exchanged(self, exchange: Exchange) -> None:
        self.seconds += exchange.seconds


async def main(base_url: str, state_url: str, limit: RateLimit, seconds: float) -> None:
    facts = {"repository": "docs", "instance": "shared"}
    heard = Heard()
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
            sys.stdout.write(f"{itglue.requests} {heard.pauses} {heard.seconds}\n")


if __name__ == "__main__":
    url, state, requests, window, lasts = sys.argv[1:]
    asyncio.run(main(url, state, RateLimit(int(requests), float(window)), float(lasts)))
