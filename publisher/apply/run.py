"""Carries out a plan: bounded concurrency, each change committed by itself, errors collected.

Creates go in the order in which links need each other, so that a link resolves in its first
write; only documents that link to each other in a circle are written twice. What was left with an
unknown outcome is looked for once more at the end; what is still open then, the next run settles.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from publisher.apply.asset import archive, check_base, create, delete, fresh, update
from publisher.apply.desk import Desk
from publisher.apply.files import remove_old, upload
from publisher.apply.order import waves
from publisher.apply.patch import Held
from publisher.errors import BadKey, Interrupted, OutcomeUnknown, OutOfReach, PublisherError
from publisher.gather.existing import read_existing
from publisher.gather.recover import ours, recognise, recover
from publisher.model import Json
from publisher.plan.compare import git_changes
from publisher.plan.model import Action, Pending, Plan
from publisher.targets import Known

OPEN = "an earlier run created it, or not: the answer was lost, so it is given time to appear"
LAST_SECONDS = 5.0
"""What is in flight gets this long after SIGINT or SIGTERM; GitHub kills after 7.5 + 2.5."""


class Progress(Protocol):
    """Is told how an apply goes on. The default does nothing."""

    def start(self, total: int) -> None: ...
    def done(self, action: Action, error: PublisherError | None) -> None: ...


class Silent:
    """Progress that nobody watches."""

    def start(self, total: int) -> None:
        pass

    def done(self, action: Action, error: PublisherError | None) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Applied:
    """One target that was changed."""

    action: Action
    asset_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Failed:
    """One target that was not, or not wholly."""

    action: Action
    error: PublisherError


@dataclass(slots=True)
class Result:
    """What an apply did."""

    unchanged: int
    applied: list[Applied] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    held: list[Action] = field(default_factory=list)
    """Conflicts: held back by the plan itself."""
    pending: tuple[Pending, ...] = ()
    """Creates of earlier runs that may yet appear."""
    warnings: list[str] = field(default_factory=list)
    stopped: PublisherError | None = None
    """What ended the run before its time."""
    left: int = 0
    """Changes that were not begun, since the run was stopped."""
    requests: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Json]:
        applied = sorted(self.applied, key=lambda a: a.action.order)
        failed = sorted(self.failed, key=lambda f: f.action.order)
        return {
            "format_version": 1,
            "applied": len(applied),
            "failed": [
                *(_failure(f.action, str(f.error)) for f in failed),
                *(_failure(a, "; ".join(a.reasons)) for a in self.held),
                *(_failure(p, f"{OPEN}, for {p.seconds:.0f} more seconds") for p in self.pending),
            ],
            "unchanged": self.unchanged,
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
            "targets": [
                {
                    "key": done.action.key,
                    "asset_id": done.asset_id,
                    "url": done.url,
                    "action": done.action.verb,
                }
                for done in applied
            ],
            "warnings": sorted(self.warnings),
            "left": self.left,
        }


def _failure(action: Action | Pending, error: str) -> dict[str, Json]:
    return {"key": action.key, "document": action.document, "error": error}


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
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        work.result.stopped = Interrupted()
        await asyncio.wait({running}, timeout=LAST_SECONDS)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        return work.result
    return running.result()


class _Apply:
    def __init__(self, plan: Plan, desk: Desk, concurrency: int, progress: Progress) -> None:
        self.plan, self.desk, self.progress = plan, desk, progress
        self.lanes = asyncio.Semaphore(concurrency)
        held = [action for action in plan.actions if action.verb == "conflict"]
        self.result = Result(plan.unchanged, held=held, pending=plan.pending)

    async def run(self) -> Result:
        began, requests = time.monotonic(), self.desk.itglue.requests
        self.progress.start(len(self.plan.changes))
        try:
            for wave in waves(self.plan.changes, self._links()):
                await asyncio.gather(*(self._one(action) for action in wave))
            await self._look_again()
            await self._close_circles()
        finally:
            self.result.warnings = self.desk.warnings
            self.result.requests = self.desk.itglue.requests - requests
            self.result.seconds = time.monotonic() - began
        return self.result

    def _links(self) -> dict[str, set[str]]:
        """Key -> the keys that its body links to."""
        return {
            key: {ref[4:] for ref in desired.refs if ref.startswith("doc:")}
            for key, desired in self.desk.desired.items()
        }

    async def _one(self, action: Action) -> None:
        async with self.lanes:
            if self.result.stopped:
                self.result.left += 1
                return
            error: PublisherError | None = None
            try:
                await self._perform(action)
                self._note(action)
            except PublisherError as caught:
                error = caught
                self.result.failed.append(Failed(action, caught))
                if isinstance(caught, BadKey | OutOfReach):
                    self.result.stopped = caught
            self.progress.done(action, error)

    def _note(self, action: Action) -> None:
        known = self.desk.known.get(action.key)
        asset_id = action.asset_id or (known.asset_id if known else "")
        url = known.url if known and known.asset_id == asset_id else ""
        self.result.applied.append(Applied(action, asset_id, url))

    async def _perform(self, action: Action) -> None:
        if action.verb == "create":
            await create(self.desk, action.key)
            await self._bring(action.key)
        elif action.verb in ("update", "move", "adopt"):
            await self._change(action)
        else:
            await self._remove(action)

    async def _change(self, action: Action) -> None:
        """Bring a published target to what is desired: files, then the traits, then old files."""
        desk, key = self.desk, action.key
        desired, asset_id = desk.desired[key], action.asset_id or ""
        found = await fresh(desk, asset_id, desired.type_id)
        if found is None:
            raise Held(f"asset {asset_id} was deleted in IT Glue since the plan was made")
        known = desk.known.get(action.former_key or key)
        adopting = action.verb == "adopt"
        check_base(desk, found, None if adopting else known, action.base)
        if (
            adopting
            or action.former_key
            or (action.drift and not action.carry)
            or found.existing.archived
        ):
            known = await update(desk, key, found, carry=action.carry, former=action.former_key)
        again = tuple(name for name in action.remove if name in desired.files)
        await self._bring(key, carry=action.carry, again=again)

    async def _bring(
        self, key: str, *, carry: Sequence[str] = (), again: Iterable[str] = ()
    ) -> None:
        """Upload what lacks, send what differs, remove what is old; nothing if nothing is to do."""
        desk = self.desk
        desired = desk.desired[key]
        known = desk.known[key]
        if set(desired.files) - set(known.files) or again or _stale(desired.files, known):
            known = await upload(desk, key, again=again)
        if self._unsent(known):
            found = await fresh(desk, known.asset_id, known.type_id)
            if found is None:
                raise Held(f"asset {known.asset_id} was deleted in IT Glue meanwhile")
            known = await update(desk, key, found, carry=carry)
        if any(f.replaces for f in known.files.values()) or set(known.files) - set(desired.files):
            known = await remove_old(desk, key)
        if (known.document, known.blob) != (desired.document, desired.blob):
            at = replace(known, document=desired.document, blob=desired.blob)
            desk.bind(replace(at, commit=desk.commit))

    def _unsent(self, known: Known) -> bool:
        """Whether the asset's traits are not what they should be, files aside."""
        address = self.desk.address(known.key)
        changes = git_changes(self.desk.desired[known.key], known, lambda ref: address(ref)[0])
        return any(not change.subject.startswith("file:") for change in changes)

    async def _remove(self, action: Action) -> None:
        desk, asset_id = self.desk, action.asset_id or ""
        known = desk.known[action.key]
        found = await fresh(desk, asset_id, action.type_id)
        if found is not None:
            check_base(desk, found, None if action.duplicate else known, action.base)
            if action.verb == "archive":
                await archive(desk, action.key, found)
            else:
                await delete(desk, asset_id)
        if not action.duplicate and action.verb == "delete":
            desk.store.forget(action.key)
            desk.known.pop(action.key, None)

    async def _look_again(self) -> None:
        """Look for creates whose answer was lost, now that the others had their time."""
        unknown = {
            f.action.key: f
            for f in self.result.failed
            if f.action.verb == "create" and isinstance(f.error, OutcomeUnknown)
        }
        lost = {key: f for key, f in unknown.items() if key not in self.desk.known}
        if not lost or self.result.stopped:
            return
        desk = self.desk
        kinds = [desk.kinds[type_id] for type_id in {f.action.type_id for f in lost.values()}]
        remote = await read_existing(desk.itglue, desk.store, kinds, desk.marker, "auto")
        for found in remote.fresh.values():
            desk.remote.look(found)
        marked = ours(desk.remote, desk.repository)
        for key, failure in lost.items():
            asset = next((a for a in marked.get(key, []) if a.asset_id in remote.fresh), None)
            if asset is not None:
                await self._found(failure, asset.asset_id)

    async def _found(self, failure: Failed, asset_id: str) -> None:
        """A create whose answer was lost has been carried out: bind it, and finish it."""
        desk, key = self.desk, failure.action.key
        seen = desk.remote.fresh[asset_id]
        intent = desk.store.intents().get((key, ""))
        known = recover(
            desk.desired[key],
            desk.contents[key],
            seen,
            recognise(desk.desired[key].files, seen.existing.files or {}),
            desk.address(key),
        )
        desk.bind(replace(known, commit=desk.commit, published_at=desk.now()), intent)
        try:
            await self._bring(key)
        except PublisherError as caught:
            self.result.failed.append(Failed(failure.action, caught))
        else:
            self._note(failure.action)
        self.result.failed.remove(failure)

    async def _close_circles(self) -> None:
        """Write those again whose links had no address when they were written."""
        if self.result.stopped:
            return
        done = {applied.action.key: applied.action for applied in self.result.applied}
        open_ = [
            action
            for key, action in done.items()
            if key in self.desk.desired
            and key in self.desk.known
            and self._unsent(self.desk.known[key])
        ]
        await asyncio.gather(*(self._again(action) for action in open_))

    async def _again(self, action: Action) -> None:
        async with self.lanes:
            try:
                await self._bring(action.key, carry=action.carry)
            except PublisherError as caught:
                self.result.failed.append(Failed(action, caught))


def _stale(files: Mapping[str, object], known: Known) -> bool:
    return any(
        getattr(files[n], "blob", "") != f.blob for n, f in known.files.items() if n in files
    )
