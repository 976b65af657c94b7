"""What is kept of a record: names, ids, flags and times from a list per entity; nothing else.

An allow-list, so that an attribute that IT Glue adds tomorrow is not kept by accident. Notes,
descriptions, traits, section contents, password values and default values (which are contents too)
are on no list, and passwords are no entity here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from publisher.itglue.links import told_by
from publisher.itglue.models import Attributes, Record

Scalar: TypeAlias = str | int | float | bool | None

_TIMES = ("created_at", "updated_at")
_OWNED = ("organization_id", "organization_name", "resource_url", "restricted", "archived")

KEPT: Mapping[str, tuple[str, ...]] = {
    "organizations": (
        "name", "short_name", "primary", "organization_type_id", "organization_type_name",
        "organization_status_id", "organization_status_name", "resource_url", *_TIMES,
    ),
    "configurations": (
        "name", "hostname", "primary_ip", "mac_address", "serial_number", "asset_tag",
        "configuration_type_id", "configuration_type_name", "configuration_status_id",
        "configuration_status_name", "manufacturer_id", "manufacturer_name", "model_id",
        "model_name", "location_id", "location_name", "contact_id", "contact_name",
        "warranty_expires_at", *_OWNED, *_TIMES,
    ),
    "contacts": (
        "name", "first_name", "last_name", "title", "contact_type_id", "contact_type_name",
        "location_id", "location_name", "important", *_OWNED, *_TIMES,
    ),
    "flexible_asset_types": ("name", "icon", "enabled", "show_in_menu", *_TIMES),
    "flexible_asset_fields": (
        "name", "name_key", "flexible_asset_type_id", "order", "kind", "tag_type", "decimals",
        "required", "use_for_title", "show_in_list", "expiration", *_TIMES,
    ),
    "flexible_assets": (
        "name", "flexible_asset_type_id", "flexible_asset_type_name", *_OWNED, *_TIMES,
    ),
    "documents": (
        "name", "document_folder_id", "public", "published", "published_at", "draft", *_OWNED,
        *_TIMES,
    ),
}  # fmt: skip
"""Entity -> the attributes that are kept."""

_NAMES = ("name", "short_name", "hostname", "first_name", "last_name", "name_key")
"""Attributes whose words a search finds."""
_SCOPES = {"documents": "organization_id", "flexible_assets": "flexible_asset_type_id"}
"""Entities that have no one list: what their lists go by."""
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
"""Letters that Unicode does not take apart into a base and an accent."""


@dataclass(frozen=True, slots=True)
class Item:
    """The metadata of one record."""

    entity: str
    """Where it lies: `organizations`, …"""
    id: str
    attributes: Mapping[str, Scalar] = field(repr=False)
    seen: float
    """When IT Glue last said so, in seconds since the epoch."""

    @property
    def name(self) -> str:
        named = self.attributes.get("name")
        parts = (self.attributes.get("first_name"), self.attributes.get("last_name"))
        return str(named or " ".join(str(part) for part in parts if part))

    @property
    def organization_id(self) -> str | None:
        own = self.entity == "organizations"
        return self.id if own else _text(self.attributes.get("organization_id"))

    @property
    def updated_at(self) -> str | None:
        return _text(self.attributes.get("updated_at"))

    @property
    def scope(self) -> str:
        """Which list of the entity it stands on; '' where there is only one."""
        return _text(self.attributes.get(_SCOPES.get(self.entity, ""))) or ""

    @property
    def words(self) -> str:
        """What a search looks through."""
        found = (self.attributes.get(name) for name in _NAMES)
        return fold(" ".join(str(value) for value in found if value))


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship, as seen from one of its ends: what stands at the other."""

    kind: str
    """`link`, `tag` or `attribute`; see `publisher.itglue.links`."""
    entity: str
    """Of the record at the other end: `passwords`, …"""
    id: str
    name: str


def item_of(entity: str, record: Record[Any], seen: float) -> Item:
    """The metadata of a record: what is on the list, and a plain value."""
    return Item(entity, record.id, kept(entity, record.attributes), seen)


def kept(entity: str, attributes: Attributes) -> dict[str, Scalar]:
    """What came of the attributes that are kept."""
    found = ((name, attributes[name]) for name in KEPT[entity] if _came(attributes, name))
    return {name: value for name, value in found if isinstance(value, Scalar)}


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)


def _came(attributes: Attributes, name: str) -> bool:
    extra = attributes.model_extra or {}
    return name in attributes.model_fields_set or name in extra or name.replace("_", "-") in extra


def links_of(entity: str, record: Record[Any]) -> list[Link]:
    """The relationships of a record, without their notes and without what lies inside of it."""
    told = told_by(record, (entity, record.id))
    return [Link(r.kind, r.resource, r.id, r.name or "") for r in told if r.kind != "inside"]


def fold(text: str) -> str:
    """A text without accents and case: `Zürich` and `ZURICH` are one."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.translate(_LETTERS)
