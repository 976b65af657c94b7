"""Documents: their text lies in sections, as drafts until the document is published.

Facts of IT Glue's API documentation: a list below an organization holds root documents only unless
a folder filter is given; ``content`` of a document comes out as its sections and is not taken in;
a section's kind never changes; a heading needs a level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.simulator.behaviour import Behaviour, Condition, Draft, View
from publisher.simulator.errors import Json, invalid, missing
from publisher.simulator.images import with_signed_images
from publisher.simulator.query import Filter, Query, column
from publisher.simulator.store import Record
from publisher.simulator.values import as_id, stamp

if TYPE_CHECKING:
    from publisher.simulator.site import Site

HEADING, TEXT = "Document::Heading", "Document::Text"
STEP, GALLERY = "Document::Step", "Document::Gallery"
_FOLDER = "document-folder-id"
_FOLDER_POINTER = f"/data/attributes/{_FOLDER}"


def publish(site: Site, record: Record, *, actor: str = "API") -> Record:
    """Make a document's section changes visible."""
    with site.transaction():
        now = site.now()
        live = [_embedded(section) for section in sections_of(site, record.id)]
        published = {"published": True, "draft": False, "live": live}
        published["published-at"] = stamp(now, whole_seconds=site.switches.whole_seconds)
        record = replace(record, data=record.data | published, updated=now)
        site.store.replace(record)
        site.store.add_version(record, actor)
        return record


def sections_of(site: Site, document_id: int) -> list[Record]:
    """A document's sections by position."""
    found = site.store.children("document_sections", [document_id])
    return sorted(found, key=lambda one: (one.data.get("sort") or 0, one.id))


def _embedded(section: Record) -> dict[str, Json]:
    """A section as a document's ``content`` carries it."""
    return {"id": section.id} | section.data


class Documents(Behaviour):
    """Documents themselves."""

    def clean(self, site: Site, draft: Draft) -> None:
        data, old = draft.data, draft.existing
        if old:
            data["organization-id"] = old.data["organization-id"]
            if not site.switches.move_document:
                data[_FOLDER] = old.data.get(_FOLDER)
        folder_id = data.get(_FOLDER)
        if folder_id in (None, ""):
            data[_FOLDER] = None
            return
        folder = site.store.get(as_id(folder_id, _FOLDER_POINTER))
        home = as_id(data.get("organization-id"), _FOLDER_POINTER)
        own = folder is not None and folder.resource == "document_folders"
        if folder is None or not own or folder.organization_id != home:
            raise invalid(_FOLDER_POINTER, "must exist in the same organization")
        data[_FOLDER] = folder.id

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        rows: dict[int, list[Record]] = {record.id: [] for record in records}
        for section in site.store.children("document_sections", rows):
            rows[section.parent_id or 0].append(section)
        live = site.switches.document_content == "live"
        for record, out in zip(records, outs, strict=True):
            drafts = [_embedded(section) for section in rows[record.id]]
            shown = record.data.get("live", []) if live else drafts
            out["content"] = sorted(shown, key=lambda data: data.get("sort") or 0)

    def narrow(self, site: Site, query: Query, parent: Record | None) -> Condition:
        """Root documents only, unless a folder is asked for; the forms that clients use for all."""
        asked, expression = query.filter(_FOLDER), column(_FOLDER)
        if asked is None:
            return f"{expression} IS NULL", []
        if asked.values[0] in ("null", ""):
            if asked.operator == "ne":
                return f"{expression} IS NOT NULL", []
            everything = site.switches.document_folder_null == "all" and asked.values[0] == "null"
            return ("" if everything else f"{expression} IS NULL"), []
        if asked.values[0].lstrip("!=") == "null":
            return f"{expression} IS NOT NULL", []
        return _one_of(expression, asked)


def _one_of(expression: str, asked: Filter) -> Condition:
    marks = ",".join("?" * len(asked.values))
    words = "IN" if asked.operator == "eq" else "NOT IN"
    return f"CAST({expression} AS TEXT) {words} ({marks})", list(asked.values)


