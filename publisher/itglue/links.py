"""Relationships between records: made by links, by tags, by attributes, or by lying inside.

IT Glue lists links only along with a record that is read by its id (`include=related_items`), and
there they show from both sides; links that Tag traits make appear among them too (a migration
tool's and wrappers' code).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from publisher.errors import NotOne, Rejected
from publisher.itglue.entities import ENTITIES
from publisher.itglue.models import Attributes, Record, RelatedItem
from publisher.itglue.resources import Id

if TYPE_CHECKING:
    from publisher.itglue.collections import Collections

Ref: TypeAlias = Record[Any] | tuple[str, Id]
"""A record, or its collection and id: `("configurations", 815)`."""

Kind = Literal["link", "tag", "attribute", "inside"]

DESTINATIONS: Mapping[str, tuple[str, ...]] = {
    "configurations": ("Configuration",),
    "contacts": ("Contact",),
    "documents": ("Document",),
    "domains": ("Domain",),
    "flexible_assets": ("FlexibleAsset", "Flexible Asset"),
    "locations": ("Location",),
    "organizations": ("Organization",),
    "passwords": ("Password",),
}
"""What `destination_type` calls each. Password and Document were seen to work; the others follow
their pattern, and for flexible assets it is not known which of two spellings is meant."""

_COMMON = ("attachments", "related_items")
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "configurations": (*_COMMON, "passwords", "configuration_interfaces"),
    "contacts": (*_COMMON, "passwords"),
    "documents": _COMMON,
    "flexible_assets": (*_COMMON, "passwords"),
    "locations": (*_COMMON, "passwords"),
    "passwords": _COMMON,
    "organizations": ("attachments",),
}
"""What can be included when one record is read (IT Glue API documentation, by its wrappers)."""

_POINTERS = {
    "organization": "organizations",
    "location": "locations",
    "contact": "contacts",
    "document-folder": "document_folders",
    "password-folder": "password_folders",
    "configuration": "configurations",
    "flexible-asset-type": "flexible_asset_types",
}
"""Attributes `X-id` that name another record, and that record's collection."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """One record that another one is related to."""

    kind: Kind
    """`link`: a related item; `tag`: a Tag trait; `attribute`: such as a configuration's location;
    `inside`: it belongs to the record, as attachments, interfaces and embedded passwords do."""
    resource: str
    """Its collection, such as `passwords`."""
    id: str
    name: str | None
    link_id: str | None = None
    """The related item's own id, to change its notes or to delete it."""
    notes: str | None = None
    url: str | None = None


def reference(ref: Ref) -> tuple[str, str]:
    """Collection and id of what *ref* names."""
    if isinstance(ref, Record):
        return ref.type.replace("-", "_"), ref.id
    return ref[0].replace("-", "_"), str(ref[1])


async def link(
    itglue: Collections, source: Ref, destination: Ref, *, notes: str | None = None
) -> Record[RelatedItem] | None:
    """Relate one record to another; None if they already were.

    Raises:
        Rejected: IT Glue cannot relate them.
        OutcomeUnknown: they may be related now: read `relationships` to find out.
    """
    (resource, source_id), (other, other_id) = reference(source), reference(destination)
    items = itglue.related_items(resource, source_id)
    given: dict[str, Any] = {"destination_id": int(other_id)}
    if notes:
        given["notes"] = notes
    refusals: list[Rejected] = []
    for name in DESTINATIONS.get(other, (_class_name(other),)):
        try:
            return await items.create(given | {"destination_type": name})
        except Rejected as refused:
            if "already related" in str(refused):
                return None
            if refused.status not in (400, 422):
                raise
            # It was certainly not done, so trying the other spelling makes no second link.
            refusals.append(refused)
    raise refusals[0]


