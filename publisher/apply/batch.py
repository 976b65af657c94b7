"""Targets that are worked on side by side, so that what they write can leave together.

Each goes its own way until it wants to write. When all that are still at work want to, their
writes are sent, as few requests as it takes, and each goes on with its own answer: to its
attachments, to a second look after a lost answer, to its end. So a target in a batch is handled by
the very code that handles one alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from publisher.apply.look import JUST_NOW
from publisher.apply.writes import Waited
from publisher.gather.fingerprint import AssetRecord
from publisher.gather.together import together
from publisher.model import NATIVE, Json
from publisher.plan.model import Action
from publisher.targets import Intent


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """One write that somebody waits for."""

    verb: Literal["create", "update", "delete"]
    answer: asyncio.Future[AssetRecord | None]
    """What IT Glue says of the asset; None of one that is deleted."""
    asset_id: str = ""
    """'' for a create."""
    attributes: Mapping[str, Json] | None = None
    intent: Intent | None = None
    """Of a create."""
    since: float = field(default_factory=time.monotonic)

    @property
    def waited(self) -> bool:
        """Whether it waits since so long that one must look again before it is sent."""
        return self.verb != "create" and time.monotonic() - self.since > JUST_NOW

    def done(self, record: AssetRecord | None) -> None:
        if not self.answer.done():  # it is, when nobody waits any more
            self.answer.set_result(record)

    def failed(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Batch:
    """Collects the writes of targets that are worked on at once. See `publisher.apply.writes`."""

    def __init__(self, send: Callable[[Sequence[Write]], Awaitable[None]]) -> None:
        """*send* sees to it that each write gets its answer."""
        self._send = send
        self._working = 0
        self._writes: list[Write] = []
        self._all_wait = asyncio.Event()

    async def run(self, works: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Run *works* until all are done, or one fails; what it raises comes out as it is."""
        members = [self._member(work) for work in works]
        self._working = len(members)
        self._look()
        await together([*members, self._rounds()])

    async def create(self, attributes: Mapping[str, Json], intent: Intent) -> AssetRecord:
        return _there(await self._write("create", attributes=attributes, intent=intent))

    async def update(self, asset_id: str, attributes: Mapping[str, Json]) -> AssetRecord:
        return _there(await self._write("update", asset_id=asset_id, attributes=attributes))

    async def delete(self, asset_id: str) -> None:
        await self._write("delete", asset_id=asset_id)

    async def _write(
        self, verb: Literal["create", "update", "delete"], **what: Any
    ) -> AssetRecord | None:
        answer: asyncio.Future[AssetRecord | None] = asyncio.get_running_loop().create_future()
        self._writes.append(Write(verb, answer, **what))
        self._stops()
        return await answer

    async def _member(self, work: Coroutine[Any, Any, None]) -> None:
        await work
        self._stops()

    def _stops(self) -> None:
        """One less is at work: it waits, or is done."""
        self._working -= 1
        self._look()

    def _look(self) -> None:
        if self._working == 0:
            self._all_wait.set()

    async def _rounds(self) -> None:
        while True:
            await self._all_wait.wait()
            self._all_wait.clear()
            if not self._writes:
                return
            writes, self._writes = self._writes, []
            self._working = len(writes)
            for write in writes:
                if write.waited:
                    write.failed(Waited())
            await self._send([write for write in writes if not write.answer.done()])


def batches(actions: Sequence[Action], size: int) -> list[list[Action]]:
    """Part actions that do not wait for each other into what is worked on together.

    Creates are sent below their organization, so each batch of them has one. IT Glue documents,
    which are written section by section, go alone.
    """
    if size == 1:
        return [[action] for action in actions]
    found: list[list[Action]] = []
    open_: dict[str, list[Action]] = {}
    for action in actions:
        if action.type_id == NATIVE.id:
            found.append([action])
            continue
        place = action.organization.id if action.verb == "create" else ""
        if len(open_.get(place, [])) in (0, size):
            open_[place] = []
            found.append(open_[place])
        open_[place].append(action)
    return found


def _there(record: AssetRecord | None) -> AssetRecord:
    if record is None:
        raise TypeError("a create or an update is answered with an asset")
    return record