class Sections(Behaviour):
    """Sections: the row has its own id, the typed content another (``resource-id``)."""

    def clean(self, site: Site, draft: Draft) -> None:
        data, old = draft.data, draft.existing
        if old:
            data["resource-type"] = old.data["resource-type"]
        else:
            self._new(site, draft)
        kind = data["resource-type"]
        if kind == HEADING and not (_is_level(data.get("level"))):
            raise invalid("/data/attributes/level", "is not included in the list")
        if kind == GALLERY:
            data["content"] = None
        elif kind != HEADING and "content" in draft.sent:
            data["content"] = site.clean_html(str(draft.sent["content"] or ""))

    def _new(self, site: Site, draft: Draft) -> None:
        data = draft.data
        if not data.get("resource-type"):
            raise missing("resource_type")
        if data["resource-type"] not in (HEADING, TEXT, STEP, GALLERY):
            raise invalid("/data/attributes/resource-type", "is not included in the list")
        document = draft.parent or site.need(None)
        data["document-id"] = document.id
        others = sections_of(site, document.id)
        if data.get("sort") is None:
            data["sort"] = 1 + max((one.data.get("sort") or 0 for one in others), default=-1)

    def saved(self, site: Site, draft: Draft, record: Record) -> Record:
        if draft.existing is None:
            # The content row and its gallery are records of their own, with ids of their own.
            row = site.store.insert("section_contents", {}, record.id, record.created)
            data = record.data | {"resource-id": row.id}
            if data["resource-type"] in (GALLERY, STEP):
                gallery = row.id
                if data["resource-type"] == STEP:
                    gallery = site.store.insert("galleries", {}, record.id, record.created).id
                data["document-gallery-id"] = gallery
            record = replace(record, data=data)
            site.store.replace(record)
        self._mark_draft(site, record)
        return record

    def deleting(self, site: Site, record: Record) -> None:
        """A gallery takes its pictures along."""
        gallery = record.data.get("document-gallery-id")
        if gallery:
            where = f"resource = 'document_images' AND {column('document-gallery-id')} = ?"
            site.store.delete(image.id for image in site.store.select(where, [gallery]))
        self._mark_draft(site, record)

    def _mark_draft(self, site: Site, record: Record) -> None:
        document = site.need(record.parent_id)
        data = document.data | {"draft": True}
        site.store.replace(replace(document, data=data, updated=site.now()))

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        for out in outs:
            out["rendered-content"] = with_signed_images(site, out["content"])


def _is_level(value: Json) -> bool:
    return str(value) in {"1", "2", "3", "4", "5", "6"}


class Folders(Behaviour):
    """Document folders and password folders: a tree inside one organization."""

    def __init__(self, content: str, pointer: str, count: str) -> None:
        self._content, self._pointer, self._count = content, pointer, count

    def clean(self, site: Site, draft: Draft) -> None:
        data, where = draft.data, "/data/attributes/parent-id"
        if data.get("parent-id") in (None, "", 0):
            data["parent-id"] = None
            return
        above = site.store.get(as_id(data["parent-id"], where))
        organization = as_id(data.get("organization-id"), where)
        if above is None or above.resource != draft.resource.name:
            raise invalid(where, "must exist in the same organization")
        own = draft.existing.id if draft.existing else None
        if above.organization_id != organization or own in [above.id, *_ancestors(site, above)]:
            raise invalid(where, "must exist in the same organization")
        data["parent-id"] = above.id

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        for record, out in zip(records, outs, strict=True):
            out["ancestor-ids"] = _ancestors(site, record)
            out[self._count] = self._held(site, record)

    def _held(self, site: Site, record: Record) -> int:
        sql = f"SELECT count(*) FROM record WHERE resource = ? AND {column(self._pointer)} = ?"
        return int(site.store.value(sql, (self._content, record.id)))

    def deleting(self, site: Site, record: Record) -> None:
        where = f"resource = ? AND {column('parent-id')} = ?"
        below = site.store.select(where, [record.resource, record.id])
        held = f"resource = ? AND {column(self._pointer)} = ?"
        contents = site.store.select(held, [self._content, record.id])
        if not below and not contents:
            return
        strict = site.switches.folder_delete_non_empty == "reject"
        if strict or record.resource == "password_folders":
            raise invalid("/data/attributes/base", "Cannot delete a folder that is not empty")
        for folder in below:
            self.deleting(site, folder)
        site.store.delete(one.id for one in [*below, *contents])

    def narrow(self, site: Site, query: Query, parent: Record | None) -> Condition:
        asked = query.filter("parent-id")
        if asked is None:
            return "", []
        if asked.values[0] not in ("0", "null", ""):
            return _one_of(column("parent-id"), asked)
        absent = asked.operator == "eq"
        return f"{column('parent-id')} IS {'' if absent else 'NOT '}NULL", []


def _ancestors(site: Site, record: Record) -> list[int]:
    """Ids of the folders above, the root first."""
    found: list[int] = []
    above: Mapping[str, Json] = record.data
    while above.get("parent-id") and above["parent-id"] not in found:
        found.insert(0, above["parent-id"])
        above = site.need(above["parent-id"]).data
    return found