async def relationships(itglue: Collections, ref: Ref) -> list[Relationship]:
    """All that a record is related to, each once, read with one request.

    Raises:
        NotOne: there is no such record.
    """
    resource, record_id = reference(ref)
    include = _SHOWN.get(resource, ())
    record = await itglue.resource(ENTITIES[resource]).get(record_id, include=include)
    if record is None:
        raise NotOne(resource, record_id)
    return told_by(record, (resource, record_id))


def told_by(record: Record[Any], own: tuple[str, str]) -> list[Relationship]:
    """What a record and what came along tell of its relationships; *own* is its own place."""
    found = [*_links(record), *_tags(record), *_inside(record), *_attributes(record)]
    return _each_once(found, own)


def _each_once(found: Iterable[Relationship], own: tuple[str, str]) -> list[Relationship]:
    unique: dict[tuple[str, str], Relationship] = {}
    for each in found:
        if (each.resource, each.id) != own:
            unique.setdefault((each.resource, each.id), each)
    return list(unique.values())


def _links(record: Record[Any]) -> Iterator[Relationship]:
    tagged = {(tag.resource, tag.id) for tag in _tags(record)}
    for item in record.included:
        values = item.attributes
        if not isinstance(values, RelatedItem):
            continue
        other = values.resource_id or values.destination_id
        asset_type = values.asset_type or values.resource_type_name or values.destination_type
        if other is None or not asset_type:
            continue
        resource = _collection(asset_type)
        # Of a tag it is not known whether its id could be used as a link's, so none is given.
        by_tag = (resource, str(other)) in tagged
        yield Relationship(
            "tag" if by_tag else "link",
            resource,
            str(other),
            values.name or values.destination_name,
            None if by_tag else item.id,
            values.notes,
            values.resource_url,
        )


def _tags(record: Record[Any]) -> Iterator[Relationship]:
    traits = record.attributes["traits"]
    for trait in traits.values() if isinstance(traits, dict) else ():
        values = trait.get("values") if isinstance(trait, dict) else None
        if not isinstance(values, list) or not trait.get("type"):
            continue
        resource = _collection(str(trait["type"]))
        for value in values:
            if isinstance(value, dict) and value.get("id"):
                name, url = value.get("name"), value.get("resource-url")
                yield Relationship("tag", resource, str(value["id"]), name, url=url)


def _inside(record: Record[Any]) -> Iterator[Relationship]:
    for item in record.included:
        if not isinstance(item.attributes, RelatedItem):
            resource = item.type.replace("-", "_")
            url = item.attributes["resource-url"] or item.attributes["download-url"]
            yield Relationship("inside", resource, item.id, item.attributes.name, url=url)


def _attributes(record: Record[Any]) -> Iterator[Relationship]:
    values: Attributes = record.attributes
    for pointer, resource in _POINTERS.items():
        if other := values[f"{pointer}-id"]:
            yield Relationship("attribute", resource, str(other), values[f"{pointer}-name"])
    kind = values["resource-type"]
    if values["resource-id"] and kind in _CLASSES:  # an embedded password's owner
        name = values["cached-resource-name"]
        yield Relationship("attribute", _CLASSES[kind], str(values["resource-id"]), name)


def _collection(name: str) -> str:
    """`flexible_asset`, `FlexibleAsset`, `Flexible Asset` or `FlexibleAssets` -> `flexible_assets`.

    A tag of flexible assets was recorded with the type `FlexibleAssetTypes`.
    """
    plain = name.replace(" ", "").replace("_", "").replace("-", "").casefold().rstrip("s")
    known = {each.replace("_", "").removesuffix("s"): each for each in _RELATABLE}
    return known.get(plain.removesuffix("type"), known.get(plain, name))


def _class_name(resource: str) -> str:
    """`ssl_certificates` -> `SslCertificate`."""
    return "".join(word.capitalize() for word in resource.removesuffix("s").split("_"))


_CLASSES = {names[0]: resource for resource, names in DESTINATIONS.items()}
_RELATABLE = (*DESTINATIONS, "document_folders", "password_folders", "checklists", "tickets")
