"""The simulator as an account, with a clock that waits for nothing."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
from live_account import Account, opened

from publisher.simulator import Site, Switches, create_app, load_seed

ORGANIZATION = "Lab"


@contextlib.asynccontextmanager
async def lab(**switches: Any) -> AsyncIterator[Account]:
    """An account in the simulator, with these switches."""
    ahead = 0.0

    async def pause(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds

    site = Site.open(switches=Switches(**switches), clock=lambda: time.time() + ahead)
    load_seed(site, {"organizations": [{"name": ORGANIZATION}]})
    transport = httpx.ASGITransport(create_app(site))
    try:
        async with opened("http://127.0.0.1:8090", "ITG.lab", ORGANIZATION, transport) as account:
            account.pause = pause
            yield account
    finally:
        site.close()
