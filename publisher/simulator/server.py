"""The simulator on a loopback port, by uvicorn."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from publisher.simulator.app import create_app
from publisher.simulator.faults import AnswerLost
from publisher.simulator.site import Site

HOST = "127.0.0.1"


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 picks a free one.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def serve(site: Site, listener: socket.socket) -> None:
    """Serve *site* until SIGINT or SIGTERM; then return."""
    config = uvicorn.Config(
        _Loopback(create_app(site)),
        http=_Protocol,
        lifespan="off",
        access_log=False,
        log_level="error",
        date_header=False,  # the app sends the site's own time
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    # uvicorn raises the signal that ended it once more: make SIGTERM end as quietly as Ctrl-C.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
        listener.close()


class _Protocol(H11Protocol):
    """Closes the connection without a word when an answer is lost.

    ASGI has no message for that; from inside the app, uvicorn would answer 500.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = self._dropping(self.app)

    def _dropping(self, app: Callable[..., Any]) -> Any:
        async def dropping(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            except AnswerLost:
                self.transport.close()
                while not self.cycle.disconnected:  # until then uvicorn would still answer
                    await asyncio.sleep(0.001)

        return dropping


class _Loopback:
    """Answers requests to loopback names only, so that no other site's name leads here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if urlsplit(f"//{host}").hostname not in (HOST, "localhost"):
            await send({"type": "http.response.start", "status": 421, "headers": []})
            await send({"type": "http.response.body", "body": b"loopback names only"})
            return
        await self._app(scope, receive, send)
