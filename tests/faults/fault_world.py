"""A world that can be copied in a moment, and in which faults strike.

The docs repository is shared by all copies and read once; IT Glue and the state are two small
files each, so that a copy of a prepared world costs less than a request.
"""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import weakref
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
from fault_kinds import Killed
from fault_wire import Trouble, TroubledStore, TroubledWire, TurnedClock
from world import BASE_URL, World

from publisher.apply.publish import publish
from publisher.apply.result import Result
from publisher.check import run as check
from publisher.errors import PublisherError
from publisher.gather.project import Project, open_project
from publisher.gather.session import Options, Session
from publisher.itglue import ITGlue, RateLimit, Secret
from publisher.itglue.hooks import Hooks
from publisher.marker import Marker
from publisher.plan import Plan, Policy
from publisher.simulator import Site
from publisher.simulator.api import Request, perform
from publisher.source.git import Repository
from publisher.source.tree import Tree
from publisher.state import Store

EPOCH = 1_800_000_000.0


class KeptRepository(Repository):
    """Remembers what Git said, since a commit says the same for ever."""

    def __init__(self, inner: Repository) -> None:
        super().__init__(**{f.name: getattr(inner, f.name) for f in dataclasses.fields(inner)})
        object.__setattr__(self, "said", {})

    said: dict[Any, Any]

    def tree(self, ref: str = "HEAD") -> Tree:
        if ref not in self.said:
            tree = super().tree(ref)
            files = [path for path, entry in tree.entries.items() if entry.kind == "file"]
            content = dict(tree.read(files))
            self.said[ref] = Tree(
                tree.commit, tree.entries, lambda entries: iter([content[e.path] for e in entries])
            )
        kept: Tree = self.said[ref]
        return kept

    def last_commits(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        asked = "last", commit, tuple(paths)
        if asked not in self.said:
            self.said[asked] = super().last_commits(commit, asked[2])
        return dict(self.said[asked])

    def renames(self, old: str, commit: str) -> dict[str, str]:
        asked = "renames", old, commit
        if asked not in self.said:
            self.said[asked] = super().renames(old, commit)
        return dict(self.said[asked])


class FaultWorld(World):
    """One docs repository and one IT Glue, in virtual time, with trouble."""

    trouble: Trouble
    step: float
    """Seconds that one request takes."""
    head: str
    """The commit that is published; '' for the newest."""
    late: list[tuple[float, httpx.Request]]
    """What IT Glue will carry out, and when."""
    project: Project | None
    made: dict[str, list[int]]
    """Key -> ids of the assets that were made for it."""
    doubled: bool
    """Whether a key has ever had two live assets at once."""
    planned_last: Plan
    """What the last run planned."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.trouble, self.head, self.late, self.project = Trouble(), "", [], None
        self.made, self.doubled, self.step = {}, False, 0.1
        super().__init__(folder, **options)
        self.settings = self.settings.model_copy(update={"concurrency": 4})

    def copy(self, folder: Path) -> FaultWorld:
        """The same world once more: the repository is shared, all else is its own."""
        other = object.__new__(FaultWorld)
        other.__dict__ |= self.__dict__ | {
            "made": {key: [*ids] for key, ids in self.made.items()},
            "trouble": Trouble(),
            "late": [],
            "state": folder / "state.db",
        }
        folder.mkdir(parents=True)
        for file in ("itglue.db", "state.db"):
            if (self.state.parent / file).exists():
                shutil.copyfile(self.state.parent / file, folder / file)
        other.site = Site.open(folder / "itglue.db", switches=self.site.switches, clock=other.now)
        weakref.finalize(other, other.site.store.close)  # Python 3.13 warns of open ones
        return other

    def rest(self) -> None:
        """Close the files, so that they can be copied."""
        self.site.close()

    def now(self) -> float:
        return EPOCH + self.ahead

    def turn(self, seconds: float) -> None:
        """Let time pass; what is due by then is carried out."""
        self.ahead += seconds
        due = sorted((e for e in self.late if e[0] <= self.ahead), key=lambda entry: entry[0])
        self.late = [entry for entry in self.late if entry[0] > self.ahead]
        for _, request in due:
            self._perform(request)

    def serve(self, request: httpx.Request) -> httpx.Response:
        """Let IT Glue carry out a request."""
        return self._perform(request)

    def _perform(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = Request(request.method, url.path, url.query.decode(), request.content, BASE_URL)
        answer = perform(self.site, asked)
        if request.method == "POST" and url.path.endswith("/flexible_assets"):
            made = answer.body["data"] if answer.status == 201 else []
            for one in made if isinstance(made, list) else [made]:
                self._made(int(one["id"]))
        headers = {**answer.headers, "date": formatdate(self.now(), usegmt=True)}
        return httpx.Response(answer.status, headers=headers, json=answer.body, request=request)

    def _made(self, asset_id: int) -> None:
        """Note which key an asset was made for, and whether that has another one."""
        (asset,) = self.site.attributes([self.site.need(asset_id)])
        if marker := marker_of(asset):
            others = filter(None, map(self.site.store.get, self.made.get(marker.key, ())))
            self.doubled = self.doubled or any(not o.data.get("archived") for o in others)
            self.made.setdefault(marker.key, []).append(asset_id)

    def organization(self, name: str) -> int:
        """The id of an organization."""
        return next(r.id for r in self.site.all("organizations") if r.name == name)

    def kind(self, name: str) -> int:
        """The id of a flexible asset type."""
        return next(r.id for r in self.site.all("flexible_asset_types") if r.name == name)

    # The publisher

    def client(self) -> ITGlue:
        inner = _Server(self)
        later = lambda seconds, request: self.late.append((self.ahead + seconds, request))  # noqa: E731 (one use)
        return ITGlue(
            base_url=BASE_URL,
            api_key=Secret("test"),
            instance="test",
            transport=TroubledWire(inner, self.trouble, later),
            rate_limit=RateLimit(3000, 300.0),
            clock=TurnedClock(self.now, self.turn),
            hooks=Hooks(discover=False),  # to look for some costs more than a run
        )

    async def session(
        self, store: Store, itglue: ITGlue, policy: Policy, **options: Any
    ) -> Session:
        project = self._project()
        tree = project.repository.tree(self.head or self.git("rev-parse", "HEAD"))
        return Session(
            project,
            tree,
            "test",
            self.settings,
            store,
            itglue,
            dataclasses.replace(policy, settle_seconds=self.settings.settle_seconds),
            lambda parsed, pages, raw: check(tree, parsed.values(), project.config, pages, raw=raw),
            Options(**options),
            self.now,
        )

    def _project(self) -> Project:
        if self.project is None:
            opened = open_project(self.root, None)
            self.project = dataclasses.replace(opened, repository=KeptRepository(opened.repository))
        return self.project

    def run(self, policy: Policy, trouble: Trouble | None = None) -> Result | None:
        """One apply in trouble; None if it was killed, or failed as a whole."""
        self.trouble = trouble or Trouble()
        try:
            return asyncio.run(self._apply(policy))
        except (Killed, PublisherError):
            return None
        finally:
            self.trouble = Trouble()

    async def _apply(self, policy: Policy) -> Result:
        async with self.client() as itglue:
            with self.open_state() as store:
                troubled: Any = TroubledStore(store, self.trouble)
                session = await self.session(troubled, itglue, policy)
                planned = await session.plan()
                self.planned_last = planned.plan
                return await publish(session, planned)

    def until_quiet(self, policy: Policy, rounds: int = 5) -> int:
        """Apply, time passing in between, until a plan is empty; the number of applies it took.

        Raises:
            AssertionError: it does not come to rest.
        """
        for number in range(rounds):
            self.turn(self.settings.settle_seconds + 1)
            self.run(policy)
            if is_quiet(self.planned_last):
                return number
        raise AssertionError(f"still not quiet: {said(self.planned_last)}")


class _Server(httpx.AsyncBaseTransport):
    """IT Glue without its gateway, which would only cost time; each request takes a moment."""

    def __init__(self, world: FaultWorld) -> None:
        self._world = world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._world.turn(self._world.step)
        return self._world.serve(request)


def is_quiet(plan: Plan) -> bool:
    """Nothing to do, nothing open, nothing strange."""
    return not (plan.actions or plan.drifts or plan.pending or plan.errors)


def said(plan: Plan) -> list[str]:
    """A plan in a few words, for failures of tests."""
    actions = [f"{a.verb} {a.document} {a.key}: {'; '.join(a.reasons)}" for a in plan.actions]
    drifts = [f"drift {d.key}: {'; '.join(d.what)}" for d in plan.drifts]
    return actions + drifts + [f"pending {p.key}" for p in plan.pending]


def live(world: World) -> dict[str, list[int]]:
    """Key -> ids of the live assets that carry its marker, oldest first."""
    found: dict[str, list[int]] = {}
    for asset in world.assets(archived=False):
        marker = marker_of(asset)
        if marker and marker.repository == "test-docs":
            found.setdefault(marker.key, []).append(asset["id"])
    return found


def marker_of(asset: Mapping[str, Any]) -> Marker | None:
    """The marker in one of an asset's traits."""
    found = (Marker.parse(value) for value in asset["traits"].values())
    return next((marker for marker in found if marker), None)


def twice(world: World) -> list[str]:
    """Keys that have more than one live asset."""
    return sorted(key for key, ids in live(world).items() if len(ids) > 1)
