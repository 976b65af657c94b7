"""Paths -> what is asked for: a resource, an operation, and the record it lies below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from publisher.simulator.errors import not_found
from publisher.simulator.resource import Methods, Resource
from publisher.simulator.resources import RESOURCES, SEGMENTS

Operation = Literal[
    "list", "show", "create", "update", "delete", "bulk-update", "bulk-delete", "publish"
]
_COLLECTION: dict[str, Operation] = {
    "GET": "list",
    "POST": "create",
    "PATCH": "bulk-update",
    "DELETE": "bulk-delete",
}
_MEMBER: dict[str, Operation] = {"GET": "show", "PATCH": "update", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Route:
    """One resolved request line."""

    operation: Operation
    resource: Resource
    id: int | None = None
    parent: tuple[str, int] | None = None
    """Resource and id of the record in the path before ``relationships``."""


def resolve(method: str, path: str) -> Route:
    """What *method* on *path* asks for.

    Raises:
        ApiError: 404; IT Glue is not known to answer 405.
    """
    match path.strip("/").split("/"):
        case ["documents", identity, "publish"]:
            return _publish(method, identity, None)
        case ["organizations", parent, "relationships", "documents", identity, "publish"]:
            return _publish(method, identity, ("organizations", _number(parent)))
        case [name, *rest] if len(rest) < 2 and name in RESOURCES:
            resource = RESOURCES[name]
            return _route(method, resource, resource.top, rest, None)
        case [above, identity, "relationships", segment, *rest] if len(rest) < 2:
            found = RESOURCES.get(SEGMENTS.get(segment, segment))
            if found and above in found.nested:
                parent_of = (above, _number(identity))
                return _route(method, found, found.nested[above], rest, parent_of)
    raise not_found()


def _route(
    method: str,
    resource: Resource,
    methods: Methods,
    rest: Sequence[str],
    parent: tuple[str, int] | None,
) -> Route:
    identity = _number(rest[0]) if rest else None
    if method not in (methods.member if rest else methods.collection):
        raise not_found()
    operation = (_MEMBER if rest else _COLLECTION)[method]
    return Route(operation, resource, identity, parent)


def _publish(method: str, identity: str, parent: tuple[str, int] | None) -> Route:
    if method != "PATCH":
        raise not_found()
    return Route("publish", RESOURCES["documents"], _number(identity), parent)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise not_found()
    return int(text)
