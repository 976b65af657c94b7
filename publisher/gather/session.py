"""From an opened docs repository to a plan: reads the three sides, decides, reads what lacks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from publisher.config import Instance
from publisher.gather.agree import agree
from publisher.gather.catalog import find_organization, read_catalog
from publisher.gather.corpus import Corpus, Inspect, Reader
from publisher.gather.documents import read_document, read_documents
from publisher.gather.existing import Refresh, Remote, read_existing
from publisher.gather.fingerprint import Seen, by_id, seen
from publisher.gather.moves import find_moves
from publisher.gather.narrow import narrowed
from publisher.gather.project import Project, Scope, scope_of
from publisher.gather.recovery import Recovery
from publisher.gather.related import read_links
from publisher.gather.shard import Shard
from publisher.gather.tags import Directory
from publisher.gather.unsure import not_surely_ours, unsure
from publisher.itglue import ITGlue
from publisher.model import NATIVE, AssetType, Catalog
from publisher.plan import Plan, Policy, Sides, decide
from publisher.plan.model import Action
from publisher.source.tree import Tree
from publisher.state import Store
from publisher.state.codec import growing
from publisher.targets import Intent, Known

MARKED = "marked_types"
"""The state's note of the types in which a look at all of them found assets of ours."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to plan, and how thoroughly to look."""

    refresh: Refresh = "auto"
    only: tuple[str, ...] = ()
    """Globs of documents; empty: all."""
    org: str | None = None
    """One organization's name or id; None: all."""
    shard: Shard | None = None
    """One of several parts of the organizations; None: all."""
    rebuild: bool = False
    """Take no target from the state: find all of them by their markers, in assets of any type."""


@dataclass(slots=True, repr=False)  # it holds texts, and a traceback may show a repr
class Planned:
    """A plan with everything that it was made from, which is what an apply works with."""

    plan: Plan
    corpus: Corpus
    remote: Remote
    known: dict[str, Known]
    recovered: dict[str, Known]
    """Of these, what the state did not know, or not so."""
    settled: list[Intent]
    """Uploads whose outcome was unknown, and is known now."""
    kinds: dict[str, AssetType]
    catalog: Catalog
    tree: Tree
    scope: Scope
    moves: dict[str, str] = field(default_factory=dict)
    """Key -> the key that it had when it was last published."""


