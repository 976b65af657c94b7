"""How a resource of the API is described: attributes, paths, filters, sorts, includes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Match = Literal["exact", "contains", "range", "ignored"]
"""How a filter compares; *ignored* does not filter here: not at all, or by a Behaviour."""


@dataclass(frozen=True, slots=True)
class Methods:
    """HTTP methods on a collection and on a member of it; PATCH and DELETE on it are bulk."""

    collection: frozenset[str]
    member: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of record."""

    name: str
    """As in paths: plural, snake_case."""
    attributes: tuple[str, ...]
    """Sent out in this order, kebab-case; then come created-at and updated-at."""
    writable: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    """Attribute that holds an id -> the resource it points to; ``x-name`` is derived from it."""
    defaults: Mapping[str, bool | str] = field(default_factory=dict)
    filters: Mapping[str, Match] = field(default_factory=dict)
    sorts: frozenset[str] = frozenset()
    includes: frozenset[str] = frozenset()
    show_includes: frozenset[str] = frozenset()
    url: str = ""
    """Template of the resource-url's path; '' for what has no page."""
    top: Methods = Methods(frozenset(), frozenset())
    nested: Mapping[str, Methods] = field(default_factory=dict)
    """Parent resource -> methods below ``/PARENT/:id/relationships/NAME``."""
    html: frozenset[str] = frozenset()
    """Attributes that are sanitised on save."""
    versioned: bool = False
    logged: bool = True

    @property
    def type(self) -> str:
        """JSON:API's type: kebab-case."""
        return self.name.replace("_", "-")


def _methods(text: str) -> Methods:
    """``GET POST | GET PATCH`` -> methods of the collection | of a member."""
    collection, _, member = text.partition("|")
    return Methods(frozenset(collection.split()), frozenset(member.split()))


def _matches(text: str) -> dict[str, Match]:
    """``id name~ updated-at..`` -> exact, contains (~), range (..), ignored (!)."""
    marks: dict[str, Match] = {"~": "contains", ".": "range", "!": "ignored"}
    return {word.rstrip("~.!"): marks.get(word[-1], "exact") for word in text.split()}


def describe(
    name: str,
    attributes: str,
    top: str = "",
    *,
    write: str = "",
    read_only: str = "",
    required: str = "",
    references: str = "",
    defaults: Mapping[str, bool | str] | None = None,
    filters: str = "",
    sorts: str = "",
    includes: str = "",
    show: str = "",
    url: str = "",
    nested: Mapping[str, str] | None = None,
    html: str = "",
    versioned: bool = False,
    logged: bool = True,
) -> Resource:
    """Build a `Resource` from words separated by spaces; without *write*, all but *read_only*."""
    names = tuple(attributes.split())
    pointers = dict(pair.split("=") for pair in references.split())
    if "organization-id" in names:
        pointers["organization-id"] = "organizations"
    derived = {f"{pointer.removesuffix('-id')}-name" for pointer in pointers}
    closed = derived | set(read_only.split()) | {"resource-url"}
    return Resource(
        name=name,
        attributes=names,
        writable=frozenset(write.split()) or frozenset(names) - closed,
        required=tuple(required.split()),
        references=pointers,
        defaults=defaults or {},
        filters=_matches(filters),
        sorts=frozenset(sorts.split()),
        includes=frozenset(includes.split()),
        show_includes=frozenset(show.split()),
        url=url,
        top=_methods(top),
        nested={parent: _methods(text) for parent, text in (nested or {}).items()},
        html=frozenset(html.split()),
        versioned=versioned,
        logged=logged,
    )
