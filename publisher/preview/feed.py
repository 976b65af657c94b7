"""Server-Sent Events: tells every open page that something changed, and what to fetch again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

_ALIVE = 15.0
"""Seconds after which a silent stream says that it is still there."""
_RETRY = 500
"""Milliseconds after which a browser that lost the stream asks again."""


class Feed:
    """Whoever listens gets every message from then on. Belongs to one event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self.heard = asyncio.Event()
        """Set once a page listens."""
        self.version = 0
        """Counts messages, so that a page that was away knows whether it missed one."""

    def tell(self, *what: str) -> None:
        """Say what to fetch again: ``list``, ``view`` or both."""
        self.version += 1
        message = json.dumps({"version": self.version, "fetch": what})
        for queue in self._listeners:
            queue.put_nowait(message)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for queue in self._listeners:
            queue.put_nowait(None)

    async def stream(self) -> AsyncIterator[str]:
        """The events for one page."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._listeners.add(queue)
        self.heard.set()
        hello = json.dumps({"version": self.version, "fetch": []})
        try:
            yield f"retry: {_RETRY}\ndata: {hello}\n\n"
            while True:
                try:
                    message = await asyncio.wait_for(queue.get(), _ALIVE)
                except TimeoutError:
                    yield ": alive\n\n"
                    continue
                if message is None:
                    return
                yield f"data: {message}\n\n"
        finally:
            self._listeners.discard(queue)