@dataclass(slots=True)
class Session:
    """One docs repository against one instance."""

    project: Project
    tree: Tree
    instance: str
    settings: Instance
    store: Store
    itglue: ITGlue
    policy: Policy
    inspect: Inspect
    options: Options = field(default_factory=Options)
    now: Callable[[], float] = time.time
    _renamed: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Git's renames since a commit, as far as they were asked for."""

    async def plan(self) -> Planned:
        """Read the three sides and decide.

        Raises:
            Unresolved: ``--org`` names no organization.
            PublisherError: a side cannot be read.
        """
        trust = self.options.refresh == "none"
        catalog = await read_catalog(self.itglue, self.store, refresh=not trust)
        known = {} if self.options.rebuild else self.store.known(self.tree.entries)
        reader = self._reader(catalog, known)
        corpus = await reader.read()
        # A new state may follow a lost one: then any type can hold assets of ours.
        marked = self.store.meta(MARKED)
        every = self.options.rebuild or marked is None
        kinds = _kinds(
            catalog, corpus, known, marked or (), every=every, native=self.options.rebuild
        )
        remote = await self._remote(kinds, catalog, corpus, known, reader.scope)
        if every and not trust:
            self.store.set_meta(MARKED, _marked(remote, self.project.name))
        planned = Planned(
            _NOTHING, corpus, remote, dict(known), {}, [], kinds, catalog, reader.tree, reader.scope
        )
        # Deciding is quick. What it turns out to need (a title, the text of a reused document,
        # the values of an asset that goes) is read then, and it is decided again.
        while True:
            await self._recover(planned, reader)
            with growing():
                planned.plan = self._decide(planned)
            if not await self._read_more(planned, reader):
                return planned

    async def _remote(
        self,
        kinds: Mapping[str, AssetType],
        catalog: Catalog,
        corpus: Corpus,
        known: Mapping[str, Known],
        scope: Scope,
    ) -> Remote:
        """What IT Glue holds: assets type by type, native documents by organization."""
        mode, types = self.options.refresh, [kind for kind in kinds.values() if kind is not NATIVE]
        remote = await read_existing(self.itglue, self.store, types, self.settings.marker, mode)
        if NATIVE.id in kinds:
            remote.existing |= self.store.existing([NATIVE.id])
            used = {d.organization.id for d in corpus.desired.values() if d.type_id == NATIVE.id}
            used |= {k.organization_id for k in known.values() if k.type_id == NATIVE.id}
            if self.options.rebuild:
                used = {organization.id for organization in catalog.organizations}
            if mode != "none":
                used = set(filter(scope.organization, used))
                await read_documents(self.itglue, self.store, remote, known, used)
        return remote

    def _reader(self, catalog: Catalog, known: Mapping[str, Known]) -> Reader:
        org = self.options.org
        only, shard = self.options.only, self.options.shard
        scope = scope_of(only, find_organization(org, catalog).id if org else None, shard)
        return Reader(
            self.project,
            self.tree,
            catalog,
            self.settings.marker,
            records={} if self.options.rebuild else self.store.records(),
            known=known,
            scope=scope,
            inspect=self.inspect,
            directory=Directory(self.itglue, self.store, catalog, self.options.refresh),
        )

    # Deciding

    def _decide(self, planned: Planned) -> Plan:
        corpus, catalog = planned.corpus, planned.catalog
        spared = self._spared(planned)
        intents = {key: i for (key, name), i in self.store.intents().items() if not name}
        marked = {
            a.marker.key: a.marker.content for a in planned.remote.existing.values() if a.marker
        }
        planned.moves = find_moves(corpus.desired, planned.known, spared, marked, self._renames)
        named = bool(self.project.config.docs.id)
        doubtful = frozenset() if named else unsure(planned) - spared
        sides = Sides(
            self.project.name,
            corpus.desired,
            planned.known,
            planned.remote.existing,
            intents,
            planned.moves,
            spared | doubtful,
            {org.id: org for org in catalog.organizations},
            {kind.id: kind.name for kind in catalog.types},
            planned.remote.titles,
            self.now(),
        )
        plan = decide(
            sides,
            self.policy,
            instance=self.instance,
            base_url=self.itglue.base_url,
            commit=self.tree.commit,
            skip=len(corpus.skipped),
            diagnostics=[*corpus.diagnostics, *not_surely_ours(planned, doubtful)],
            requests_used=self.itglue.requests,
        )
        return narrowed(plan, planned, sharded=self.options.shard is not None)

    def _spared(self, planned: Planned) -> frozenset[str]:
        """Known keys that Git does not want now, and that are not gone either."""
        corpus = planned.corpus
        errors = any(found.severity == "error" for found in corpus.diagnostics)
        spared = set()
        for key, known in planned.known.items():
            blind = known.rebuilt and (errors or self.options.only)
            outside = not planned.scope.holds(known.document, known.organization_id)
            if known.document in corpus.held or outside or blind:
                spared.add(key)
        return frozenset(spared)

    def _renames(self, commit: str) -> Mapping[str, str]:
        if self.tree.commit is None:
            return {}
        if commit not in self._renamed:
            self._renamed[commit] = self.project.repository.renames(commit, self.tree.commit)
        return self._renamed[commit]

    # Reading what turned out to be needed

    async def read_documents(self, planned: Planned, keys: Iterable[str]) -> None:
        """Read the documents of *keys* that the plan took from the state, for their text."""
        corpus = planned.corpus
        lacking = [key for key in keys if key in corpus.desired and key not in corpus.contents]
        if lacking:
            known = {k: v for k, v in planned.known.items() if k not in planned.recovered}
            reader = self._reader(planned.catalog, known)
            planned.corpus = await reader.read_again([*corpus.contents, *lacking])
            planned.tree = reader.tree

    async def _read_more(self, planned: Planned, reader: Reader) -> bool:
        """Read what the plan's actions lack; False when they lack nothing."""
        wanted = planned.corpus.desired
        untitled = [
            action.key
            for action in planned.plan.actions
            if action.key in wanted and wanted[action.key].title is None
        ]
        if untitled:
            planned.corpus = await reader.read_again(untitled)
        gone = [
            action
            for action in planned.plan.actions
            if action.asset_id not in planned.remote.fresh and _is_looked_at(action, planned)
        ]
        if self.options.refresh == "none":
            return bool(untitled)
        for action in gone:
            await self.look(planned, action.asset_id or "", action.type_id)
        links = self._unread_links(planned)
        for known in links:
            await self._look_at_links(planned, known)
        return bool(untitled or gone or links)

    def _unread_links(self, planned: Planned) -> list[Known]:
        """Targets whose links are to be read: they change, or lack one, or everything is read."""
        changing = {a.former_key or a.key for a in planned.plan.changes}
        full = self.options.refresh == "full"
        linked = sorted(key for key, known in planned.known.items() if known.related)
        return [
            known
            for key, known in ((key, planned.known[key]) for key in linked)
            if known.asset_id in planned.remote.existing
            and known.asset_id not in planned.remote.linked
            and (full or key in changing or _lacks_links(known, planned))
        ]

    async def _look_at_links(self, planned: Planned, known: Known) -> None:
        there = await read_links(self.itglue, known)
        planned.remote.linked.add(known.asset_id)
        asset = planned.remote.related(known.asset_id, (link.to for link in there))
        self.store.observe(asset)

    async def look(self, planned: Planned, asset_id: str, type_id: str) -> Seen | None:
        """Read one asset, unless this run has."""
        if asset_id in planned.remote.fresh:
            return planned.remote.fresh[asset_id]
        found = await self._get(planned, asset_id, type_id)
        if found is None:
            planned.remote.lose(asset_id)
            self.store.lost(asset_id)
            return None
        planned.remote.look(found)
        return found

    async def _get(self, planned: Planned, asset_id: str, type_id: str) -> Seen | None:
        if type_id == NATIVE.id:
            known = next((k for k in planned.known.values() if k.asset_id == asset_id), None)
            return await read_document(self.itglue, asset_id, known)
        record = await self.itglue.flexible_assets.get(asset_id, include=("attachments",))
        if record is None:
            return None
        return seen(record, by_id(record.included), planned.kinds[type_id], self.settings.marker)

    async def _recover(self, planned: Planned, reader: Reader) -> None:
        """Take from IT Glue what the state does not know, or not any more."""

        async def read(keys: Iterable[str]) -> None:
            corpus = planned.corpus
            unread = [key for key in keys if key in corpus.desired and key not in corpus.contents]
            if unread:
                planned.corpus = await reader.read_again(unread)

        async def look(asset_id: str, type_id: str) -> Seen | None:
            return await self.look(planned, asset_id, type_id)

        await Recovery(
            planned,
            repository=self.project.name,
            itglue=self.itglue,
            store=self.store,
            look=look,
            read=read,
            now=self.now(),
            settle_seconds=self.policy.settle_seconds,
        ).run()
        ask = self.options.refresh != "none"
        await agree(planned, self.store, look, read, ask=ask)


