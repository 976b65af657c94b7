"""The account's organizations and asset types: what names in frontmatter resolve against."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from publisher.model import NATIVE, AssetType, Catalog, Field, Json, Organization, OrgSelector

if TYPE_CHECKING:  # the client takes a third of a second to import, and names resolve without it
    from publisher.itglue import ITGlue, TypeWithFields
    from publisher.itglue.models import FlexibleAssetField
    from publisher.state import Store

_Named = TypeVar("_Named", AssetType, Organization)


async def read_catalog(itglue: ITGlue, store: Store, *, refresh: bool) -> Catalog:
    """Read organizations and types: two list requests; or none, when the state is to be trusted."""
    kept = None if refresh else store.meta("catalog")
    if kept is not None:
        return _load(kept)
    organizations = [
        Organization(org.id, org.attributes.name or "", org.attributes.short_name)
        async for org in itglue.organizations.list()
    ]
    types = [_type(found) for found in await itglue.types_with_fields()]
    catalog = Catalog(
        tuple(sorted(organizations, key=lambda o: (o.name.casefold(), o.id))),
        tuple(sorted(types, key=lambda t: (t.name.casefold(), t.id))),
    )
    dumped = _dump(catalog)
    if dumped != store.meta("catalog"):
        store.set_meta("catalog", dumped)
    return catalog


def _type(found: TypeWithFields) -> AssetType:
    fields = tuple(_field(record.attributes) for record in found.fields)
    return AssetType(found.type.id, found.type.attributes.name or "", fields)


def _field(found: FlexibleAssetField) -> Field:
    kind = found.kind or ""
    # A Select keeps its options in default-value, one a line.
    options = (found.default_value or "") if kind == "Select" else ""
    return Field(
        key=found.name_key or "",
        name=found.name or "",
        kind=kind,
        required=bool(found.required),
        use_for_title=bool(found.use_for_title),
        tag_type=found.tag_type,
        options=tuple(line.strip() for line in options.splitlines() if line.strip()),
    )


def _dump(catalog: Catalog) -> Json:
    # Through JSON's own types, so that what was read equals what was kept.
    return {
        "organizations": [asdict(org) for org in catalog.organizations],
        "types": [
            asdict(kind) | {"fields": [asdict(f) | {"options": [*f.options]} for f in kind.fields]}
            for kind in catalog.types
        ],
    }


def _load(data: Json) -> Catalog:
    types = [
        AssetType(
            kind["id"],
            kind["name"],
            tuple(Field(**f | {"options": tuple(f["options"])}) for f in kind["fields"]),
        )
        for kind in data["types"]
    ]
    return Catalog(tuple(Organization(**o) for o in data["organizations"]), tuple(types))


class Unresolved(ValueError):
    """A name that resolves to nothing, or to several; the text is for the user."""

    def __init__(self, code: str, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.code, self.problem, self.fix = code, problem, fix


def find_type(name: str, catalog: Catalog) -> AssetType:
    """The type with that id or name; ``document`` is IT Glue's own documents.

    Raises:
        Unresolved: none has it, or several have.
    """
    if name == NATIVE.id:
        return NATIVE
    found = [t for t in catalog.types if t.id == name] or _named(name, catalog.types)
    return _only(found, name, "asset type", [t.name for t in catalog.types])


def find_organizations(selector: OrgSelector, catalog: Catalog) -> list[Organization]:
    """The organizations that a selector means, sorted by name, each once.

    Raises:
        Unresolved: a name means none, or several.
    """
    chosen: dict[str, Organization] = {}
    if selector.everywhere:
        chosen = {org.id: org for org in catalog.organizations}
    for name in selector.include:
        if name != "*":
            org = find_organization(name, catalog)
            chosen[org.id] = org
    for name in selector.exclude:
        chosen.pop(find_organization(name, catalog).id, None)
    return sorted(chosen.values(), key=lambda o: (o.name.casefold(), o.id))


def find_organization(name: str, catalog: Catalog) -> Organization:
    """The organization with that id or name.

    Raises:
        Unresolved: none has it, or several have.
    """
    found = [o for o in catalog.organizations if o.id == name] or _named(
        name, catalog.organizations
    )
    return _only(found, name, "organization", [o.name for o in catalog.organizations])


def _named(name: str, things: Sequence[_Named]) -> list[_Named]:
    folded = name.casefold()
    exact = [thing for thing in things if thing.name == name]
    return exact or [thing for thing in things if thing.name.casefold() == folded]


def _only(found: list[_Named], name: str, what: str, names: list[str]) -> _Named:
    code = what.split()[-1]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(thing.id for thing in found)
        fix = f"Name it by its id: one of {ids}."
        raise Unresolved(f"ambiguous-{code}", f"{len(found)} {what}s are called {name!r}", fix)
    near = difflib.get_close_matches(name, names, 1, 0.6)
    hint = f"Did you mean {near[0]!r}?" if near else _known_ones(what, names)
    raise Unresolved(f"unknown-{code}", f"no {what} is called {name!r}", hint)


def _known_ones(what: str, names: list[str]) -> str:
    if not names:
        return f"The account has no {what} at all; create one first."
    some = ", ".join(repr(name) for name in names[:5])
    return f"Known {what}s: {some}{', …' if len(names) > 5 else ''}."
