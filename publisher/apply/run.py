"""Carries out a plan: bounded concurrency, each change committed by itself, errors collected.

Creates go in the order in which links need each other, so that a link resolves in its first
write; only documents that link to each other in a circle are written twice. What was left with an
unknown outcome is looked for once more at the end; what is still open then, the next run settles.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from publisher.apply.batch import Batch, batches
from publisher.apply.bulk import Bulk
from publisher.apply.desk import Desk
from publisher.apply.look import look_ahead
from publisher.apply.order import waves
from publisher.apply.related import unrelated
from publisher.apply.result import Applied, Failed, Progress, Result, Silent
from publisher.apply.target import bring, perform, unsent
from publisher.errors import (
    BadKey,
    Interrupted,
    OutcomeUnknown,
    OutOfReach,
    PublisherError,
    StateError,
)
from publisher.gather.documents import read_documents
from publisher.gather.existing import read_existing
from publisher.gather.recover import ours, recognise, recover
from publisher.gather.recover_document import orphan
from publisher.gather.together import together
from publisher.model import NATIVE
from publisher.plan.model import Action, Plan

Work: TypeAlias = Callable[[Desk, Action], Coroutine[Any, Any, None]]
"""What is done of one action, at a desk."""

LAST_SECONDS = 5.0
"""What is in flight gets this long after SIGINT or SIGTERM; GitHub kills after 7.5 + 2.5."""


async def apply_plan(
    plan: Plan,
    desk: Desk,
    *,
    concurrency: int = 8,
    progress: Progress | None = None,
    stop: asyncio.Event | None = None,
) -> Result:
    """Carry *plan* out, one target after the other in *concurrency* lanes.

    Never raises for a single target: its error is in the result, and the others go on. A refused
    key or an instance out of reach stops the run; what was done until then is in the result.
    When *stop* is set, nothing more is begun, and what is in flight gets `LAST_SECONDS`.
    """
    work = _Apply(plan, desk, concurrency, progress or Silent())
    if stop is None:
        return await work.run()
    running, stopping = asyncio.create_task(work.run()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            work.result.stopped = Interrupted()
            await asyncio.wait({running}, timeout=LAST_SECONDS)
    finally:
        stopping.cancel()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    return work.result


class _Apply:
    def __init__(self, plan: Plan, desk: Desk, concurrency: int, progress: Progress) -> None:
        self.plan, self.desk, self.progress = plan, desk, progress
        self.lanes, self.bulk = asyncio.Semaphore(concurrency), Bulk(desk)
        held = [action for action in plan.actions if action.verb == "conflict"]
        self.result = Result(plan.unchanged, held=held, pending=plan.pending)

    async def run(self) -> Result:
        began, requests = time.monotonic(), self.desk.itglue.requests
        self.progress.start(len(self.plan.changes))
        try:
            for wave in waves(self.plan.changes, self._links()):
                await self._side_by_side(wave, self._one)
            await self._look_again()
            await self._close_circles()
        finally:
            self.result.left = self._left()
            self.result.warnings = self.desk.warnings
            self.result.requests = self.desk.itglue.requests - requests
            self.result.seconds = time.monotonic() - began
        return self.result

    def _links(self) -> dict[str, set[str]]:
        """Key -> the keys that its body links to, and those that it is related to."""
        return {
            key: {ref[4:] for ref in (*desired.refs, *desired.related) if ref.startswith("doc:")}
            for key, desired in self.desk.desired.items()
        }

    def _left(self) -> int:
        """How many changes were not begun, or cut short by the end of the run."""
        done, failed = self.result.applied, self.result.failed
        ended = {a.action.id for a in done} | {f.action.id for f in failed}
        return sum(action.id not in ended for action in self.plan.changes)

    async def _side_by_side(self, actions: Sequence[Action], work: Work) -> None:
        """Work on actions that do not wait for each other: in lanes, and there in batches."""
        parts = batches(actions, self.desk.bulk_size)
        await together(self._lane(part, work) for part in parts)

    async def _lane(self, actions: Sequence[Action], work: Work) -> None:
        async with self.lanes:
            if self.result.stopped:
                return
            if len(actions) == 1:
                await work(self.desk, actions[0])
                return
            await look_ahead(self.desk, actions)
            batch = Batch(self.bulk.send)
            desk = replace(self.desk, writes=batch)
            await batch.run(work(desk, action) for action in actions)

    async def _one(self, desk: Desk, action: Action) -> None:
        error: PublisherError | None = None
        try:
            await perform(desk, action)
            self._note(action)
        except PublisherError as caught:
            error = caught
            self._failed(action, caught)
        self.progress.done(action, error)

    def _note(self, action: Action) -> None:
        known = self.desk.known.get(action.key)
        asset_id = action.asset_id or (known.asset_id if known else "")
        url = known.url if known and known.asset_id == asset_id else ""
        self.result.applied.append(Applied(action, asset_id, url))

    def _failed(self, action: Action, error: PublisherError) -> None:
        self.result.failed.append(Failed(action, error))
        self._stop(error)

    def _stop(self, error: PublisherError) -> None:
        """Without key, connection or state nothing more can go well."""
        if isinstance(error, BadKey | OutOfReach | StateError) and not self.result.stopped:
            self.result.stopped = error

    async def _look_again(self) -> None:
        """Look for creates whose answer was lost, now that the others had their time."""
        intents = self.desk.store.intents()
        lost = [
            f
            for f in self.result.failed
            if isinstance(f.error, OutcomeUnknown) and (f.action.key, "") in intents
        ]
        if not lost or self.result.stopped:
            return
        try:
            await self._find(lost)
        except PublisherError as error:  # the next run looks
            self._stop(error)

    async def _find(self, lost: list[Failed]) -> None:
        desk = self.desk
        types = {f.action.type_id for f in lost}
        kinds = [desk.kinds[type_id] for type_id in types if type_id != NATIVE.id]
        remote = await read_existing(desk.itglue, desk.store, kinds, desk.marker, "auto")
        for found in remote.fresh.values():
            desk.remote.look(found)
        await self._find_documents([f for f in lost if f.action.type_id == NATIVE.id])
        marked = ours(desk.remote, desk.repository)
        for failure in lost:
            key, type_id = failure.action.key, failure.action.type_id
            mine = (a for a in marked.get(key, []) if a.type_id == type_id)
            asset = next((a for a in mine if a.asset_id in remote.fresh), None)
            if asset is not None:
                await self._found(failure, asset.asset_id)

    async def _find_documents(self, lost: list[Failed]) -> None:
        """Look for native documents, which carry no marker as long as they are empty."""
        desk = self.desk
        homes = {failure.action.organization.id for failure in lost}
        await read_documents(desk.itglue, desk.store, desk.remote, desk.known, homes)
        for failure in lost:
            key = failure.action.key
            bound = {known.asset_id for known in desk.known.values()}
            intent = desk.store.intents()[key, ""]
            known = orphan(desk.desired[key], intent, desk.remote.fresh.values(), bound)
            if known:
                desk.bind(known, intent)
                await self._finish(failure)

    async def _found(self, failure: Failed, asset_id: str) -> None:
        """A create whose answer was lost has been carried out: bind it, and finish it."""
        desk, key = self.desk, failure.action.key
        seen = desk.remote.fresh[asset_id]
        attached = recognise(desk.desired[key].files, seen.existing.files or {})
        address = desk.address(key)
        known = recover(
            desk.desired[key], desk.contents[key], seen, attached, lambda ref: [address(ref)]
        )
        intent = desk.store.intents().get((key, ""))
        desk.bind(replace(known, commit=desk.commit, published_at=desk.now()), intent)
        await self._finish(failure)

    async def _finish(self, failure: Failed) -> None:
        """Go on with a target whose create turned out to be done."""
        desk, key = self.desk, failure.action.key
        self.result.failed.remove(failure)
        try:
            await bring(desk, key)
            self._note(failure.action)
        except PublisherError as caught:
            self._failed(failure.action, caught)

    async def _close_circles(self) -> None:
        """Write those again whose links had no address when they were written."""
        if self.result.stopped:
            return
        done = {applied.action.key: applied.action for applied in self.result.applied}
        known = self.desk.known
        open_ = [
            action
            for key, action in done.items()
            if key in self.desk.desired and key in known
            if unsent(self.desk, known[key]) or unrelated(self.desk, known[key])
        ]
        await self._side_by_side(open_, self._again)

    async def _again(self, desk: Desk, action: Action) -> None:
        try:
            await bring(desk, action.key, carry=action.carry)
        except PublisherError as caught:
            self._failed(action, caught)
