"""Records of IT Glue -> `Existing`, and traits -> the form in which they are sent back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from publisher.itglue import Record
from publisher.itglue.models import Attachment, FlexibleAsset
from publisher.marker import Marker
from publisher.model import AssetType, Json, digest
from publisher.render import split_footer
from publisher.targets import Existing, ExistingFile, title_hash


@dataclass(frozen=True, slots=True)
class Seen:
    """One asset as just read: fingerprints to keep, and the values that a PATCH sends back."""

    existing: Existing
    title: str
    traits: Mapping[str, Json]
    """The values as IT Glue gave them; of a native document its sections, by name."""
    sections: Mapping[str, str] = field(default_factory=dict)
    """Of a native document: id -> name of each section, '' for one that is not ours."""


AssetRecord: TypeAlias = Record[FlexibleAsset]
AttachmentRecord: TypeAlias = Record[Attachment]


def seen(
    record: AssetRecord, included: Mapping[str, AttachmentRecord], kind: AssetType, marker: str
) -> Seen:
    """Read one flexible asset.

    Args:
        record: the asset.
        included: attachments that came along, by id.
        kind: its type, with fields.
        marker: the name-key of the trait that carries the marker, if the type has it.
    """
    asset = record.attributes
    traits: Mapping[str, Json] = asset.traits or {}
    title = asset.name or ""
    existing = Existing(
        asset_id=record.id,
        organization_id=str(asset.organization_id or ""),
        type_id=kind.id,
        title_hash=title_hash(title),
        created_at=asset.created_at or "",
        updated_at=asset.updated_at or "",
        archived=bool(asset.archived),
        url=asset.resource_url or "",
        marker=_marker(traits, kind, marker),
        traits={key: fingerprint(value) for key, value in traits.items() if value is not None},
        files=listed_files(record, included),
    )
    return Seen(existing, title, traits)


def _marker(traits: Mapping[str, Json], kind: AssetType, marker: str) -> Marker | None:
    found = Marker.parse(traits.get(marker))
    if found:
        return found
    for one in kind.fields:
        value = traits.get(one.key)
        # The quick look first: taking HTML apart is what a scan of thousands would wait for.
        if one.kind == "Textbox" and isinstance(value, str) and "publisher-key" in value:
            found = Marker.parse(split_footer(value)[1])
            if found:
                return found
    return None


def listed_files(
    record: Record[Any], included: Mapping[str, AttachmentRecord]
) -> dict[str, ExistingFile] | None:
    """The attachments that came along with a record; None when the server did not say."""
    relation = record.relationships.get("attachments")
    if not isinstance(relation, dict) or not isinstance(relation.get("data"), list):
        return None
    ids = record.related_ids("attachments")
    if any(id_ not in included for id_ in ids):
        return None
    return {id_: existing_file(included[id_]) for id_ in ids}


def existing_file(record: AttachmentRecord) -> ExistingFile:
    """One attachment as IT Glue describes it."""
    file = record.attributes
    return ExistingFile(
        file.attachment_file_name or file.name or "",
        file.attachment_file_size,
        file.download_url or "",
    )


def fingerprint(value: Json) -> str:
    """The fingerprint of one trait as IT Glue gives it; tags by their ids alone."""
    tags = tag_ids(value)
    return digest(value if tags is None else tags)


def tag_ids(value: Json) -> list[int] | None:
    """The ids of a tag as IT Glue gives it (``{type, values}``); None for anything else."""
    if not isinstance(value, dict) or not isinstance(value.get("values"), list):
        return None
    ids = [entry.get("id") for entry in value["values"] if isinstance(entry, dict)]
    return sorted(int(i) for i in ids if i is not None)


def uploads(traits: Mapping[str, Json], kind: AssetType) -> list[str]:
    """Upload fields that hold files: a PATCH would delete them, since it replaces all traits."""
    names = {f.key for f in kind.fields if f.kind == "Upload"}
    return sorted(key for key, value in traits.items() if key in names and value)


def input_form(traits: Mapping[str, Json]) -> dict[str, Json]:
    """Traits as read -> as sent: PATCH replaces all of them, and takes tags as ids."""
    form: dict[str, Json] = {}
    for key, value in traits.items():
        tags = tag_ids(value)
        if value is not None:
            form[key] = value if tags is None else tags
    return form


def by_id(included: Iterable[Record[Any]]) -> dict[str, AttachmentRecord]:
    """The attachments among what came along with a list."""
    return {r.id: r for r in included if isinstance(r.attributes, Attachment)}
