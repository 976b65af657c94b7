"""What scripts for IT Glue do every day, as one call each.

Wherever an organization or a type is asked for, an id, a record or its exact name will do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from publisher.errors import PublisherError, Rejected
from publisher.itglue import bulk, documents, links
from publisher.itglue.bulk import Done, Progress, silent
from publisher.itglue.collections import Collections
from publisher.itglue.documents import Section, Text
from publisher.itglue.files import Render, pictures_beside, read_text
from publisher.itglue.links import Ref, Relationship
from publisher.itglue.lookup import Which, id_of
from publisher.itglue.models import (
    Attachment,
    Document,
    DocumentImage,
    FlexibleAsset,
    FlexibleAssetType,
    Organization,
    Record,
    RelatedItem,
)
from publisher.itglue.resources import Id
from publisher.itglue.types import body_key, title_key

R = TypeVar("R")

DEFAULT_FIELDS: tuple[Mapping[str, Any], ...] = (
    {
        "name": "Title",
        "kind": "Text",
        "required": True,
        "show-in-list": True,
        "use-for-title": True,
    },
    {"name": "Content", "kind": "Textbox", "required": False, "show-in-list": False},
)


class Conveniences(Collections):
    """Methods of `ITGlue` that are made of several requests."""

    async def list_documents(
        self, organization: Which, *, search: str = ""
    ) -> list[Record[Document]]:
        """All documents of an organization, in folders too; *search*: a part of their name.

        Raises:
            NotOne: no organization has that name, or several have.
        """
        home = await id_of(self.organizations, organization)
        return await documents.all_documents(self, home, search)

    async def create_document(
        self,
        organization: Which,
        name: str,
        sections: Iterable[Section],
        *,
        folder_id: Id | None = None,
        images: Mapping[str, bytes] | None = None,
        publish: bool = True,
    ) -> Record[Document]:
        """Create a native document: the document, its pictures, its sections; then publish it.

        Args:
            organization: whose it is.
            name: its name.
            sections: `Text`, `Heading` and `Step`, in their order.
            folder_id: the folder to put it in; the top without one.
            images: what an `<img src>` of the sections says -> the picture's bytes.
            publish: False leaves a draft.

        Raises:
            NotOne: no organization has that name, or several have.
            OutcomeUnknown, Rejected, …: as `Resource.create`. When the document was created before
                that, it stays as a draft, and the error's notes name it.
        """
        home = await id_of(self.organizations, organization)
        return await documents.create_document(
            self, home, name, sections, folder_id=folder_id, images=images, publish=publish
        )

    async def publish_document(self, document_id: Id) -> None:
        """Make the changes of a document's sections visible. Raises as `Resource.update`."""
        await self.documents.act(document_id, "publish")

    async def add_document_image(
        self, document_id: Id, file_name: str, content: bytes
    ) -> Record[DocumentImage]:
        """Upload a picture; its `inline_resource_url` is what an `<img src>` must say verbatim."""
        return await documents.add_image(self, document_id, file_name, content)

    async def upload_document(
        self,
        organization: Which,
        file: Path,
        *,
        name: str | None = None,
        folder_id: Id | None = None,
        native: bool = False,
        render: Render | None = None,
    ) -> Record[Document]:
        """Make a document of a file: with the file attached, or (*native*) with its text inside.

        Args:
            organization: whose it is.
            file: any file to attach; for *native*, HTML, plain text or what *render* reads.
            name: its name; else the text's title, else the file's name.
            folder_id: the folder to put it in; the top without one.
            native: put the file's text into a section instead of attaching the file. Pictures
                that lie beside it are uploaded with it.
            render: turns the text into a title and HTML, such as
                `publisher.scripting.render_markdown`.

        Raises:
            OSError, UnicodeDecodeError: the file cannot be read.
            ValueError: *native* for a file that needs a *render*.
            NotOne, OutcomeUnknown, Rejected, …: as `create_document`.
        """
        if native:
            title, text = read_text(file, render)
            found = pictures_beside(file, text)
            name = name or title or file.stem
            return await self.create_document(
                organization, name, [Text(text)], folder_id=folder_id, images=found
            )
        content = file.read_bytes()
        document = await self.create_document(
            organization, name or file.stem, (), folder_id=folder_id
        )
        try:
            await self.attachments("documents", document.id).create(file.name, content)
        except PublisherError as error:
            error.add_note(f"Document {document.id} was created before, without the file.")
            raise
        return document

    async def download_attachment(
        self, attachment: Record[Attachment], to: Path | None = None
    ) -> bytes:
        """The content of an attachment; with *to*, it is written there too.

        Raises:
            Rejected: IT Glue gave no URL for it, or the URL has expired: read the record again.
            OutOfReach: the file cannot be had.
            OSError: *to* cannot be written.
        """
        url = attachment.attributes.download_url
        if not url:
            raise Rejected(404, "GET", f"attachment {attachment.id}", ["it has no download URL"])
        content = await self._sender.download(url)
        if to is not None:
            to.write_bytes(content)
        return content

    async def create_flexible_asset_type(
        self,
        name: str,
        fields: Sequence[Mapping[str, Any]] | None = None,
        *,
        icon: str = "file-text-o",
        description: str = "",
        show_in_menu: bool = True,
    ) -> Record[FlexibleAssetType]:
        """Create an asset type; without *fields*, with a Title and a Content.

        IT Glue has no way to delete a type again. Each field is a mapping of `name`, `kind` and
        what else a field has; `order` follows the sequence. Raises as `Resource.create`.
        """
        given = [{"order": n, **field} for n, field in enumerate(fields or DEFAULT_FIELDS, 1)]
        data = [
            {
                "type": "flexible-asset-fields",
                "attributes": {key.replace("_", "-"): value for key, value in field.items()},
            }
            for field in given
        ]
        attributes = {"name": name, "icon": icon, "description": description}
        return await self.flexible_asset_types.create(
            {**attributes, "show-in-menu": show_in_menu},
            relationships={"flexible-asset-fields": {"data": data}},
        )

    async def create_flexible_asset_from_markdown(
        self,
        organization: Which,
        type_: Which,
        source: str | Path,
        *,
        render: Render,
        title: str | None = None,
        body: str | None = None,
        traits: Mapping[str, Any] | None = None,
    ) -> Record[FlexibleAsset]:
        """Create an asset of a Markdown text, or (a Path) of a file.

        Args:
            organization: whose it is.
            type_: the asset type.
            source: the text, or the file that holds it.
            render: turns it into a title and HTML, such as `publisher.scripting.render_markdown`.
            title: instead of the text's own.
            body: the name-key of the field for the text; needed if there are several Textboxes.
            traits: values for other fields, by name-key.

        Raises:
            ValueError: the type has no field that is plainly for the title, or for the text; or
                there is no title.
            NotOne, OutcomeUnknown, Rejected, …: as `Resource.create`.
        """
        text = source.read_text("utf-8-sig") if isinstance(source, Path) else source
        found, content = render(text)
        title = title or found or (source.stem if isinstance(source, Path) else None)
        if not title:
            raise ValueError("the text has no title: pass one")
        home = await id_of(self.organizations, organization)
        kind = await id_of(self.flexible_asset_types, type_)
        fields = await self.fields(kind).list()
        values = {title_key(fields): title, body or body_key(fields): content, **(traits or {})}
        return await self.flexible_assets.create(
            {
                "organization-id": int(home),
                "flexible-asset-type-id": int(kind),
                "traits": values,
            }
        )

    async def link(
        self, source: Ref, destination: Ref, *, notes: str | None = None
    ) -> Record[RelatedItem] | None:
        """Relate a configuration, password, contact, asset, … to another; see `links.link`."""
        return await links.link(self, source, destination, notes=notes)

    async def relationships(self, ref: Ref) -> list[Relationship]:
        """All that a record is related to; see `links.relationships`."""
        return await links.relationships(self, ref)

    async def for_each_organization(
        self,
        work: Callable[[Record[Organization]], Awaitable[R]],
        organizations: Iterable[Record[Organization]] | None = None,
        *,
        at_once: int = 8,
        progress: Progress = silent,
    ) -> Done[Record[Organization], R]:
        """Await *work* for each organization (all of them by default); see `bulk.for_each`."""
        which = await self.organizations.list() if organizations is None else organizations
        return await bulk.for_each(which, work, at_once=at_once, progress=progress)
