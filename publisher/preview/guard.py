"""Who may ask: this machine's own browser, on a page of this server.

A name of somebody else's may be made to lead to 127.0.0.1 (DNS rebinding): so the Host is looked
at. A page of another site may post here: so the Origin is looked at. And a document's HTML is not
trusted: so each answer says what it may do.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = frozenset({"127.0.0.1", "localhost"})

_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'"
PAGE = (
    f"{_CLOSED}; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; frame-ancestors 'none'"
)
SANDBOX = (
    "allow-same-origin allow-popups allow-popups-to-escape-sandbox "
    "allow-top-navigation-by-user-activation"
)
"""No scripts, so `allow-same-origin` gives a document nothing: it lets the window measure it."""
FRAME = (
    f"{_CLOSED}; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; "
    f"frame-ancestors 'self'; sandbox {SANDBOX}"
)
FILE = f"{_CLOSED}; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_HEADERS = {
    "content-security-policy": PAGE,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Wraps an app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = refusal(scope["method"], Headers(scope=scope))
        app = self._app if refused is None else PlainTextResponse(refused[1], refused[0])
        await app(scope, receive, guarded)


def refusal(method: str, headers: Headers) -> tuple[int, str] | None:
    """Status and reason, if the request is not to be answered."""
    host = headers.get("host", "")
    if _hostname(host) not in HOSTS:
        return 421, "This preview answers to 127.0.0.1 and localhost only."
    if method not in ("GET", "HEAD") and headers.get("origin") != f"http://{host}":
        return 403, "This preview takes orders from its own pages only."
    return None


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
