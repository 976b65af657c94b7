"""Attachments: files that hang on a record."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable

from publisher.itglue.models import Attachment, Record
from publisher.itglue.resources import Id, Listing, Resource


class Attachments:
    """The attachments of one record. IT Glue takes each up to about 7.5 MB (10 MB as base64).

    Their content cannot be replaced: create a new one and delete the old one.
    """

    def __init__(self, resource: Resource[Attachment]) -> None:
        self.resource = resource

    def list(self) -> Listing[Attachment]:
        """Read them all; see `Resource.list`."""
        return self.resource.list()

    async def create(
        self, file_name: str, content: bytes, *, before: Callable[[], None] | None = None
    ) -> Record[Attachment]:
        """Attach a file. As `Resource.create`; the same name may be given twice."""
        encoded = base64.b64encode(content).decode("ascii")
        file = {"content": encoded, "file_name": file_name}
        return await self.resource.create({"attachment": file}, before=before)

    async def rename(self, attachment_id: Id, name: str) -> Record[Attachment]:
        """Change the name that is shown; the file's own name stays."""
        return await self.resource.update(attachment_id, {"name": name})

    async def delete(self, ids: Id | Iterable[Id]) -> set[str] | None:
        """Delete one or several. Returns and raises as `Resource.delete_many`."""
        return await self.resource.delete_many([ids] if isinstance(ids, str | int) else ids)
