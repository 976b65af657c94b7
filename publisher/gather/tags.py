"""Names in traits -> ids: ``{contact: Jane Doe}`` is looked up in the document's organization.

One list request for each kind and organization that documents name something of, and only for
documents that are read anyway: an unchanged document keeps the ids that were sent. They are part
of its fingerprints, so a name that leads elsewhere now is an update when the document is read
next, or with ``--full-refresh``, which reads every document that names records. A record that was
deleted shows as drift, since IT Glue takes it out of the asset.

What was listed is kept in the state for ``--no-refresh``: digests of names, and ids.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from publisher.errors import Rejected
from publisher.gather.catalog import Unresolved, find_organization, find_type
from publisher.gather.existing import Refresh
from publisher.itglue import ITGlue, Record
from publisher.itglue.documents import all_documents
from publisher.model import Catalog, Json, Organization
from publisher.state import Store
from publisher.targets import title_hash
from publisher.types import Name, Tags, Wrong
from publisher.types.tags import ASSET

Place: TypeAlias = tuple[str, str, str]
"""Collection, organization id and asset type id; '' where it does not matter."""
_EVERYWHERE = frozenset({"users"})
"""Collections of the account, not of an organization."""


@dataclass(slots=True)
class Index:
    """The records of one list by the digests of what they are called."""

    names: dict[str, list[int]] = field(default_factory=dict)
    others: dict[str, list[int]] = field(default_factory=dict)
    """E-mail addresses, host names: what counts when no name is the same."""
    shown: list[str] = field(default_factory=list)
    """The names themselves, to suggest the nearest; empty when read from the state."""

    def find(self, name: str) -> list[int]:
        digest = title_hash(name)
        return self.names.get(digest) or self.others.get(digest) or []

    def add(self, record: Record[Any]) -> None:
        name, others = _called(record)
        for index, called in ((self.names, [name]), (self.others, others)):
            for digest in {title_hash(each) for each in called if each}:
                index.setdefault(digest, []).append(int(record.id))
        self.shown.append(name)


class Directory:
    """The records that documents can name, as far as they were asked for."""

    def __init__(self, itglue: ITGlue, store: Store, catalog: Catalog, mode: Refresh) -> None:
        self.itglue, self.store, self.catalog, self.mode = itglue, store, catalog, mode
        self._lists: dict[Place, Index] = {}

    async def read(self, wanted: Iterable[tuple[Name, Organization]]) -> None:
        """List what is needed to look these up, each list once in a run."""
        listed = ((name, org) for name, org in wanted if name.kind.resource != "organizations")
        places = {self._place(name, org) for name, org in listed}
        missing = sorted(places - self._lists.keys())
        found = await asyncio.gather(*map(self._list, missing))
        self._lists.update(zip(missing, found, strict=True))

    def resolve(
        self, values: Mapping[str, Json], organization: Organization
    ) -> tuple[dict[str, Json], list[Misnamed]]:
        """*values* with ids in place of names; and the names that lead nowhere, or to several."""
        resolved = dict(values)
        wrong: list[Misnamed] = []
        for key, value in values.items():
            if isinstance(value, Tags):
                ids = {*value.ids}
                for name in value.names:
                    try:
                        ids.add(self.id_of(name, organization))
                    except (Unresolved, Wrong) as error:
                        wrong.append(Misnamed(key, error.code, str(error), error.fix))
                resolved[key] = sorted(ids)
        return resolved, wrong

    def id_of(self, name: Name, organization: Organization) -> int:
        """The id of one record, whose list was read.

        Raises:
            Unresolved: there is none of that name, or there are several.
        """
        if name.kind.resource == "organizations":
            return int(find_organization(name.name, self.catalog).id)
        if name.kind is ASSET:
            self._check_type(name)
        index = self._lists[self._place(name, organization)]
        ids = index.find(name.name)
        if len(ids) == 1:
            return ids[0]
        raise _unresolved(name, organization, ids, index)

    def _place(self, name: Name, organization: Organization) -> Place:
        """Where to look."""
        resource = name.kind.resource
        if name.kind is not ASSET:
            return resource, "" if resource in _EVERYWHERE else organization.id, ""
        try:
            return resource, organization.id, find_type(name.type, self.catalog).id
        except Unresolved:  # `id_of` will say so
            return resource, organization.id, ""

    def _check_type(self, name: Name) -> None:
        named = find_type(name.type, self.catalog)
        taken = find_type(name.taken, self.catalog) if name.taken else named
        if named is not taken:
            problem = f"{name.name!r} is a {named.name}, and the field takes a {taken.name}"
            raise Unresolved("bad-tag", problem, f"Name a {taken.name}.")

    async def _list(self, place: Place) -> Index:
        if place[0] == ASSET.resource and not place[2]:
            return Index()
        kept = f"tags/{'/'.join(place)}"
        if self.mode == "none" and (data := self.store.meta(kept)):
            return Index(data["names"], data["others"])
        active, archived = Index(), Index()
        try:
            async for record in self._records(*place):
                (archived if record.attributes["archived"] else active).add(record)
        except Rejected as error:
            if error.status != 404:  # the organization has that kind switched off
                raise
        # What is archived counts where nothing else has the name.
        index = Index(archived.names | active.names, archived.others | active.others, active.shown)
        data = {"names": index.names, "others": index.others}
        if data != self.store.meta(kept):
            self.store.set_meta(kept, data)
        return index

    async def _records(
        self, resource: str, organization: str, type_: str
    ) -> AsyncIterator[Record[Any]]:
        """The records of one list; what a server that ignores a filter adds is left out."""
        if resource == "documents":
            for document in await all_documents(self.itglue, organization):
                yield document
            return
        asked = {"organization_id": organization, "flexible_asset_type_id": type_}
        asked = {name: value for name, value in asked.items() if value}
        async for record in getattr(self.itglue, resource).list(filter=asked):
            answered = {name: record.attributes[name] for name in asked}
            if all(str(answered[name] or asked[name]) == asked[name] for name in asked):
                yield record


class Misnamed(Wrong):
    """A name in a trait that cannot be resolved: *trait* says which."""

    def __init__(self, trait: str, code: str, problem: str, fix: str) -> None:
        super().__init__(code, problem, fix)
        self.trait = trait


def _called(record: Record[Any]) -> tuple[str, list[str]]:
    """A record's name, and what else people call it."""
    has = record.attributes
    full = " ".join(part for part in (has["first_name"], has["last_name"]) if part)
    emails = has["contact_emails"] or []
    others = [each.get("value") for each in emails if isinstance(each, dict)]
    others += [has["email"], has["hostname"]]
    return has.name or full, [other for other in others if isinstance(other, str)]


def _unresolved(name: Name, organization: Organization, ids: list[int], index: Index) -> Unresolved:
    word = name.kind.word.replace("_", " ")
    who = "the account" if name.kind.resource in _EVERYWHERE else organization.name
    if ids:
        problem = f"{who} has {len(ids)} {word}s called {name.name!r}"
        fix = f"Name it by its id: one of {', '.join(map(str, sorted(ids)))}."
        return Unresolved("ambiguous-tag", problem, fix)
    near = difflib.get_close_matches(name.name, index.shown, 1, 0.6)
    fix = f"Did you mean {near[0]!r}?" if near else f"Create the {word}, or correct the name."
    # Somebody may have put the password itself there.
    called = "of that name" if name.kind.resource == "passwords" else f"called {name.name!r}"
    return Unresolved("unknown-tag", f"{who} has no {word} {called}", fix)


def names_in(values: Mapping[str, Json]) -> Iterator[Name]:
    """All names that a document's values hold."""
    for value in values.values():
        if isinstance(value, Tags):
            yield from value.names
