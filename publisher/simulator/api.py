"""The API itself: one request in, one JSON:API answer out. Knows the site, nothing of sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode

from publisher.simulator import includes
from publisher.simulator.behaviour import View
from publisher.simulator.documents import publish
from publisher.simulator.errors import ApiError, Json, missing, not_found, refusal
from publisher.simulator.query import Query, parse
from publisher.simulator.related import link_below
from publisher.simulator.resource import Resource
from publisher.simulator.routes import Route, resolve
from publisher.simulator.site import Page, Site, belongs
from publisher.simulator.store import Record
from publisher.simulator.values import as_id

LOG_PAGES = 5
"""How many pages of logs there are (IT Glue's API documentation)."""
_ID = "data/attributes/id"


@dataclass(frozen=True, slots=True)
class Request:
    """What of an HTTP request matters here."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    origin: str = ""
    """Scheme and host that the request came to: links point there."""


def cut(request: Request, entries: int) -> Request:
    """The first entries of a bulk request; any other request as it is."""
    try:
        body = json.loads(request.body or b"null")
    except ValueError:
        return request
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list):
        return request
    return replace(request, body=json.dumps({**body, "data": data[:entries]}).encode())


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON body (None: no body)."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


def perform(site: Site, request: Request) -> Answer:
    """Carry *request* out; what the API refuses comes back as an answer, too."""
    try:
        route = resolve(request.method, request.path)
        query = parse(request.query, site.switches)
        parent = site.get(*route.parent) if route.parent else None
        return _OPERATIONS[route.operation](_Asked(site, request, route, query, parent))
    except ApiError as refused:
        return Answer(refused.status, refused.body, refused.headers)
    except UnicodeEncodeError:
        return Answer(400, refusal(400, "Bad Request", "the body holds lone surrogates").body)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request with everything that was found out about it."""

    site: Site
    request: Request
    route: Route
    query: Query
    parent: Record | None

    @property
    def resource(self) -> Resource:
        return self.route.resource

    @property
    def name(self) -> str:
        return self.route.resource.name

    def member(self, identity: int | None = None) -> Record:
        """The record of the path (or of that id), if it lies where the path says."""
        identity = identity or self.route.id or 0
        if self.parent and self.name == "related_items":
            return link_below(self.site, self.parent, identity)
        record = self.site.get(self.name, identity)
        if self.parent and not belongs(record, self.parent):
            raise not_found()
        return record


Entry: TypeAlias = tuple[dict[str, Json], dict[str, Json]]
"""Attributes and relationships of one entry of ``data``."""


def _entries(request: Request) -> tuple[list[Entry], bool]:
    """The entries of ``data``, and whether it is an array."""
    try:
        body = json.loads(request.body or b"null")
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise refusal(400, "Bad Request", "the body is not valid JSON") from None
    data = body.get("data") if isinstance(body, dict) else None
    if not data:
        raise missing("data")
    many = isinstance(data, list)
    return [_entry(item) for item in (data if many else [data])], many


def _entry(item: Json) -> Entry:
    if not isinstance(item, dict):
        raise missing("data")
    attributes, relationships = item.get("attributes"), item.get("relationships")
    if attributes is None:
        attributes = {}
    if not isinstance(attributes, dict):
        raise missing("attributes")
    if "id" in item:
        attributes = {"id": item["id"]} | attributes
    return attributes, relationships if isinstance(relationships, dict) else {}


# Operations


def _list(asked: _Asked) -> Answer:
    site, query = asked.site, asked.query
    if asked.name == "logs" and query.number > LOG_PAGES:
        raise refusal(422, "Logs are limited to 5 pages")
    page = site.page(asked.name, query, parent=asked.parent)
    body = _document(asked, page.records, View(), many=True)
    return Answer(200, body | _paging(asked, page))


def _show(asked: _Asked) -> Answer:
    return Answer(200, _document(asked, [asked.member()], _view(asked.query), many=False))


def _create(asked: _Asked) -> Answer:
    entries, many = _entries(asked.request)

    def one(entry: Entry) -> Record:
        return asked.site.create(asked.name, entry[0], parent=asked.parent, relationships=entry[1])

    records = _each(asked, [lambda entry=entry: one(entry) for entry in entries])  # type: ignore[misc]  # a default binds the loop's value
    return Answer(201, _document(asked, records, View(show=True), many=many))


def _update(asked: _Asked) -> Answer:
    entries, _ = _entries(asked.request)
    record = asked.site.update(asked.name, asked.member().id, entries[0][0])
    return Answer(200, _document(asked, [record], View(show=True), many=False))


def _bulk_update(asked: _Asked) -> Answer:
    entries, _ = _entries(asked.request)

    def one(attributes: dict[str, Json]) -> Record:
        record = asked.member(as_id(attributes.get("id"), _ID))
        return asked.site.update(asked.name, record.id, attributes)

    records = _each(asked, [lambda a=entry[0]: one(a) for entry in entries])  # type: ignore[misc]  # a default binds the loop's value
    return Answer(200, _document(asked, records, View(show=True), many=True))


def _delete(asked: _Asked) -> Answer:
    record = asked.member()
    body = _document(asked, [record], View(), many=False)
    asked.site.delete(asked.name, record.id)
    return _deleted(asked, body)


def _bulk_delete(asked: _Asked) -> Answer:
    entries, _ = _entries(asked.request)
    gone: list[Json] = []

    def one(attributes: dict[str, Json]) -> Record:
        record = asked.member(as_id(attributes.get("id"), _ID))
        gone.extend(_document(asked, [record], View(), many=True)["data"])
        return asked.site.delete(asked.name, record.id)

    _each(asked, [lambda a=entry[0]: one(a) for entry in entries])  # type: ignore[misc]  # a default binds the loop's value
    return _deleted(asked, {"data": gone})


def _deleted(asked: _Asked, body: dict[str, Json]) -> Answer:
    status = asked.site.switches.delete_status
    return Answer(status, body if status == 200 else None)


def _publish(asked: _Asked) -> Answer:
    record = publish(asked.site, asked.member())
    return Answer(200, _document(asked, [record], View(show=True), many=False))


_OPERATIONS: Mapping[str, Callable[[_Asked], Answer]] = {
    "list": _list,
    "show": _show,
    "create": _create,
    "update": _update,
    "delete": _delete,
    "bulk-update": _bulk_update,
    "bulk-delete": _bulk_delete,
    "publish": _publish,
}


def _each(asked: _Asked, steps: Sequence[Callable[[], Record]]) -> list[Record]:
    """Carry out a bulk request: all or nothing, or (by switch) what can be."""
    if asked.site.switches.bulk_atomic:
        with asked.site.transaction():
            return [step() for step in steps]
    done: list[Record] = []
    problems: list[ApiError] = []
    for step in steps:
        try:
            done.append(step())
        except ApiError as problem:
            problems.append(problem)
    if problems:
        raise problems[0]
    return done


# Answers


def _view(query: Query) -> View:
    version = (query.other or {}).get("version_id", "")
    return View(
        show=True,
        show_password=query.flag("show_password", default=True),
        version_id=int(version) if version.isdigit() else None,
    )


def _document(
    asked: _Asked, records: Sequence[Record], view: View, *, many: bool
) -> dict[str, Json]:
    """``data`` and, if asked for, ``included``."""
    objects: list[dict[str, Json]] = [
        {
            "id": str(record.id),
            "type": asked.resource.type,
            "attributes": attributes,
            "relationships": _own_relationships(record),
        }
        for record, attributes in zip(records, asked.site.attributes(records, view), strict=True)
    ]
    along: list[Json] = []
    names = includes.wanted(asked.site, asked.resource, asked.query, show=view.show)
    for name in names if records else ():
        found = includes.include(asked.site, name, records)
        for record, one in zip(records, objects, strict=True):
            rows = found[record.id]
            ends = [{"id": row["id"], "type": row["type"]} for row in rows]
            one["relationships"][name.replace("_", "-")] = {"data": ends}
            along += rows
    body: dict[str, Json] = {"data": objects if many else objects[0]}
    if names:
        unique = {(row["type"], row["id"]): row for row in along}
        body["included"] = list(unique.values())
    return body


def _own_relationships(record: Record) -> dict[str, Json]:
    if record.resource != "flexible_asset_fields":
        return {}
    owner = {"id": str(record.parent_id), "type": "flexible-asset-types"}
    return {"flexible-asset-type": {"data": owner}}


def _paging(asked: _Asked, page: Page) -> dict[str, Json]:
    """``meta`` and ``links``. On the last page ``next`` is absent, not null: old clients loop."""
    query = asked.query
    pages = -(-page.total // query.size)
    after = query.number + 1 if query.number < pages else None
    before = query.number - 1 if query.number > 1 else None
    filters = {entry.key: ",".join(entry.values) for entry in query.filters}
    meta = {
        "current-page": query.number,
        "next-page": after,
        "prev-page": before,
        "total-pages": pages,
        "total-count": page.total,
        "filters": filters if asked.site.switches.meta_filters == "echo" else {},
    }
    numbers = {"self": query.number, "first": 1, "prev": before, "next": after}
    numbers["last"] = max(1, pages)
    links = {name: _link(asked, number) for name, number in numbers.items() if number}
    return {"meta": meta, "links": links}


def _link(asked: _Asked, number: int) -> str:
    pairs = [
        (name, value)
        for name, value in parse_qsl(asked.request.query, keep_blank_values=True)
        if not name.startswith("page[")
    ]
    pairs += [("page[number]", str(number)), ("page[size]", str(asked.query.size))]
    return f"{asked.request.origin}{asked.request.path}?{urlencode(pairs)}"
