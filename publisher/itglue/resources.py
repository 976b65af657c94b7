"""The one implementation of list, get, create, update and delete, for every entity."""

from __future__ import annotations

import builtins
import contextlib
import datetime as dt
import re
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import quote, unquote

from publisher.errors import OutcomeUnknown, OutOfReach, Rejected
from publisher.itglue import outcome as meaning
from publisher.itglue.entities import BY_TYPE, Entity
from publisher.itglue.hooks import Change, Hooks, Verb, singular
from publisher.itglue.models import Attributes, Record, Unreadable, kebab, parse_record
from publisher.itglue.paging import LARGEST, Page, RawPage, read_pages
from publisher.itglue.sender import Sender
from publisher.itglue.transport import Query
from publisher.model import Json

A = TypeVar("A", bound=Attributes)
_PARENT = re.compile(r"^/([^/]+)/([^/]+)/relationships/")
Id: TypeAlias = str | int
Filter: TypeAlias = Mapping[str, Any]
"""Names to values. A string is one value, commas and all; a list or tuple holds alternatives (for
ranges, both ends); a mapping is a nested key: `{"exclude": {"id": 4}}`."""


class Listing(Generic[A]):
    """The records of a list, to be read once: one by one, or all with `await`."""

    def __init__(self, pages: AsyncIterator[Page[A]]) -> None:
        self._pages = pages

    async def __aiter__(self) -> AsyncIterator[Record[A]]:
        async for page in self._pages:
            for record in page.records:
                yield record

    def __await__(self) -> Generator[Any, None, builtins.list[Record[A]]]:
        return self._all().__await__()

    async def _all(self) -> builtins.list[Record[A]]:
        return [record async for record in self]


