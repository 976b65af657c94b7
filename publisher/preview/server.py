"""The preview on a loopback port, by uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path
from types import FrameType

import uvicorn

from publisher.preview.app import create_app
from publisher.preview.desk import Desk
from publisher.preview.watch import watch

HOST = "127.0.0.1"
_HEAD_START = 3.0
"""Seconds that the first page has at most to be there before the account is looked at."""


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 picks a free one.

    Raises:
        OSError, OverflowError: the port is taken, or no port.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(64)
    except BaseException:
        listener.close()
        raise
    return listener


async def serve(
    desk: Desk, root: Path, listener: socket.socket, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGINT or SIGTERM; then return. *ready* is called once requests are answered."""
    server = _Server(desk, ready)
    async with _background(desk, root):
        await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the streams first: they would keep it from stopping."""

    def __init__(self, desk: Desk, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                create_app(desk),
                lifespan="off",
                access_log=False,
                log_level="critical",
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )
        self._desk, self._ready = desk, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True
        asyncio.get_running_loop().call_soon_threadsafe(self._desk.feed.close)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """uvicorn's, without raising the signal once more when all is over."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.asynccontextmanager
async def _background(desk: Desk, root: Path) -> AsyncIterator[None]:
    """Watch the files and the account while the server runs."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(watch(root, desk.saved, stop)), asyncio.create_task(_follow(desk))]
    try:
        yield
    finally:
        stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _follow(desk: Desk) -> None:
    """Follow the account once a page is there, which needs the processor first."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(desk.feed.heard.wait(), _HEAD_START)
    await desk.follow()
