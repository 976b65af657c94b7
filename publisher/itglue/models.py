"""Records as IT Glue answers them: JSON:API resources with typed attributes.

Attribute names go by IT Glue's kebab-case on the wire and by snake_case here. What is not listed
here is kept (`attributes.model_extra`, under its wire name), and what is missing is None: servers
and plans differ. Times are the API's own strings; `parse_time` reads them.

The names were collected from public clients, recorded answers and wrappers of IT Glue's developer
documentation; for rarely used entities they may be incomplete.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from publisher.itglue.keys import MASK


def kebab(name: str) -> str:
    """`organization_id` -> `organization-id`; digits as in `address-1`."""
    return name.replace("_", "-")


def parse_time(text: str | None) -> dt.datetime | None:
    """One of the API's times (`2020-11-24T03:40:20.000Z`) as an aware datetime, UTC.

    None for None and for what is no time.
    """
    try:
        time = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return time.replace(tzinfo=dt.UTC) if time and time.tzinfo is None else time


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=kebab,
        populate_by_name=True,
        extra="allow",
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,  # an error must not quote a password or a text
        defer_build=True,  # few of them are met in a run, and all together take long to build
    )


class Attributes(_Wire):
    """What all entities may have; the attributes of an entity that is not known."""

    name: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def __getitem__(self, name: str) -> Any:
        """An attribute by its name in either spelling; None if it did not come."""
        extra = self.model_extra or {}
        if name in extra:
            return extra[name]
        return extra.get(kebab(name), getattr(self, name.replace("-", "_"), None))

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """What `repr` and `str` show: an attribute called password is masked, whatever has it."""
        for name, value in super().__repr_args__():
            yield name, MASK if name == "password" and value else value


A = TypeVar("A", bound=Attributes)


class Record(_Wire, Generic[A]):
    """One JSON:API resource."""

    id: str
    type: str = ""
    attributes: A
    relationships: dict[str, Any] = Field(default_factory=dict)
    included: list[Record[Attributes]] = Field(default_factory=list, exclude=True)
    """What came along with a record read by its id, because `include` asked for it."""

    def related_ids(self, relationship: str) -> list[str]:
        """The ids that a relationship names, as far as the server told."""
        entry = self.relationships.get(kebab(relationship))
        data = entry.get("data") if isinstance(entry, Mapping) else None
        items = data if isinstance(data, list) else [data]
        return [str(item["id"]) for item in items if isinstance(item, Mapping) and "id" in item]


# It refers to itself; without this, a `Record` that is not parametrized lacks its defaults.
Record.model_rebuild(force=True)


class Owned(Attributes):
    """Belongs to an organization."""

    organization_id: int | None = None
    organization_name: str | None = None
    resource_url: str | None = None
    restricted: bool | None = None
    archived: bool | None = None


class Organization(Attributes):
    short_name: str | None = None
    description: str | None = None
    alert: str | None = None
    quick_notes: str | None = None
    primary: bool | None = None
    logo: str | None = None
    organization_type_id: int | None = None
    organization_type_name: str | None = None
    organization_status_id: int | None = None
    organization_status_name: str | None = None


class FlexibleAssetType(Attributes):
    description: str | None = None
    icon: str | None = None
    enabled: bool | None = None
    show_in_menu: bool | None = None


class FlexibleAssetField(Attributes):
    flexible_asset_type_id: int | None = None
    order: int | None = None
    kind: str | None = None
    """Header, Text, Textbox, Number, Percent, Date, Checkbox, Select, Tag, Upload or Password."""
    hint: str | None = None
    decimals: int | None = None
    tag_type: str | None = None
    required: bool | None = None
    use_for_title: bool | None = None
    expiration: bool | None = None
    show_in_list: bool | None = None
    default_value: Any = None
    """For a Select: its options, one a line."""
    name_key: str | None = None
    """The trait's name; read it, never compute it."""


class FlexibleAsset(Owned):
    flexible_asset_type_id: int | None = None
    flexible_asset_type_name: str | None = None
    traits: dict[str, Any] = Field(default_factory=dict)

    @field_validator("traits", mode="before")
    @classmethod
    def _no_traits(cls, value: Any) -> Any:
        return value or {}


class Attachment(Attributes):
    attachment_file_name: str | None = None
    attachment_content_type: str | None = None
    attachment_file_size: int | None = None
    download_url: str | None = None


