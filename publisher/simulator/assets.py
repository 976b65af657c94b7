"""Flexible assets, their types and their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.simulator import traits
from publisher.simulator.behaviour import Behaviour, Condition, Draft, View
from publisher.simulator.errors import Json, invalid, refusal
from publisher.simulator.fields import KINDS, TAGS, Field, field_of, name_key
from publisher.simulator.files import decode, file_of
from publisher.simulator.query import Query
from publisher.simulator.store import Record
from publisher.simulator.values import as_id

if TYPE_CHECKING:
    from publisher.simulator.site import Site

UPLOADS = "uploads"
"""The resource that keeps the files of Upload traits; it has no path of its own."""


def fields_of(site: Site, type_ids: Sequence[int]) -> dict[int, list[Field]]:
    """The fields of these types, in their order."""
    found: dict[int, list[Field]] = {type_id: [] for type_id in type_ids}
    records = site.store.children("flexible_asset_fields", type_ids)
    for record in sorted(records, key=lambda one: (one.data.get("order") or 0, one.id)):
        found[record.parent_id or 0].append(field_of(record))
    return found


class Types(Behaviour):
    """Flexible asset types: fields may come along when a type is created."""

    def clean(self, site: Site, draft: Draft) -> None:
        if draft.existing is None:
            links = draft.relationships
            entries = links.get("flexible-asset-fields") or links.get("flexible_asset_fields") or {}
            rows = entries.get("data") if isinstance(entries, Mapping) else None
            draft.later["fields"] = rows if isinstance(rows, list) else []

    def saved(self, site: Site, draft: Draft, record: Record) -> Record:
        for row in draft.later.get("fields", []):
            attributes = row.get("attributes") if isinstance(row, Mapping) else None
            site.create("flexible_asset_fields", attributes or {}, parent=record)
        return record


class Fields(Behaviour):
    """Fields: the name-key is made once; a kind in use cannot change."""

    def parent(self, site: Site, sent: Mapping[str, Json]) -> Record | None:
        type_id = as_id(
            sent.get("flexible-asset-type-id"), "/data/attributes/flexible-asset-type-id"
        )
        return site.get("flexible_asset_types", type_id)

    def clean(self, site: Site, draft: Draft) -> None:
        data = draft.data
        if "options" in draft.sent and "default-value" not in draft.sent:
            options = draft.sent["options"]
            lines = options if isinstance(options, list) else [options]
            data["default-value"] = "\r\n".join(str(line) for line in lines)
        if data.get("kind") not in KINDS:
            raise invalid("/data/attributes/kind", "is not included in the list")
        parent = draft.parent or site.need(draft.existing.parent_id if draft.existing else None)
        data["flexible-asset-type-id"] = parent.id
        others = site.store.children("flexible_asset_fields", [parent.id])
        if draft.existing is None:
            data.setdefault("order", 1 + max((o.data.get("order") or 0 for o in others), default=0))
            data.setdefault("decimals", 0)
        elif data["kind"] != draft.existing.data["kind"] and self._used(site, draft.existing):
            raise invalid("/data/attributes/kind", "cannot be changed while the field is in use")
        self._name_key(site, draft, others)
        self._tag_type(data)

    def _name_key(self, site: Site, draft: Draft, others: Sequence[Record]) -> None:
        old = draft.existing
        renamed = old is not None and old.name != draft.data.get("name")
        if old is None or (renamed and site.switches.rename_changes_key):
            same = old.id if old else None
            taken = frozenset(str(o.data["name-key"]) for o in others if o.id != same)
            draft.data["name-key"] = name_key(str(draft.data.get("name") or ""), taken)
            if old:
                draft.later["renamed"] = old.data["name-key"]

    def _tag_type(self, data: Mapping[str, Json]) -> None:
        tag = str(data.get("tag-type") or "")
        known = tag in TAGS or tag.startswith("FlexibleAssetType:")
        others = ("Checklists", "ChecklistTemplates", "SslCertificates", "Tickets")
        if data["kind"] == "Tag" and not known and tag not in others:
            raise invalid("/data/attributes/tag-type", "is not included in the list")

    def _used(self, site: Site, record: Record) -> bool:
        return any(
            record.data["name-key"] in asset.data["traits"] for asset in _assets(site, record)
        )

    def saved(self, site: Site, draft: Draft, record: Record) -> Record:
        if "renamed" in draft.later:
            for asset in _assets(site, record):
                kept = dict(asset.data["traits"])
                if draft.later["renamed"] in kept:
                    kept[record.data["name-key"]] = kept.pop(draft.later["renamed"])
                    site.store.replace(replace(asset, data=asset.data | {"traits": kept}))
        return record

    def deleting(self, site: Site, record: Record) -> None:
        """A field takes its data in all assets along (IT Glue's API documentation)."""
        for asset in _assets(site, record):
            kept = dict(asset.data["traits"])
            if kept.pop(record.data["name-key"], None) is not None:
                site.store.replace(replace(asset, data=asset.data | {"traits": kept}))


def _assets(site: Site, field: Record) -> list[Record]:
    where = "resource = 'flexible_assets' AND type_id = ?"
    return site.store.select(where, [field.parent_id])


class Assets(Behaviour):
    """Flexible assets: an update replaces all traits."""

    def clean(self, site: Site, draft: Draft) -> None:
        data, old = draft.data, draft.existing
        type_id = data.get("flexible-asset-type-id")
        if old:
            data["flexible-asset-type-id"] = type_id = old.data["flexible-asset-type-id"]
            if not site.switches.move_asset:
                data["organization-id"] = old.data["organization-id"]
        site.check(draft)
        before: dict[str, Json] = dict(old.data["traits"]) if old else {}
        if old and "traits" not in draft.sent and site.switches.patch_without_traits == "keep":
            data["traits"] = before
            return
        sent = draft.sent.get("traits") or {}
        if not isinstance(sent, Mapping):
            raise traits.invalid_keys()
        fields = fields_of(site, [int(type_id or 0)])[int(type_id or 0)]
        accepted = traits.accept(
            fields,
            sent,
            before,
            find=site.store.find,
            clean_html=site.clean_html,
            switches=site.switches,
        )
        for key, files in accepted.uploads.items():
            for file in files:
                decode(file, f"{traits.POINTER}{key}")
        data["traits"] = accepted.kept
        data["name"] = traits.title(fields, accepted.kept, site.store.find)
        draft.later |= {"accepted": accepted, "fields": fields}

    def saved(self, site: Site, draft: Draft, record: Record) -> Record:
        accepted = draft.later.get("accepted")
        if accepted is None:
            return record
        if accepted.uploads or accepted.passwords:
            kept = dict(record.data["traits"])
            for key, files in accepted.uploads.items():
                kept[key] = [_upload(site, record, file) for file in files]
            for key, value in accepted.passwords.items():
                kept[key] = _password(site, record, key, value)
            record = replace(record, data=record.data | {"traits": kept})
            site.store.replace(record)
        if draft.existing:
            self._drop_orphans(site, record, draft.existing)
        self._expirations(site, record, draft.later["fields"], new=draft.existing is None)
        return record

    def _drop_orphans(self, site: Site, record: Record, old: Record) -> None:
        """Files and passwords whose trait was not sent again go."""
        named = _owned(record.data["traits"])
        below = [UPLOADS, "passwords"]
        for resource in below:
            children = site.store.children(resource, [record.id])
            embedded = [c for c in children if c.id in _owned(old.data["traits"])]
            site.store.delete(child.id for child in embedded if child.id not in named)

    def _expirations(
        self, site: Site, record: Record, fields: Sequence[Field], *, new: bool
    ) -> None:
        dated = [field for field in fields if field.expiration and field.kind == "Date"]
        if not dated:
            return
        if not new:
            old = site.store.children("expirations", [record.id])
            site.store.delete(row.id for row in old)
        for field in dated:
            if field.key in record.data["traits"]:
                data = {
                    "organization-id": record.organization_id,
                    "description": field.name,
                    "expiration-date": record.data["traits"][field.key],
                    "resource-id": record.id,
                    "resource-type": "FlexibleAsset",
                    "resource-type-name": "Flexible Asset",
                    "resource-name": record.name,
                }
                site.store.insert("expirations", data, record.id, record.updated)

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        types = sorted({int(record.data["flexible-asset-type-id"]) for record in records})
        fields = fields_of(site, types)
        named: set[int] = set()
        for record in records:
            own = fields[record.data["flexible-asset-type-id"]]
            named |= traits.pointers(own, record.data["traits"])
        describe = describer(site, named)
        for record, out in zip(records, outs, strict=True):
            own = fields[record.data["flexible-asset-type-id"]]
            out["traits"] = traits.emit(own, record.data["traits"], describe, site.switches)

    def narrow(self, site: Site, query: Query, parent: Record | None) -> Condition:
        if query.filter("flexible-asset-type-id") is None:
            title = "Cannot index flexible assets without providing a flexible asset type ID filter"
            raise refusal(422, title)
        if site.switches.archived_in_lists:
            return "", []
        return "json_extract(data, '$.archived') IS NOT 1", []


def _owned(kept: Mapping[str, Json]) -> set[int]:
    """Every integer in the traits: among them the ids of uploads and passwords."""
    flat: set[int] = set()
    for value in kept.values():
        flat |= {item for item in (value if isinstance(value, list) else [value]) if _is_id(item)}
    return flat


def _is_id(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _upload(site: Site, asset: Record, sent: Mapping[str, Json]) -> int:
    file = file_of(sent, traits.POINTER)
    record = site.store.insert(UPLOADS, {"name": file.name}, asset.id, asset.updated)
    site.store.put_file(record.id, file)
    return record.id


def _password(site: Site, asset: Record, key: str, sent: Mapping[str, Json]) -> int:
    attributes = {"name": key} | dict(sent)
    attributes |= {"organization-id": asset.organization_id, "resource-id": asset.id}
    attributes["resource-type"] = "flexible-asset-traits"
    return site.create("passwords", attributes, parent=asset).id


_EXTRAS: Mapping[str, tuple[str, ...]] = {
    "configurations": ("hostname", "organization-name", "configuration-type-name"),
    "contacts": ("first-name", "last-name", "organization-name"),
    "locations": ("address-1", "city", "organization-name"),
}
"""What a value of a Tag trait carries beside its id, name and URL."""


def describer(site: Site, ids: set[int]) -> Callable[[int], dict[str, Json] | None]:
    """A function from an id to the value object of a Tag or Upload trait."""
    found = site.store.find(ids) if ids else {}
    described: dict[int, dict[str, Json]] = {}
    for identity, record in found.items():
        if record.resource == UPLOADS:
            url = site.download_url(record.id, record.name)
            described[identity] = {"id": identity, "name": record.name, "url": url}
            continue
        out: dict[str, Json] = {"resource-url": site.url_of(record)}
        out |= {"id": identity, "name": record.name}
        extras = _EXTRAS.get(record.resource)
        if extras:
            attributes = site.plain(record)
            out |= {name: attributes.get(name) for name in extras}
        described[identity] = out
    return described.get