def _is_looked_at(action: Action, planned: Planned) -> bool:
    """Whether an asset is read before it is planned: one that goes (or would), or comes back."""
    existing = planned.remote.existing.get(action.asset_id or "")
    desired = planned.corpus.desired.get(action.key)
    back = existing is not None and existing.archived and action.verb in ("update", "move")
    goes = desired is None or desired.type_id != action.type_id
    return action.verb in ("archive", "delete") or back or (goes and existing is not None)


def _lacks_links(known: Known, planned: Planned) -> bool:
    """Whether a link of a target was gone when somebody last looked."""
    there = planned.remote.existing[known.asset_id].related
    return there is not None and any(i.to and i.to not in there for i in known.related.values())


_NOTHING = Plan("", "", None, (), (), 0, 0, (), 0)


def _marked(remote: Remote, repository: str) -> list[str]:
    """The types in which there are assets of ours."""
    found = (a for a in remote.existing.values() if a.marker and a.marker.repository == repository)
    return sorted({asset.type_id for asset in found})


def _kinds(
    catalog: Catalog,
    corpus: Corpus,
    known: Mapping[str, Known],
    marked: Iterable[str],
    *,
    every: bool,
    native: bool,
) -> dict[str, AssetType]:
    """The types to look at: of what Git wants, and of what was published before; or every one."""
    used = {d.type_id for d in corpus.desired.values()} | {k.type_id for k in known.values()}
    used |= {*marked}
    kinds = {kind.id: kind for kind in catalog.types if every or kind.id in used}
    return kinds | ({NATIVE.id: NATIVE} if native or NATIVE.id in used else {})
