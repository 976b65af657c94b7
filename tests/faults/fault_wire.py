"""The two seams at which faults are let in: the connection to IT Glue, and the state."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fault_kinds import LATE_SECONDS, CommitFault, Fault, Killed

from publisher.errors import StateUnusable
from publisher.state import Store

COMMITS = frozenset({
    "begin", "drop", "bind", "unbind", "forget", "rebuild", "record", "saw", "observe", "lost",
    "replace", "set_meta", "add_run",
})  # fmt: skip
"""What of a store commits; the lease is left out, since nothing depends on it."""


@dataclass(slots=True)
class Trouble:
    """Counts boundaries, and says what happens at each."""

    request: Fault | None = None
    commit: CommitFault | None = None
    at: int = 0
    """Number of the boundary, from 1 on, among requests or among commits; 0 is none."""
    always: bool = False
    """At every later one of the run, too."""
    line: str = ""
    """Only requests that begin with this are counted: ``PATCH``."""
    requests: list[str] = field(default_factory=list)
    """``METHOD path`` of each that was sent."""
    commits: list[str] = field(default_factory=list)
    met: bool = False
    dead: bool = False

    def at_request(self, line: str) -> Fault | None:
        """Count a request; the fault that it meets."""
        self.check()
        self.requests.append(line)
        number = sum(sent.startswith(self.line) for sent in self.requests)
        counts = line.startswith(self.line)
        return self.request if counts and self._meets(self.request, number) else None

    def at_commit(self, name: str) -> CommitFault | None:
        """Count a commit; the fault that it meets."""
        self.check()
        self.commits.append(name)
        return self.commit if self._meets(self.commit, len(self.commits)) else None

    def kill(self) -> Killed:
        """End the process."""
        self.dead = True
        return Killed()

    def check(self) -> None:
        """The dead do nothing more."""
        if self.dead:
            raise Killed

    def _meets(self, fault: object, number: int) -> bool:
        meets = fault is not None and (number == self.at or (self.always and number > self.at > 0))
        self.met = self.met or meets
        return meets


class TroubledWire(httpx.AsyncBaseTransport):
    """Requests on their way to IT Glue."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        trouble: Trouble,
        later: Callable[[float, httpx.Request], None],
    ) -> None:
        """*later* takes requests that will be carried out after so many seconds."""
        self._inner, self._trouble, self._later = inner, trouble, later

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self._trouble.at_request(f"{request.method} {request.url.path}")
        if fault is None:
            return await self._inner.handle_async_request(request)
        answer: httpx.Response | None = None
        if fault.carried_out == "now":
            answer = await self._inner.handle_async_request(request)
            await answer.aread()
        elif fault.carried_out == "part":
            answer = await self._inner.handle_async_request(half_of(request))
            await answer.aread()
        elif fault.carried_out == "late" and request.method != "GET":
            self._later(LATE_SECONDS, request)
        if fault.kills:
            raise self._trouble.kill()
        return _come_back(fault, request, answer)


def half_of(request: httpx.Request) -> httpx.Request:
    """The first half of a request that writes several at once, at least one; another as it is."""
    several = json.loads(request.content or b"{}").get("data")
    if not isinstance(several, list):
        return request
    body = {"data": several[: (len(several) + 1) // 2]}
    return httpx.Request(request.method, request.url, json=body)


def _come_back(
    fault: Fault, request: httpx.Request, answer: httpx.Response | None
) -> httpx.Response:
    match fault.answer:
        case "refused":
            raise httpx.ConnectError("connection refused", request=request)
        case "reset":
            raise httpx.ReadError("connection reset by peer", request=request)
        case "timeout":
            raise httpx.ReadTimeout("no answer", request=request)
        case "cut":
            body = answer.content if answer else b"{}"
            return httpx.Response(
                answer.status_code if answer else 200, content=body[: len(body) // 2]
            )
        case "own":
            assert answer
            return answer
        case "html":
            return httpx.Response(200, content=b"<html><body>Welcome</body></html>")
        case int(status):
            return httpx.Response(status, json={"message": "trouble"})
        case _:
            raise AssertionError(fault)


class TroubledStore:
    """A state whose commits can fail, or be the last thing that a process does."""

    def __init__(self, inner: Store, trouble: Trouble) -> None:
        self._inner, self._trouble = inner, trouble

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        return functools.partial(self._commit, name, method) if name in COMMITS else method

    def _commit(self, name: str, method: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        fault = self._trouble.at_commit(name)
        if fault == "killed before":
            raise self._trouble.kill()
        if fault == "disk full":
            raise StateUnusable(self._inner.url, "unwritable", "database or disk is full")
        method(*args, **kwargs)
        if fault == "killed after":
            raise self._trouble.kill()


@dataclass(slots=True)
class TurnedClock:
    """The client's clock over a world whose time only moves when somebody waits."""

    now: Callable[[], float]
    turn: Callable[[float], None]

    def monotonic(self) -> float:
        return self.now()

    def time(self) -> float:
        return self.now()

    async def sleep(self, seconds: float) -> None:
        self.turn(seconds)
        await asyncio.sleep(0)
