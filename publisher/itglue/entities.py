"""Every entity of IT Glue as one row: where it lies, what it holds, how it is deleted.

Taken from public wrappers of IT Glue's developer documentation. Most deletions are bulk: a DELETE
on the collection whose body names the ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from publisher.itglue import models as m

if TYPE_CHECKING:
    from publisher.itglue.collections import Collections
    from publisher.itglue.resources import Resource
    from publisher.itglue.sync import ITGlueClient, SyncResource

A = TypeVar("A", bound=m.Attributes)


@dataclass(frozen=True, slots=True)
class Entity(Generic[A]):
    """One kind of record, and its collection."""

    path: str
    """The collection's segment: plural, snake_case."""
    attributes: type[A]
    delete: Literal["single", "bulk"] = "bulk"
    """`single`: DELETE on the record; `bulk`: on the collection, with a body."""
    wire_type: str = ""
    """JSON:API's `type`, where it is not the path in kebab-case."""
    most_pages: int | None = None
    """The list ends after so many pages, whatever it holds."""
    finds_parts: bool = False
    """Whether `filter[name]` looks for a part of the name, in any case (seen by a client's author);
    elsewhere it wants the whole name, or is ignored."""

    @property
    def type(self) -> str:
        return self.wire_type or m.kebab(self.path)


class Entry(Generic[A]):
    """An entity as an attribute of a client: a `Resource` there, a `SyncResource` there."""

    def __init__(self, entity: Entity[A]) -> None:
        self.entity = entity

    @overload
    def __get__(self, client: None, owner: type) -> Entry[A]: ...
    @overload
    def __get__(self, client: Collections, owner: type) -> Resource[A]: ...
    @overload
    def __get__(self, client: ITGlueClient, owner: type) -> SyncResource[A]: ...
    def __get__(self, client: Collections | ITGlueClient | None, owner: type) -> Any:
        return self if client is None else client.resource(self.entity)


ATTACHMENTS = Entity("attachments", m.Attachment)
RELATED_ITEMS = Entity("related_items", m.RelatedItem)
FIELDS = Entity("flexible_asset_fields", m.FlexibleAssetField, "single")
SECTIONS = Entity("sections", m.DocumentSection, "single", wire_type="document-sections")
DOCUMENT_FOLDERS = Entity("document_folders", m.Folder)
PASSWORD_FOLDERS = Entity("password_folders", m.Folder)
DOCUMENTS = Entity("documents", m.Document)
INTERFACES = Entity("configuration_interfaces", m.ConfigurationInterface)
IMAGES = Entity("document_images", m.DocumentImage, "single")


def _plain(path: str) -> Entry[m.Attributes]:
    """A list of names (and a few more attributes)."""
    return Entry(Entity(path, m.Attributes))


class Entities:
    """The collections that a client has; those below a record are reached with `under`."""

    organizations = Entry(Entity("organizations", m.Organization))
    flexible_asset_types = Entry(Entity("flexible_asset_types", m.FlexibleAssetType))
    flexible_asset_fields = Entry(FIELDS)
    flexible_assets = Entry(Entity("flexible_assets", m.FlexibleAsset, "single"))
    configurations = Entry(Entity("configurations", m.Configuration, finds_parts=True))
    configuration_interfaces = Entry(INTERFACES)
    contacts = Entry(Entity("contacts", m.Contact))
    locations = Entry(Entity("locations", m.Location, finds_parts=True))
    passwords = Entry(Entity("passwords", m.Password, "single", finds_parts=True))
    documents = Entry(DOCUMENTS)
    document_images = Entry(IMAGES)
    checklists = Entry(Entity("checklists", m.Owned))
    users = Entry(Entity("users", m.User))
    groups = Entry(Entity("groups", m.Attributes, "single"))
    domains = Entry(Entity("domains", m.Domain))
    expirations = Entry(Entity("expirations", m.Expiration))
    logs = Entry(Entity("logs", m.Attributes, most_pages=5))
    user_metrics = Entry(Entity("user_metrics", m.Attributes))
    exports = Entry(Entity("exports", m.Attributes, "single"))
    organization_types = _plain("organization_types")
    organization_statuses = _plain("organization_statuses")
    configuration_types = _plain("configuration_types")
    configuration_statuses = _plain("configuration_statuses")
    contact_types = _plain("contact_types")
    password_categories = _plain("password_categories")
    manufacturers = _plain("manufacturers")
    models = _plain("models")
    operating_systems = _plain("operating_systems")
    platforms = _plain("platforms")
    countries = _plain("countries")
    regions = _plain("regions")


ENTITIES: dict[str, Entity[Any]] = {
    name: entry.entity for name, entry in vars(Entities).items() if isinstance(entry, Entry)
}
"""All of them by name."""

BY_TYPE: dict[str, Entity[Any]] = {
    entity.type: entity
    for entity in (ATTACHMENTS, RELATED_ITEMS, SECTIONS, DOCUMENT_FOLDERS, PASSWORD_FOLDERS)
} | {entity.type: entity for entity in ENTITIES.values()}
"""All of them, and those below a record, by JSON:API type."""
