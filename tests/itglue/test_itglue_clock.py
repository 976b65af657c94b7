"""The machine's own clock."""

from __future__ import annotations

import asyncio
import time

from publisher.itglue import SystemClock


def test_it_tells_and_waits() -> None:
    """It reads the machine's time, and sleeps about as long as asked."""
    clock = SystemClock()
    assert abs(clock.time() - time.time()) < 60
    start = clock.monotonic()
    asyncio.run(clock.sleep(0.01))
    assert clock.monotonic() - start >= 0.005
