"""Related items: links from one record to another, seen from both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from publisher.simulator.behaviour import Behaviour, Draft, View
from publisher.simulator.errors import Json, invalid, not_found, refusal
from publisher.simulator.store import Record
from publisher.simulator.values import as_id, stamp

if TYPE_CHECKING:
    from publisher.simulator.site import Site

CLASSES: Mapping[str, str] = {
    "configurations": "Configuration",
    "contacts": "Contact",
    "document_folders": "DocumentFolder",
    "documents": "Document",
    "domains": "Domain",
    "flexible_assets": "FlexibleAsset",
    "locations": "Location",
    "organizations": "Organization",
    "passwords": "Password",
}
_POINTER = "/data/attributes/destination-id"


def resource_of(text: Json) -> str | None:
    """The resource that a destination-type means.

    ``Password`` and ``Document`` are the spellings seen on the real API; plural path words and
    other spellings of the class are taken as well, since sources disagree.
    """
    plain = str(text).lower().replace(" ", "").replace("_", "").replace("-", "")
    for resource, name in CLASSES.items():
        if plain in (name.lower(), resource.replace("_", "")):
            return resource
    return None


class RelatedItems(Behaviour):
    """Links; deleting one from either side deletes it on both."""

    def clean(self, site: Site, draft: Draft) -> None:
        if draft.existing:
            draft.data = draft.existing.data | {"notes": draft.data.get("notes")}
            return
        site.check(draft)
        source = draft.parent or site.need(None)
        resource = resource_of(draft.data["destination-type"])
        target = site.store.get(as_id(draft.data["destination-id"], _POINTER))
        if target is None or target.resource != resource or target.id == source.id:
            raise invalid(_POINTER, "must exist")
        draft.data |= {"destination-id": target.id, "destination-type": CLASSES[resource or ""]}
        pair = {source.id, target.id}
        known = any(_pair(link) == pair for link in links(site, [source.id]))
        if known and site.switches.duplicate_related_item == "reject":
            detail = "cannot be related to an item it is already related to"
            raise refusal(422, "Unprocessable Entity", detail, "data/attributes/destination-id")

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        found = site.store.find(record.data["destination-id"] for record in records)
        for record, out in zip(records, outs, strict=True):
            target = found.get(record.data["destination-id"])
            out["destination-name"] = target.name if target else None


def links(site: Site, ids: Sequence[int]) -> list[Record]:
    """The links that start or end at one of these records."""
    marks = ",".join("?" * len(ids))
    return site.store.select(
        f"resource = 'related_items' AND (parent_id IN ({marks})"
        f" OR json_extract(data, '$.\"destination-id\"') IN ({marks}))",
        [*ids, *ids],
    )


def link_below(site: Site, parent: Record, identity: int) -> Record:
    """The link of that id, if it starts or ends at *parent*; else 404."""
    link = site.get("related_items", identity)
    if parent.id not in _pair(link):
        raise not_found()
    return link


def _pair(link: Record) -> set[int]:
    return {int(link.parent_id or 0), int(link.data["destination-id"])}


def related_to(site: Site, records: Sequence[Record]) -> dict[int, list[dict[str, Json]]]:
    """Resource objects of what each record is related to, by link or by a Tag trait."""
    ends = {record.id: _ends(site, record) for record in records}
    found = site.store.find(other for rows in ends.values() for _, other, _ in rows)
    return {
        identity: [_object(site, row, found[row[1]]) for row in rows if row[1] in found]
        for identity, rows in ends.items()
    }


def _ends(site: Site, record: Record) -> list[tuple[int, int, str | None]]:
    """(id of the link, id of the other record, notes), by link first, then by tag."""
    rows: list[tuple[int, int, str | None]] = []
    for link in links(site, [record.id]):
        (other,) = _pair(link) - {record.id}
        rows.append((link.id, other, link.data.get("notes")))
    kept = record.data.get("traits") or {}
    tagged = {item for value in kept.values() if isinstance(value, list) for item in value}
    # A tag has no link of its own to take an id from, so it gets one made of both.
    rows += [(record.id * 10**8 + other, other, None) for other in sorted(tagged)]
    return rows


def _object(site: Site, row: tuple[int, int, str | None], other: Record) -> dict[str, Json]:
    identity, _, notes = row
    whole = site.switches.whole_seconds
    kind = CLASSES.get(other.resource, other.resource)
    attributes = {
        "name": other.name,
        "resource-id": other.id,
        "resource-url": site.url_of(other),
        "resource-type-name": kind,
        "asset-type": other.resource.removesuffix("s"),
        "related-resource-attributes": {},
        "notes": notes,
        "archived": bool(other.data.get("archived")),
        "created-at": stamp(other.created, whole_seconds=whole),
        "updated-at": stamp(other.updated, whole_seconds=whole),
    }
    return {
        "id": str(identity),
        "type": "related-items",
        "attributes": attributes,
        "relationships": {},
    }
