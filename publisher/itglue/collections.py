"""All collections of records that a client reaches, at the top and below a record."""

from __future__ import annotations

from typing import TypeVar

from publisher.itglue.attachments import Attachments
from publisher.itglue.entities import (
    ATTACHMENTS,
    DOCUMENT_FOLDERS,
    FIELDS,
    RELATED_ITEMS,
    SECTIONS,
    Entities,
    Entity,
)
from publisher.itglue.hooks import Hooks
from publisher.itglue.models import (
    Attributes,
    DocumentSection,
    FlexibleAssetField,
    Folder,
    RelatedItem,
)
from publisher.itglue.resources import Id, Resource
from publisher.itglue.sender import Sender
from publisher.itglue.types import TypeWithFields, types_with_fields

A = TypeVar("A", bound=Attributes)


class Collections(Entities):
    """Every entity of `Entities` as an attribute, and those that lie below a record."""

    hooks: Hooks
    _sender: Sender

    def resource(self, entity: Entity[A]) -> Resource[A]:
        """The collection of an entity."""
        return Resource(self._sender, entity, hooks=self.hooks)

    def attachments(self, parent: str, parent_id: Id) -> Attachments:
        """The attachments of a record: `attachments("flexible_assets", 987)`."""
        return Attachments(self.resource(ATTACHMENTS).under(parent, parent_id))

    def related_items(self, parent: str, parent_id: Id) -> Resource[RelatedItem]:
        """The links of a record. IT Glue lists them only as `include=related_items` on `get`."""
        return self.resource(RELATED_ITEMS).under(parent, parent_id)

    def sections(self, document_id: Id) -> Resource[DocumentSection]:
        """The sections of a document, which hold its text."""
        return self.resource(SECTIONS).under("documents", document_id)

    def document_folders(self, organization_id: Id) -> Resource[Folder]:
        """The document folders of an organization, at all depths."""
        return self.resource(DOCUMENT_FOLDERS).under("organizations", organization_id)

    def fields(self, type_id: Id) -> Resource[FlexibleAssetField]:
        """The fields of a flexible asset type."""
        return self.resource(FIELDS).under("flexible_asset_types", type_id)

    async def types_with_fields(self) -> list[TypeWithFields]:
        """All flexible asset types, each with its fields in their order."""
        return await types_with_fields(self.flexible_asset_types, self.fields)
