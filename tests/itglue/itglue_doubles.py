"""Doubles of IT Glue for the client's tests: scripted answers, a list server, a heard listener."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
from virtual_time import VirtualClock

from publisher.itglue import Exchange, ITGlue, Listener, RateLimit
from publisher.itglue.events import BreakerState

KEY = "ITG.0123456789abcdef0123456789abcdef.s3cret-part"
BASE_URL = "https://api.itglue.test"

Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Heard(Listener):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.warnings: list[tuple[int, int]] = []
        self.pauses: list[float] = []
        self.states: list[BreakerState] = []
        self.missing: list[tuple[str, int, int]] = []

    def exchanged(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    def near_limit(self, used: int, limit: int) -> None:
        self.warnings.append((used, limit))

    def paused(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def breaker(self, state: BreakerState) -> None:
        self.states.append(state)

    def incomplete(self, path: str, read: int, total: int) -> None:
        self.missing.append((path, read, total))


class Script:
    """Answers the requests in turn, the last answer for ever; keeps them."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):  # a fresh one each time: a response is read once
            return httpx.Response(step.status_code, headers=step.headers, content=step.content)
        return step(request)

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]


def client(handler: Any, **options: Any) -> ITGlue:
    """A client in virtual time that talks with *handler*; nothing of it is random."""
    defaults: dict[str, Any] = {
        "base_url": BASE_URL,
        "api_key": KEY,
        "transport": httpx.MockTransport(handler),
        "clock": VirtualClock(),
        "rng": random.Random(1),
        "rate_limit": RateLimit(100_000, 300.0),
    }
    return ITGlue(**(defaults | options))


def record(number: int | str, kind: str = "organizations", /, **attributes: Any) -> dict[str, Any]:
    """A JSON:API resource; attribute names in snake_case."""
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return {"id": str(number), "type": kind, "attributes": named, "relationships": {}}


def one(status: int, resource: dict[str, Any]) -> httpx.Response:
    return httpx.Response(status, json={"data": resource})


def refusal(status: int, detail: Any = None, pointer: str | None = None) -> httpx.Response:
    """An error as IT Glue words it."""
    error = {"status": status, "title": "Error", "source": {"pointer": pointer}}
    if detail is not None:
        error["detail"] = detail
    return httpx.Response(status, json={"errors": [error]})


class ListServer:
    """Serves a list of ids in pages, and can change it between two requests.

    Args:
        ids: the list, in the server's order.
        meta: whether it tells counts and the next page.
        slow: sizes that time out at the gateway.
        bytes_each: how large a record is.
        cap: the largest page that it serves.
        between: called with (server, number of requests so far) after each answer.
    """

    def __init__(
        self,
        ids: list[int],
        *,
        meta: bool = True,
        slow: Callable[[int], bool] = lambda size: False,
        bytes_each: int = 0,
        cap: int = 1000,
        between: Callable[[ListServer, int], None] = lambda server, count: None,
    ) -> None:
        self.ids, self.meta, self.slow, self.cap = list(ids), meta, slow, cap
        self.bytes_each, self.between = bytes_each, between
        self.asked: list[tuple[int, int]] = []
        """(number, size) of each page that was asked for."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page[number]"])
        size = int(request.url.params["page[size]"])
        self.asked.append((number, size))
        if self.slow(size):
            return httpx.Response(504, json={"message": "Endpoint request timed out"})
        answer = self._page(number, min(size, self.cap))
        self.between(self, len(self.asked))
        return httpx.Response(200, content=json.dumps(answer).encode())

    def _page(self, number: int, size: int) -> dict[str, Any]:
        start = (number - 1) * size
        padding = {"padding": "x" * self.bytes_each} if self.bytes_each else {}
        page = [record(each, **padding) for each in self.ids[start : start + size]]
        answer: dict[str, Any] = {"data": page}
        if self.meta:
            more = start + size < len(self.ids)
            total = {"total-count": len(self.ids), "next-page": number + 1 if more else None}
            answer["meta"] = total
        return answer


async def ids_of(pages: AsyncIterator[Any]) -> list[int]:
    return [int(r.id) async for page in pages for r in page.records]
