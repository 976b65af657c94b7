"""HTTP over a `Site`: an ASGI app. The gateway's checks first, then faults, then the API.

Paths that begin with a number, and ``/simulator/…``, are the simulator's own pages and controls;
all others are the API, as IT Glue's host has them.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from email.utils import formatdate

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.simulator import late, limit
from publisher.simulator.api import Answer, Request, cut, perform
from publisher.simulator.errors import ApiError, forbidden, refusal
from publisher.simulator.faults import (
    Action,
    AnswerLost,
    Call,
    Delay,
    Lost,
    NotJson,
    Partly,
    Status,
    Truncated,
    in_words,
)
from publisher.simulator.journal import Journal
from publisher.simulator.site import Site
from publisher.simulator.web import create_web

MEDIA_TYPE = "application/vnd.api+json"


def create_app(site: Site) -> Gateway:
    """The ASGI app over *site*: ``httpx.ASGITransport(app)`` in process, uvicorn for a port.

    A fault that loses an answer raises `AnswerLost` out of the app.
    """
    return Gateway(site)


class Gateway:
    """What stands before the API: key, sizes, rate limit, log, faults."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.limit = limit.Limit(site.switches, site.clock)
        self.journal = Journal(site.store)
        self._web: ASGIApp = create_web(site, self.journal, self.limit.clear)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_api(scope["path"]):
            await self._api(scope, receive, send)
        else:
            await self._web(scope, receive, self._dated(scope, send))

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        query = scope["query_string"].decode("latin-1")
        started = time.perf_counter()
        number = self.journal.begin(self.site.now(), http.method, http.url.path, query)
        sent: list[int] = []

        async def recording(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.append(message["status"])
            await send(message)

        try:
            await self._answer(http, query, recording, number)
        except ClientDisconnect:
            pass  # it never came whole, so nothing is done; the journal has it without a status
        finally:
            status = sent[0] if sent else None
            self.journal.end(number, status, time.perf_counter() - started)

    async def _answer(self, http: HttpRequest, query: str, send: Send, number: int) -> None:
        body = await http.body()
        actions = self.site.faults.meet(http.method, http.url.path)
        for action in actions:
            self.journal.meets(number, in_words(action))
        request = Request(
            http.method, http.url.path, query, body, f"{http.url.scheme}://{http.url.netloc}"
        )
        answer = await self._before(actions, request)
        if answer is None:
            answer = self._checked(http, request, actions)
            answer = await self._after(actions, request, answer)
        await self._send(answer, send, actions)

    def _checked(self, http: HttpRequest, request: Request, actions: Sequence[Action]) -> Answer:
        """Carry the request out, if the gateway lets it pass."""
        try:
            self._check(http, request)
        except ApiError as refused:
            return Answer(refused.status, refused.body, refused.headers)
        for action in actions:
            if isinstance(action, Partly):
                request = cut(request, action.entries)
        late.settle(self.site)
        if late.delays(self.site, request, actions):
            late.postpone(self.site, request)
            return Answer(504, {"message": "Endpoint request timed out"})
        return perform(self.site, request)

    def _check(self, http: HttpRequest, request: Request) -> None:
        switches = self.site.switches
        key = http.headers.get("x-api-key", "").strip()
        if not key or (self.site.keys and key not in self.site.keys):
            raise forbidden()
        wait = self.limit.wait(key)
        if wait:
            headers = {"retry-after": str(math.ceil(wait))} if switches.limit_retry_after else {}
            raise ApiError(429, limit.body(switches), headers)
        if len(request.body) > switches.max_request_bytes:
            raise ApiError(413, {"message": "Request Too Long"})
        media = http.headers.get("content-type", "").partition(";")[0].strip()
        if switches.strict_content_type and request.body and media != MEDIA_TYPE:
            raise refusal(415, "Unsupported Media Type")

    async def _before(self, actions: Sequence[Action], request: Request) -> Answer | None:
        """Faults that come before the request is carried out; an answer ends it there."""
        for action in actions:
            match action:
                case Call(function, "before"):
                    function(request.method, request.path)
                case Delay(seconds, "before"):
                    await self.site.sleep(seconds)
                case Lost("before"):
                    raise AnswerLost(f"{request.method} {request.path}")
                case Status(when="before") | NotJson(when="before"):
                    return _instead(action)
        return None

    async def _after(self, actions: Sequence[Action], request: Request, answer: Answer) -> Answer:
        """Faults that come after the commit."""
        for action in actions:
            match action:
                case Call(function, "after"):
                    function(request.method, request.path)
                case Delay(seconds, "after"):
                    await self.site.sleep(seconds)
                case Lost("after"):
                    raise AnswerLost(f"{request.method} {request.path}")
                case Status(when="after") | NotJson(when="after"):
                    answer = _instead(action)
        return answer

    async def _send(self, answer: Answer, send: Send, actions: Sequence[Action]) -> None:
        body = _encode(answer.body)
        headers = {"content-type": f"{MEDIA_TYPE}; charset=utf-8"} | dict(answer.headers)
        switches = self.site.switches
        if len(body) > switches.max_response_bytes and switches.oversized_response:
            answer = Answer(switches.oversized_response, {"message": "Internal server error"})
            body = _encode(answer.body)
        cut = next((action for action in actions if isinstance(action, Truncated)), None)
        length = len(body)
        if cut:
            body = body[: length // 2]
            length = length if cut.drop else len(body)
        headers |= {"date": formatdate(self.site.clock(), usegmt=True)}
        if answer.status != 204:
            headers["content-length"] = str(length)
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        if cut and cut.drop:
            await send({"type": "http.response.body", "body": body, "more_body": True})
            raise AnswerLost("in the middle of the body")
        await send({"type": "http.response.body", "body": body})

    def _dated(self, scope: Scope, send: Send) -> Send:
        """Add the Date header to what the pages send."""
        if scope["type"] != "http":
            return send

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self.site.clock(), usegmt=True).encode()
                message["headers"] = [*message["headers"], (b"date", date)]
            await send(message)

        return dated


def _is_api(path: str) -> bool:
    first = path.lstrip("/").partition("/")[0]
    return bool(first) and first not in ("simulator", "favicon.ico") and not first.isdigit()


def _instead(action: Status | NotJson) -> Answer:
    if isinstance(action, NotJson):
        return Answer(action.status, action.body, {"content-type": "text/html"})
    headers = {} if action.retry_after is None else {"retry-after": str(action.retry_after)}
    messages = {
        429: "Too Many Requests",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Endpoint request timed out",
    }
    message = messages.get(action.status, "Internal server error")
    return Answer(action.status, {"message": message}, headers)


def _encode(body: object) -> bytes:
    """JSON; text goes out as it is, and None as nothing."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