class Resource(Generic[A]):
    """One collection of records."""

    def __init__(
        self, sender: Sender, entity: Entity[A], path: str = "", hooks: Hooks | None = None
    ) -> None:
        self._sender, self._entity = sender, entity
        self._hooks = hooks or Hooks(discover=False)
        self.path = path or f"/{entity.path}"

    def under(self, parent: str, parent_id: Id) -> Resource[A]:
        """The part of the collection that belongs to one record: `under("organizations", 2)`."""
        path = f"/{parent}/{quote(str(parent_id), safe='')}/relationships/{self._entity.path}"
        return Resource(self._sender, self._entity, path, self._hooks)

    async def pages(
        self,
        *,
        filter: Filter | None = None,  # noqa: A002 (the API's own word)
        sort: str | None = None,
        include: Sequence[str] = (),
        size: int = LARGEST,
        params: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Page[A]]:
        """Read the list page by page; see `paging.py` for what happens on the way.

        Unknown filters are ignored by IT Glue, which then answers everything.

        Raises:
            Rejected, BadKey, Throttled, OutOfReach: nothing readable came.
        """
        fixed = encode_query(filter, sort, include, params)

        async def fetch(number: int, size: int, shrinkable: bool) -> RawPage[A]:
            place = (("page[number]", str(number)), ("page[size]", str(size)))
            return await self._fetch(fixed + place, shrinkable)

        def incomplete(read: int, total: int) -> None:
            self._sender.listener.incomplete(self.path, read, total)

        limit = self._entity.most_pages
        async for page in read_pages(fetch, size, most_pages=limit, incomplete=incomplete):
            yield page

    def list(
        self,
        *,
        filter: Filter | None = None,  # noqa: A002 (the API's own word)
        sort: str | None = None,
        include: Sequence[str] = (),
        size: int = LARGEST,
        params: Mapping[str, str] | None = None,
    ) -> Listing[A]:
        """Read the records of all pages, each once: `async for` them, or `await` the whole list.

        Raises: as `pages`.
        """
        return Listing(
            self.pages(filter=filter, sort=sort, include=include, size=size, params=params)
        )

    async def get(
        self,
        record_id: Id,
        *,
        include: Sequence[str] = (),
        params: Mapping[str, str] | None = None,
    ) -> Record[A] | None:
        """Read one record; None if there is none, or none that this key may see."""
        query = encode_query(None, None, include, params)
        try:
            answer = await self._sender.read(self._at(record_id), query)
        except Rejected as error:
            if meaning.is_absent(error):
                return None
            raise
        document = answer.document or {}
        try:
            record = parse_record(document.get("data"), self._entity.attributes)
        except Unreadable as problem:
            raise OutOfReach(self._sender.base_url, f"unreadable record: {problem}") from None
        record.included = _included(document)
        return record

    async def named(self, name: str, *, filter: Filter | None = None) -> builtins.list[Record[A]]:  # noqa: A002 (the API's own word)
        """The records of that name.

        The server is asked to filter, but not trusted to (IT Glue ignores the filter for some
        entities, and looks for a part of the name in others): names are compared here, in any
        case. For organizations and types the server itself is said to want the exact case.
        """
        wanted = name.strip().casefold()
        records = self.list(filter={**(filter or {}), "name": name})
        return [r async for r in records if (r.attributes.name or "").strip().casefold() == wanted]

    async def search(
        self,
        text: str,
        *,
        filter: Filter | None = None,  # noqa: A002 (the API's own word)
    ) -> builtins.list[Record[A]]:
        """The records with *text* in their name, in any case.

        Where IT Glue's own filter looks for parts, it narrows the list; else the whole list is
        read, and compared here. Raises as `pages`.
        """
        part = text.strip().casefold()
        wanted = {**(filter or {}), **({"name": text.strip()} if self._entity.finds_parts else {})}
        records = self.list(filter=wanted)
        return [r async for r in records if part in (r.attributes.name or "").casefold()]

    async def create(
        self,
        attributes: Mapping[str, Any],
        *,
        relationships: Mapping[str, Any] | None = None,
        before: Callable[[], None] | None = None,
    ) -> Record[A]:
        """Create a record with one POST, which is never repeated.

        IT Glue has no idempotency keys: a second POST makes a second record. *before* is called
        right before it leaves, when all waiting for the budget is over.

        Raises:
            OutcomeUnknown: there may be a new record: look for it before trying again.
            Rejected, BadKey, Throttled, OutOfReach: there is certainly none.
        """
        data = self._data(attributes)
        if relationships:
            data["relationships"] = dict(relationships)
        record = await self._write_one("POST", self.path, data, before)
        await self._tell("created", {record.id: record})
        return record

    async def update(self, record_id: Id, attributes: Mapping[str, Any]) -> Record[A]:
        """Change a record with one PATCH. Attributes that are not given stay as they are.

        A flexible asset's traits are replaced as a whole: one that is not given is deleted.

        Raises:
            OutcomeUnknown: it may have been changed: read it to find out.
            Rejected, BadKey, Throttled, OutOfReach: it was certainly not changed.
        """
        data = {"id": str(record_id), **self._data(attributes)}
        record = await self._write_one("PATCH", self._at(record_id), data)
        await self._tell("updated", {record.id: record}, [attributes])
        return record

    async def update_many(
        self, changes: Mapping[Id, Mapping[str, Any]]
    ) -> builtins.list[Record[A]]:
        """Change several records with one bulk PATCH; whether it is all or nothing is not known."""
        data = [self._data({"id": as_number(each), **given}) for each, given in changes.items()]
        records = await self._write_many("PATCH", data)
        await self._tell("updated", {r.id: r for r in records}, changes.values())
        return records

    async def create_many(
        self, records: Iterable[Mapping[str, Any]], *, before: Callable[[], None] | None = None
    ) -> builtins.list[Record[A]]:
        """Create several with one POST, where IT Glue takes an array; it is never repeated.

        Whether it is all or nothing is not known, so the answer may lack some, and after an error
        there may be some. *before* is called right before it leaves, as by `create`.
        """
        data = [self._data(given) for given in records]
        made = await self._write_many("POST", data, before)
        await self._tell("created", {record.id: record for record in made})
        return made

    async def delete_many(self, ids: Iterable[Id]) -> set[str] | None:
        """Delete several with one bulk DELETE; whether it is all or nothing is not known.

        Returns those that the answer names; None if it lists nothing, as an empty one does.

        Raises: as `delete`; after `Rejected` some may be gone nevertheless.
        """
        wanted = [*ids]
        if not wanted:
            return set()
        data = [self._data({"id": as_number(each)}) for each in wanted]
        document = await self._sender.write("DELETE", self.path, {"data": data})
        named = (document or {}).get("data")
        told = [item for item in named if isinstance(item, dict)] if isinstance(named, list) else []
        gone = {str(each) for each in wanted}
        if isinstance(named, list):
            gone &= {str(item.get("id")) for item in told}
        deleted = (str(each) for each in wanted)
        await self._tell("deleted", {each: None for each in deleted if each in gone})
        return gone if isinstance(named, list) else None

    async def delete(self, ids: Id | Iterable[Id]) -> None:
        """Delete one record or several.

        Raises:
            OutcomeUnknown: they may be gone: read to find out.
            Rejected, BadKey, Throttled, OutOfReach: certainly nothing was deleted.
        """
        wanted = [ids] if isinstance(ids, str | int) else [*ids]
        if self._entity.delete == "single":
            for record_id in wanted:
                await self._sender.write("DELETE", self._at(record_id))
                await self._tell("deleted", {str(record_id): None})
        else:
            await self.delete_many(wanted)

    async def _tell(
        self,
        verb: Verb,
        records: Mapping[str, Record[A] | None],
        sent: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Let the hooks hear of what was certainly done."""
        one = singular(self._entity.type)
        rotated = one == "password" and any("password" in attributes for attributes in sent)
        verbs: tuple[Verb, ...] = (verb, "rotated") if rotated else (verb,)
        found = _PARENT.match(self.path)
        parent = (found[1], unquote(found[2])) if found else None
        await self._hooks.emit(
            [
                Change(f"{one}.{each}", self._entity.path, record_id, record, parent)
                for record_id, record in records.items()
                for each in verbs
            ]
        )

    async def act(self, record_id: Id, action: str) -> None:
        """PATCH an action of a record, such as a document's `publish`, without a body.

        Raises: as `update`.
        """
        document = await self._sender.write("PATCH", f"{self._at(record_id)}/{action}")
        record = None
        with contextlib.suppress(Unreadable):  # what is answered to an action is not documented
            record = parse_record((document or {}).get("data"), self._entity.attributes)
        await self._tell("updated", {str(record_id): record})

    def _at(self, record_id: Id) -> str:
        return f"{self.path}/{quote(str(record_id), safe='')}"

    def _data(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """A resource to send. IT Glue takes names in both spellings; it answers in kebab-case."""
        named = {kebab(name): value for name, value in attributes.items()}
        return {"type": self._entity.type, "attributes": named}

    async def _fetch(self, query: Query, shrinkable: bool) -> RawPage[A]:
        answer = await self._sender.read(self.path, query, shrinkable=shrinkable)
        document = answer.document or {}
        try:
            records = _records(document.get("data"), self._entity.attributes)
        except Unreadable as problem:
            raise OutOfReach(self._sender.base_url, f"unreadable list: {problem}") from None
        return RawPage(
            records,
            _included(document),
            _table(document.get("meta")),
            _table(document.get("links")),
            answer.size,
            answer.date,
        )

    async def _write_one(
        self, method: str, path: str, data: Json, before: Callable[[], None] | None = None
    ) -> Record[A]:
        document = await self._sender.write(method, path, {"data": data}, before=before)
        try:
            return parse_record((document or {}).get("data"), self._entity.attributes)
        except Unreadable as problem:
            raise OutcomeUnknown(method, path, f"unreadable answer: {problem}") from None

    async def _write_many(
        self,
        method: str,
        data: builtins.list[Json],
        before: Callable[[], None] | None = None,
    ) -> builtins.list[Record[A]]:
        document = await self._sender.write(method, self.path, {"data": data}, before=before)
        try:
            return _records((document or {}).get("data"), self._entity.attributes)
        except Unreadable as problem:
            raise OutcomeUnknown(method, self.path, f"unreadable answer: {problem}") from None


def encode_query(
    filter: Filter | None,  # noqa: A002 (the API's own word)
    sort: str | None,
    include: Sequence[str],
    params: Mapping[str, str] | None = None,
) -> Query:
    """The query of a request, in a stable order."""
    pairs = list(_filters("filter", filter or {}))
    if sort:
        pairs.append(("sort", sort))
    if include:
        pairs.append(("include", ",".join(include)))
    return (*pairs, *(params or {}).items())


def _filters(prefix: str, values: Filter) -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _filters(f"{prefix}[{name}]", value)
        else:
            several = value if isinstance(value, list | tuple | set | frozenset) else [value]
            yield f"{prefix}[{name}]", ",".join(_filter_value(each) for each in several)


def _filter_value(value: object) -> str:
    """A comma separates alternatives, unless a backslash is before it (IT Glue documentation)."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value).replace(",", "\\,")


def as_number(record_id: Id) -> Id:
    """An id as it stands inside attributes, where IT Glue's are integers."""
    text = str(record_id)
    return int(text) if text.isdecimal() else record_id


def _records(data: Json, attributes: type[A]) -> list[Record[A]]:
    if not isinstance(data, list):
        raise Unreadable("no list")
    return [parse_record(item, attributes) for item in data]


def _included(document: Mapping[str, Any]) -> list[Record[Attributes]]:
    items = document.get("included")
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [parse_record(item, _model_of(item)) for item in found if item.get("id")]


def _model_of(item: Mapping[str, Any]) -> type[Attributes]:
    """The model for an included resource, by its type."""
    entity = BY_TYPE.get(kebab(str(item.get("type", ""))))
    return entity.attributes if entity else Attributes


def _table(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
