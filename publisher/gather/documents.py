"""Native documents as IT Glue lists them, and what is recognised in them.

A list below an organization carries the text of its documents as sections, so two lists (the top,
then the folders) tell of all of them; they have no order to stop at, as asset lists have. A section
goes by the name under which it is known. One that nobody knows yet is recognised by what it says:
a run that was killed, or whose answer was lost, had noted that before it wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from publisher.errors import Rejected
from publisher.gather.existing import Remote, moment
from publisher.gather.fingerprint import Seen, by_id, fingerprint, listed_files
from publisher.gather.sections import FOLDER, ORDER, TITLE, says
from publisher.gather.together import together
from publisher.itglue import ITGlue, Record
from publisher.itglue.documents import all_pages
from publisher.itglue.entities import DOCUMENTS
from publisher.itglue.models import Document, DocumentSection
from publisher.marker import Marker
from publisher.model import NATIVE, Json, digest
from publisher.render import split_footer
from publisher.state import Store
from publisher.targets import Existing, Known, Scan, title_hash

DocumentRecord: TypeAlias = Record[Document]


@dataclass(frozen=True, slots=True)
class Row:
    """One section as IT Glue has it."""

    id: str
    sort: int
    values: Mapping[str, Json]
    """Kind, text and level."""


def rows_of(content: Json) -> list[Row]:
    """The sections that a document carries, in their order."""
    items = content if isinstance(content, list) else []
    rows = [_row(str(item.get("id")), item) for item in items if isinstance(item, dict)]
    return sorted(rows, key=lambda row: row.sort)


def row_of(record: Record[DocumentSection]) -> Row:
    """One section as it comes by itself."""
    values = record.attributes
    names = ("resource-type", "content", "level", "sort")
    return _row(record.id, {name: values[name] for name in names})


def _row(id_: str, item: Mapping[str, Json]) -> Row:
    named = {str(name).replace("_", "-"): value for name, value in item.items()}
    kind = str(named.get("resource-type") or "").rpartition(":")[2]
    level = int(named["level"]) if kind == "Heading" and named.get("level") else None
    sort = named.get("sort")
    values = {"kind": kind, "content": named.get("content"), "level": level}
    return Row(id_, sort if isinstance(sort, int) else 0, values)


async def read_rows(itglue: ITGlue, document_id: str) -> list[Row]:
    """The sections of a document as they are now, drafts included, in their order."""
    rows = [row_of(record) async for record in itglue.sections(document_id).list()]
    return sorted(rows, key=lambda row: row.sort)


def names_of(rows: Iterable[Row], known: Known | None) -> dict[str, str]:
    """Id -> name, of sections that are ours: known by their id, or recognised by what they say."""
    if known is None:
        return {}
    there = {row.id: row for row in rows}
    names = {id_: name for name, id_ in known.sections.items() if id_ in there}
    lacking = {w.says: n for n, w in known.writing.items() if n not in names.values()}
    for row in there.values():
        if row.id not in names and (name := lacking.pop(says(row.values), "")):
            names[row.id] = name
    return names


def seen_document(record: DocumentRecord, rows: list[Row], known: Known | None) -> Seen:
    """Read one document.

    Args:
        record: the document.
        rows: its sections, in their order.
        known: what the state knows of it.
    """
    has = record.attributes
    title = has.name or ""
    names = names_of(rows, known)
    traits: dict[str, Json] = {names.get(row.id, f"#{row.id}"): dict(row.values) for row in rows}
    traits[TITLE] = title
    traits[FOLDER] = has.document_folder_id
    traits[ORDER] = [names[row.id] for row in rows if row.id in names]
    existing = Existing(
        asset_id=asset_id_of(record.id),
        organization_id=str(has.organization_id or ""),
        type_id=NATIVE.id,
        title_hash=title_hash(title),
        created_at=has.created_at or "",
        updated_at=has.updated_at or "",
        archived=bool(has.archived),
        url=has.resource_url or "",
        marker=marker_in(rows),
        traits={name: fingerprint(value) for name, value in traits.items()},
        files=listed_files(record, by_id(record.included)),
    )
    return Seen(existing, title, traits, {row.id: names.get(row.id, "") for row in rows})


def asset_id_of(document_id: str) -> str:
    """What the state calls a document: ids of documents and of flexible assets can be the same."""
    return f"documents/{document_id}"


def number_of(asset_id: str) -> str:
    """A document's own id."""
    return asset_id.rpartition("/")[2]


def marker_in(rows: Iterable[Row]) -> Marker | None:
    """The marker in the footer of a document."""
    for row in rows:
        text = row.values.get("content")
        if isinstance(text, str) and "publisher-key" in text:
            found = Marker.parse(split_footer(text)[1])
            if found:
                return found
    return None


async def read_document(itglue: ITGlue, asset_id: str, known: Known | None) -> Seen | None:
    """One document as it is now; None if it is no more."""
    record = await itglue.documents.get(number_of(asset_id), include=("attachments",))
    return None if record is None else await _seen(itglue, record, known)


async def _seen(itglue: ITGlue, record: DocumentRecord, known: Known | None) -> Seen:
    content = record.attributes["content"]
    if isinstance(content, list):
        return seen_document(record, rows_of(content), known)
    return seen_document(record, await read_rows(itglue, record.id), known)


