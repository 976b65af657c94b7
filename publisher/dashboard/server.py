"""The dashboard on a loopback port, by uvicorn. Each look at it is put together anew."""

from __future__ import annotations

import signal
import socket
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from publisher.dashboard.model import Dashboard
from publisher.dashboard.output import as_json
from publisher.dashboard.page import as_html, as_problem
from publisher.errors import PublisherError

HOST = "127.0.0.1"
NAMES = [HOST, "localhost"]
"""Other names are refused: somebody else's may be made to lead here (DNS rebinding)."""
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

Look = Callable[[], Awaitable[Dashboard]]


def create_app(look: Look, explain: Callable[[PublisherError], str]) -> Starlette:
    """The app: the page, and the same as JSON.

    Args:
        look: puts the dashboard together.
        explain: what an error means, for people.
    """

    async def page(request: Request) -> Response:
        try:
            return HTMLResponse(as_html(await look()), headers=_HEADERS)
        except PublisherError as error:
            return HTMLResponse(as_problem(explain(error)), 500, headers=_HEADERS)

    async def json(request: Request) -> Response:
        try:
            return JSONResponse(as_json(await look()), headers=_HEADERS)
        except PublisherError as error:
            return JSONResponse({"problem": explain(error)}, 500, headers=_HEADERS)

    async def nothing(request: Request) -> Response:
        return Response(status_code=204)

    routes = [Route("/", page), Route("/dashboard.json", json), Route("/favicon.ico", nothing)]
    guard = Middleware(TrustedHostMiddleware, allowed_hosts=NAMES, www_redirect=False)
    return Starlette(routes=routes, middleware=[guard])


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 picks a free one.

    Raises:
        OSError, OverflowError: the port is taken, or no port.
    """
    return socket.create_server((HOST, port))


def serve(app: Starlette, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM; then return."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_level="critical",
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
