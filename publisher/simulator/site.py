"""The truth that the simulator holds: an IT Glue account in SQLite, usable without HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from os import PathLike, fspath
from urllib.parse import quote

from publisher.simulator import account
from publisher.simulator.behaviour import Behaviour, Condition, Draft, View
from publisher.simulator.behaviours import BEHAVIOURS
from publisher.simulator.errors import Json, invalid, not_found, unauthorized, unprocessable
from publisher.simulator.faults import Faults
from publisher.simulator.present import fill
from publisher.simulator.query import Query, column, condition, order
from publisher.simulator.resource import Resource
from publisher.simulator.resources import RESOURCES
from publisher.simulator.sanitizer import sanitize
from publisher.simulator.store import File, Record, Store
from publisher.simulator.switches import Switches
from publisher.simulator.values import as_id, kebab

WEB_BASE = "http://127.0.0.1:8090"
"""Where the simulator's own pages are, unless a file says otherwise."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    records: tuple[Record, ...]
    total: int


class Site:
    """One simulated IT Glue account. Open it with `Site.open`."""

    def __init__(
        self,
        store: Store,
        switches: Switches,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        keys: frozenset[str],
        web_base: str,
    ) -> None:
        self.store = store
        self.switches = switches
        self.clock = clock
        self.sleep = sleep
        self.keys = keys
        """The API keys taken; empty: any key that is not blank."""
        self.web_base = web_base
        self.faults = Faults()

    @classmethod
    def open(
        cls,
        path: str | PathLike[str] = ":memory:",
        *,
        switches: Switches | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        keys: Collection[str] = (),
        web_base: str = WEB_BASE,
    ) -> Site:
        """Open the account in the SQLite file *path*, creating it when it is new.

        Several processes may have the same file open. *web_base* is where resource-urls point to;
        it is taken when the file is new and stays with it then, as real URLs do. *sleep* carries
        out the delays of faults.

        Raises:
            sqlite3.Error: the file is no database, or cannot be written.
            ValueError: the file was made by another version of the simulator.
        """
        with ExitStack() as unopened:
            store = Store(fspath(path))
            unopened.callback(store.close)
            with store.transaction():
                is_new = store.create()
                if is_new:
                    store.set("web_base", web_base.rstrip("/"))
                base = store.setting("web_base") or web_base
                site = cls(store, switches or Switches(), clock, sleep, frozenset(keys), base)
                if is_new:
                    account.furnish(site)
            unopened.pop_all()
        return site

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def reset(self) -> None:
        """Make it an empty account again: no records, no log, no faults."""
        with self.transaction():
            self.store.empty()
            account.furnish(self)
        self.faults.clear()

    def now(self) -> int:
        """The site's time, in milliseconds since the epoch."""
        return int(self.clock() * 1000)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What happens inside is kept whole or not at all."""
        with self.store.transaction():
            yield

    # Writing

    def create(
        self,
        resource: str,
        attributes: Mapping[str, Json],
        *,
        parent: Record | None = None,
        relationships: Mapping[str, Json] | None = None,
        actor: str = "API",
    ) -> Record:
        """Create a record of *resource*, as POST does.

        Raises:
            ApiError: what the API would answer.
        """
        definition, sent = RESOURCES[resource], kebab(attributes)
        data = {name: sent[name] for name in definition.writable & sent.keys()}
        with self.transaction():
            parent = parent or behaviour(resource).parent(self, sent)
            if parent and parent.resource in _HOMES:
                data[_HOMES[parent.resource]] = parent.id
            draft = Draft(definition, sent, data, None, parent, relationships or {}, actor)
            self._clean(draft)
            above = draft.parent
            inside = above.id if above and above.resource not in _HOMES else None
            record = self.store.insert(resource, draft.data, inside, self.now())
            return self._saved(draft, record, "created")

    def update(
        self, resource: str, identity: int, attributes: Mapping[str, Json], *, actor: str = "API"
    ) -> Record:
        """Change a record, as PATCH does: attributes that are not sent stay (traits do not).

        Raises:
            ApiError: what the API would answer.
        """
        definition, sent = RESOURCES[resource], kebab(attributes)
        with self.transaction():
            existing = self.get(resource, identity)
            data = existing.data | {name: sent[name] for name in definition.writable & sent.keys()}
            draft = Draft(definition, sent, data, existing, None, {}, actor)
            self._clean(draft)
            record = replace(existing, data=draft.data, updated=self.now())
            self.store.replace(record)
            return self._saved(draft, record, "updated")

    def edit(self, asset_id: int, traits: Mapping[str, Json], *, actor: str = "a person") -> Record:
        """Change some traits of a flexible asset by hand, as a colleague does in the web page."""
        with self.transaction():
            asset = self.get("flexible_assets", asset_id)
            merged = asset.data["traits"] | dict(traits)
            return self.update("flexible_assets", asset_id, {"traits": merged}, actor=actor)

    def delete(self, resource: str, identity: int, *, actor: str = "API") -> Record:
        """Delete a record with all below it, and return it as it was.

        Raises:
            ApiError: what the API would answer.
        """
        with self.transaction():
            record = self.get(resource, identity)
            behaviour(resource).deleting(self, record)
            where = f"resource = 'related_items' AND {column('destination-id')} = ?"
            ends = self.store.select(where, [identity])
            self.store.delete([identity, *(link.id for link in ends)])
            self._log(RESOURCES[resource], record, "deleted", actor)
            return record

    def touch(self, identity: int) -> None:
        """Set a record's updated-at to now."""
        record = self.need(identity)
        self.store.replace(replace(record, updated=self.now()))

    # Reading

    def get(self, resource: str, identity: int) -> Record:
        """The record of that id.

        Raises:
            ApiError: there is none (404, or 401 by switch).
        """
        record = self.store.get(identity)
        if record is None or record.resource != resource:
            raise unauthorized() if self.switches.unknown_id == 401 else not_found()
        return record

    def need(self, identity: int | None) -> Record:
        """The record of that id, whatever it is."""
        record = self.store.get(identity or 0)
        if record is None:
            raise not_found()
        return record

    def page(
        self, resource: str, query: Query | None = None, *, parent: Record | None = None
    ) -> Page:
        """One page of a list, as GET answers it; without a query the first 50."""
        definition, query = RESOURCES[resource], query or Query()
        match = self.switches.asset_name_filter if resource == "flexible_assets" else None
        parts = [("resource = ?", [resource]), _inside(parent)]
        parts.append(behaviour(resource).narrow(self, query, parent))
        parts.append(condition(definition, query, match))
        where = " AND ".join(text for text, _ in parts if text)
        parameters = [value for _, values in parts for value in values]
        source, before = self._source(definition)
        total = self.store.value(
            f"SELECT count(*) FROM {source} WHERE {where}", [*before, *parameters]
        )
        records = self.store.select(
            where,
            [*before, *parameters],
            order=order(definition, query, self.switches),
            page=(query.size, (query.number - 1) * query.size),
            source=source,
        )
        return Page(tuple(records), int(total))

    def all(self, resource: str) -> list[Record]:
        """Every record of *resource*, oldest first: the truth, without pages or lag."""
        return self.store.select("resource = ?", [resource])

    def count(self, resource: str) -> int:
        """How many records of *resource* there are."""
        return int(self.store.value("SELECT count(*) FROM record WHERE resource = ?", [resource]))

    def file(self, identity: int) -> File | None:
        """The bytes of an attachment, an upload or a picture."""
        return self.store.file(identity)

    # Presenting

    def attributes(
        self, records: Sequence[Record], view: View | None = None
    ) -> list[dict[str, Json]]:
        """The attributes of records of one resource, as the API sends them out."""
        if not records:
            return []
        outs = fill(self, records)
        behaviour(records[0].resource).present(self, records, outs, view or View())
        return outs

    def plain(self, record: Record) -> dict[str, Json]:
        """The attributes of one record, without what its behaviour adds."""
        return fill(self, [record])[0]

    def url_of(self, record: Record) -> str | None:
        """The record's resource-url, on the simulator's own pages."""
        definition = RESOURCES.get(record.resource)
        if definition is None or not definition.url:
            return None
        path = definition.url.format_map({**record.data, "id": record.id})
        return f"{self.web_base}{path}"

    def download_url(self, identity: int, name: str) -> str:
        """Where the bytes of a file can be fetched, without a key."""
        return f"{self.web_base}/simulator/files/{identity}/{quote(name)}"

    def clean_html(self, html: str) -> str:
        """*html* as this account stores it."""
        return sanitize(html, self.switches.sanitizer, self.switches.extra_tags)

    # Inside

    def check(self, draft: Draft) -> None:
        """Refuse a draft that lacks what is required, or points to what does not exist."""
        problems = [
            (f"/data/attributes/{name}", ["can't be blank"])
            for name in draft.resource.required
            if draft.data.get(name) in (None, "")
        ]
        if problems:
            raise unprocessable(problems)
        pointed = {}
        for name in draft.resource.references.keys() & draft.data.keys():
            if draft.data[name] not in (None, ""):
                pointed[name] = as_id(draft.data[name], f"/data/attributes/{name}")
        found = self.store.find(pointed.values())
        for name, identity in pointed.items():
            target = found.get(identity)
            if target is None or target.resource != draft.resource.references[name]:
                raise invalid(f"/data/attributes/{name}", "must exist")
            draft.data[name] = identity

    def _clean(self, draft: Draft) -> None:
        behaviour(draft.resource.name).clean(self, draft)
        self.check(draft)
        for name in draft.resource.html & draft.sent.keys():
            if isinstance(draft.data.get(name), str):
                draft.data[name] = self.clean_html(draft.data[name])

    def _saved(self, draft: Draft, record: Record, action: str) -> Record:
        record = behaviour(record.resource).saved(self, draft, record)
        if draft.resource.versioned:
            self.store.add_version(record, draft.actor)
        self._log(draft.resource, record, action, draft.actor)
        return record

    def _log(self, definition: Resource, record: Record, action: str, actor: str) -> None:
        if not definition.logged:
            return
        data = {"organization-id": record.organization_id, "action": action}
        data |= {"resource-id": record.id, "resource-type": definition.type}
        data |= {"resource-name": record.name, "member-name": actor}
        self.store.insert("logs", data, None, self.now())

    def _source(self, definition: Resource) -> tuple[str, list[Json]]:
        """The table that lists read: behind the truth by the lag, if there is one."""
        if not self.switches.list_lag_seconds or not definition.versioned:
            return "record", []
        horizon = self.now() - int(self.switches.list_lag_seconds * 1000)
        lagging = (
            "(SELECT id, resource, parent_id, organization_id, type_id, name, created_at,"
            " updated_at, data FROM record WHERE updated_at <= ? AND resource = ?"
            " UNION ALL SELECT r.id, r.resource, r.parent_id, r.organization_id, r.type_id,"
            " json_extract(v.data, '$.name'), r.created_at, v.at, v.data FROM record r"
            " JOIN version v ON v.id = (SELECT max(id) FROM version"
            " WHERE record_id = r.id AND at <= ?)"
            " WHERE r.updated_at > ? AND r.resource = ?) AS record"
        )
        return lagging, [horizon, definition.name, horizon, horizon, definition.name]


_HOMES: Mapping[str, str] = {
    "organizations": "organization-id",
    "countries": "country-id",
    "manufacturers": "manufacturer-id",
}
"""Parents that their children name in an attribute; any other is the record they lie below."""


def belongs(record: Record, parent: Record) -> bool:
    """Whether *record* is one that a path below *parent* may name."""
    pointer = _HOMES.get(parent.resource)
    return (record.data.get(pointer) if pointer else record.parent_id) == parent.id


def _inside(parent: Record | None) -> Condition:
    if parent is None:
        return "", []
    pointer = _HOMES.get(parent.resource)
    return f"{column(pointer) if pointer else 'parent_id'} = ?", [parent.id]


def behaviour(resource: str) -> Behaviour:
    """What a resource does beyond its description."""
    return BEHAVIOURS.get(resource, _PLAIN)


_PLAIN = Behaviour()