async def read_documents(
    itglue: ITGlue,
    store: Store,
    remote: Remote,
    known: Mapping[str, Known],
    organizations: Collection[str],
) -> None:
    """Read the native documents of some organizations, and remember in the state what was seen.

    Args:
        itglue: the client.
        store: remembers fingerprints.
        remote: what was read goes into it.
        known: the targets as last published.
        organizations: their ids; others are as the state remembers them.
    """
    own = {one.asset_id: one for one in known.values() if one.type_id == NATIVE.id}
    await together(
        _Lister(itglue, store, remote, own, organization).read()
        for organization in sorted(organizations)
    )


class _Lister:
    """Reads one organization's documents."""

    def __init__(
        self,
        itglue: ITGlue,
        store: Store,
        remote: Remote,
        known: Mapping[str, Known],
        organization: str,
    ) -> None:
        self.itglue, self.store, self.remote = itglue, store, remote
        self.known, self.organization = known, organization
        there = remote.existing.values()
        mine = (a for a in there if (a.type_id, a.organization_id) == (NATIVE.id, organization))
        self.before = {asset.asset_id: asset for asset in mine}

    async def read(self) -> None:
        found = {asset_id_of(record.id): record for record in await self._listed()}
        seen = {id_: await self._current(record) for id_, record in found.items()}
        # A list may lag behind what was just written, or leave archived ones out.
        for id_ in sorted(self.before.keys() - found.keys()):
            seen[id_] = await read_document(self.itglue, id_, self.known.get(id_))
        gone = [id_ for id_, one in seen.items() if one is None]
        for id_ in gone:
            self.remote.lose(id_)
        there = [self._with_files(one) for one in seen.values() if one]
        for one in there:
            self.remote.look(one)
        kept = [self.remote.existing[one.existing.asset_id] for one in there]
        self.store.saw(Scan(f"document/{self.organization}", "", len(there)), kept, gone)

    def _with_files(self, seen: Seen) -> Seen:
        """A document with its attachments, as last seen where the list does not tell of them."""
        before = self.before.get(seen.existing.asset_id)
        if seen.existing.files is not None or before is None:
            return seen
        return replace(seen, existing=replace(seen.existing, files=before.files))

    async def _listed(self) -> list[DocumentRecord]:
        documents = self.itglue.resource(DOCUMENTS).under("organizations", self.organization)
        try:
            pages = all_pages(documents, include=("attachments",))
            return [_with(record, page.included) async for page in pages for record in page.records]
        except Rejected as refused:
            if refused.status != 404:  # the organization has documents switched off
                raise
            return []

    async def _current(self, record: DocumentRecord) -> Seen | None:
        """A document as listed, unless the list is older than what the state has seen."""
        asset_id = asset_id_of(record.id)
        known, before = self.known.get(asset_id), self.before.get(asset_id)
        if record.attributes.organization_id is None:
            record.attributes.organization_id = int(self.organization)
        seen = await _seen(self.itglue, record, known)
        now = seen.existing
        if before is None or moment(now.updated_at) > moment(before.updated_at):
            return seen
        if (now.traits, now.archived) == (before.traits, before.archived):
            return seen
        return await read_document(self.itglue, asset_id, known)


def _with(record: DocumentRecord, included: list[Record[Any]]) -> DocumentRecord:
    record.included = included
    return record


def caught_up_document(known: Known, seen: Seen) -> Known | None:
    """What is known of a document in which a run of ours began to write; None if it is known.

    Whatever says what was about to be written counts as written by us, and what was to be deleted
    and is gone as deleted by us. The order is in flux until all is done.
    """
    if not known.writing:
        return None
    traits = seen.existing.traits
    ids = {name: id_ for id_, name in seen.sections.items() if name}
    done = {
        name: writing
        for name, writing in known.writing.items()
        if name in seen.traits and told(name, seen.traits[name]) == writing.says
    }
    gone = {name for name, w in known.writing.items() if not w.says and name not in seen.traits}
    now = {name: traits[name] for name in done} | {ORDER: traits[ORDER]}
    caught = replace(
        known,
        sent=_without(gone, {**known.sent, **{name: w.sent for name, w in done.items()}}),
        seen=_without(gone, {**known.seen, **now}),
        sections=_without(gone, {**known.sections, **{n: ids[n] for n in done if n in ids}}),
    )
    return None if caught == known else caught


def _without(names: Collection[str], values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name not in names}


def told(name: str, value: Json) -> str:
    """Digest of what a part of a document says: a section, or what it has beside them."""
    return says(value) if isinstance(value, dict) else digest(value)


def renamed(seen: Seen, known: Known) -> Seen:
    """A document with its sections called as *known* calls them."""
    own = {id_: name for name, id_ in known.sections.items()}
    traits = {name: seen.traits[name] for name in (TITLE, FOLDER)}
    for id_, name in seen.sections.items():
        traits[own.get(id_, f"#{id_}")] = seen.traits[name or f"#{id_}"]
    traits[ORDER] = [own[id_] for id_ in seen.sections if id_ in own]
    prints = {name: fingerprint(value) for name, value in traits.items()}
    return Seen(
        replace(seen.existing, traits=prints),
        seen.title,
        traits,
        {id_: own.get(id_, "") for id_ in seen.sections},
    )