class RelatedItem(Attributes):
    destination_id: int | None = None
    destination_name: str | None = None
    destination_type: str | None = None
    resource_id: int | None = None
    resource_type_name: str | None = None
    resource_url: str | None = None
    asset_type: str | None = None
    notes: str | None = None


class Configuration(Owned):
    hostname: str | None = None
    primary_ip: str | None = None
    mac_address: str | None = None
    default_gateway: str | None = None
    serial_number: str | None = None
    asset_tag: str | None = None
    notes: str | None = None
    warranty_expires_at: str | None = None
    configuration_type_id: int | None = None
    configuration_type_name: str | None = None
    configuration_status_id: int | None = None
    configuration_status_name: str | None = None
    manufacturer_id: int | None = None
    manufacturer_name: str | None = None
    model_id: int | None = None
    model_name: str | None = None
    location_id: int | None = None
    location_name: str | None = None
    contact_id: int | None = None
    contact_name: str | None = None


class ConfigurationInterface(Attributes):
    configuration_id: int | None = None
    ip_address: str | None = None
    mac_address: str | None = None
    primary: bool | None = None
    port: str | None = None
    notes: str | None = None


class Contact(Owned):
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    contact_type_id: int | None = None
    contact_type_name: str | None = None
    location_id: int | None = None
    location_name: str | None = None
    important: bool | None = None
    notes: str | None = None
    contact_emails: list[dict[str, Any]] | None = None
    contact_phones: list[dict[str, Any]] | None = None


class Location(Owned):
    primary: bool | None = None
    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    postal_code: str | None = None
    region_name: str | None = None
    country_name: str | None = None
    phone: str | None = None
    notes: str | None = None


class Password(Owned):
    """Its `repr` shows names and ids only; the value is a `SecretStr`, and comes on `get` alone."""

    username: str | None = None
    password: SecretStr | None = None
    url: str | None = None
    notes: str | None = None
    password_category_id: int | None = None
    password_category_name: str | None = None
    password_folder_id: int | None = None
    password_updated_at: str | None = None
    resource_id: int | None = None
    resource_type: str | None = None

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield from (("name", self.name), ("organization_id", self.organization_id))

    __str__ = BaseModel.__repr__


class Document(Owned):
    document_folder_id: int | None = None
    public: bool | None = None
    published: bool | None = None
    published_at: str | None = None
    draft: bool | None = None


class DocumentSection(Attributes):
    document_id: int | None = None
    resource_id: int | None = None
    resource_type: str | None = None
    """Document::Text, Document::Heading, Document::Step or Document::Gallery."""
    sort: int | None = None
    content: str | None = None
    rendered_content: str | None = None
    level: int | None = None
    duration: int | None = None


class DocumentImage(Attributes):
    document_id: int | None = None
    document_gallery_id: int | None = None
    inline_resource_url: str | None = None
    """What an `<img src>` of the document must hold, verbatim."""
    size: int | None = None


class Folder(Owned):
    parent_id: int | None = None
    ancestor_ids: list[int] | None = None


class User(Attributes):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    role_name: str | None = None


class Domain(Owned):
    registrar_name: str | None = None
    expires_on: str | None = None
    notes: str | None = None


class Expiration(Owned):
    description: str | None = None
    expiration_date: str | None = None
    resource_id: int | None = None
    resource_name: str | None = None
    resource_type_name: str | None = None


class Unreadable(ValueError):
    """A resource without an id, or none at all. Says nothing of its content."""


def parse_record(data: Any, attributes: type[A]) -> Record[A]:
    """Read one JSON:API resource; an attribute of an unexpected kind is left out.

    Raises:
        Unreadable: there is no id.
    """
    given_id = data.get("id") if isinstance(data, Mapping) else None
    if not given_id or not isinstance(given_id, str | int):
        raise Unreadable("no id")
    given = data.get("attributes")
    relationships = data.get("relationships")
    return _record_of(attributes)(
        id=str(given_id),
        type=str(data.get("type") or ""),
        attributes=_parse_attributes(given if isinstance(given, Mapping) else {}, attributes),
        relationships=relationships if isinstance(relationships, dict) else {},
    )


@functools.cache  # pydantic itself forgets a model that nobody holds, and making one takes long
def _record_of(attributes: type[A]) -> type[Record[A]]:
    return Record[attributes]  # type: ignore[valid-type]  # the model is made at run time


def _parse_attributes(given: Mapping[str, Any], model: type[A]) -> A:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        odd = {str(problem["loc"][0]) for problem in error.errors(include_input=False)}
    return model.model_validate({name: value for name, value in given.items() if name not in odd})
