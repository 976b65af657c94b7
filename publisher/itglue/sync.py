"""`ITGlueClient`: the same client for plain scripts, without async.

One implementation: every call runs on the asynchronous client, in an event loop of its own thread.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import (
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from publisher.itglue.attachments import Attachments
from publisher.itglue.blocking import blocking
from publisher.itglue.bulk import Done, Progress, for_each_in_threads, silent
from publisher.itglue.client import ITGlue
from publisher.itglue.entities import Entities, Entity
from publisher.itglue.hooks import Callback, Change
from publisher.itglue.models import (
    Attachment,
    Attributes,
    DocumentSection,
    FlexibleAssetField,
    Folder,
    Organization,
    Record,
    RelatedItem,
)
from publisher.itglue.paging import LARGEST, Page
from publisher.itglue.resources import Filter, Id, Resource

A = TypeVar("A", bound=Attributes)
T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, which other threads call into."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="itglue-client", daemon=True
        )
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run *work* to its end; an interrupt (Ctrl-C) cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def iterate(self, source: AsyncIterator[T]) -> Iterator[T]:
        """Draw from an asynchronous iterator, as the caller asks for more."""
        end = object()

        async def draw() -> Any:
            return await anext(source, end)

        while (item := self.run(draw())) is not end:
            yield item

    @property
    def running(self) -> bool:
        return not self._loop.is_closed()

    def close(self) -> None:
        """Stop the loop and its thread."""
        if not self.running:
            return
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class SyncResource(Generic[A]):
    """One collection of records; see `Resource` for what each method does and raises."""

    def __init__(self, resource: Resource[A], loop: Loop) -> None:
        self._resource, self._loop = resource, loop

    def under(self, parent: str, parent_id: Id) -> SyncResource[A]:
        return SyncResource(self._resource.under(parent, parent_id), self._loop)

    def pages(
        self,
        *,
        filter: Filter | None = None,  # noqa: A002 (the API's own word)
        sort: str | None = None,
        include: Sequence[str] = (),
        size: int = LARGEST,
        params: Mapping[str, str] | None = None,
    ) -> Iterator[Page[A]]:
        return self._loop.iterate(
            self._resource.pages(
                filter=filter, sort=sort, include=include, size=size, params=params
            )
        )

    def named(self, name: str, *, filter: Filter | None = None) -> list[Record[A]]:  # noqa: A002 (the API's own word)
        return self._loop.run(self._resource.named(name, filter=filter))

    def search(self, text: str, *, filter: Filter | None = None) -> list[Record[A]]:  # noqa: A002 (the API's own word)
        return self._loop.run(self._resource.search(text, filter=filter))

    def get(
        self,
        record_id: Id,
        *,
        include: Sequence[str] = (),
        params: Mapping[str, str] | None = None,
    ) -> Record[A] | None:
        return self._loop.run(self._resource.get(record_id, include=include, params=params))

    def create(
        self, attributes: Mapping[str, Any], *, relationships: Mapping[str, Any] | None = None
    ) -> Record[A]:
        return self._loop.run(self._resource.create(attributes, relationships=relationships))

    def create_many(self, records: Iterable[Mapping[str, Any]]) -> list[Record[A]]:
        return self._loop.run(self._resource.create_many(records))

    def update(self, record_id: Id, attributes: Mapping[str, Any]) -> Record[A]:
        return self._loop.run(self._resource.update(record_id, attributes))

    def update_many(self, changes: Mapping[Id, Mapping[str, Any]]) -> list[Record[A]]:
        return self._loop.run(self._resource.update_many(changes))

    def delete(self, ids: Id | Iterable[Id]) -> None:
        self._loop.run(self._resource.delete(ids))

    def delete_many(self, ids: Iterable[Id]) -> set[str] | None:
        return self._loop.run(self._resource.delete_many(ids))

    def act(self, record_id: Id, action: str) -> None:
        self._loop.run(self._resource.act(record_id, action))

    # Last, because from here on `list` is the method in this class.
    def list(
        self,
        *,
        filter: Filter | None = None,  # noqa: A002 (the API's own word)
        sort: str | None = None,
        include: Sequence[str] = (),
        size: int = LARGEST,
        params: Mapping[str, str] | None = None,
    ) -> Iterator[Record[A]]:
        pages = self.pages(filter=filter, sort=sort, include=include, size=size, params=params)
        return (record for page in pages for record in page.records)


class SyncAttachments:
    """The attachments of one record; see `Attachments`."""

    def __init__(self, attachments: Attachments, loop: Loop) -> None:
        self._attachments, self._loop = attachments, loop

    def list(self) -> Iterator[Record[Attachment]]:
        return SyncResource(self._attachments.resource, self._loop).list()

    def create(self, file_name: str, content: bytes) -> Record[Attachment]:
        return self._loop.run(self._attachments.create(file_name, content))

    def rename(self, attachment_id: Id, name: str) -> Record[Attachment]:
        return self._loop.run(self._attachments.rename(attachment_id, name))

    def delete(self, ids: Id | Iterable[Id]) -> None:
        self._loop.run(self._attachments.delete(ids))


class ITGlueClient(Entities):
    """`ITGlue` without async: the same arguments, attributes and methods.

    For example:

    with ITGlueClient(instance="sandbox") as itglue:
        for organization in itglue.organizations.list(sort="name"):
            ...
    """

    def __init__(self, **arguments: Any) -> None:
        """Take the arguments of `ITGlue`, and raise what it raises."""
        self._client = ITGlue(**arguments)
        self._loop = Loop()

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self._client.base_url

    @property
    def requests(self) -> int:
        """Requests sent so far by this object, repeats included."""
        return self._client.requests

    @property
    def budget_left(self) -> int:
        """Requests that may still be sent at once."""
        return self._client.budget_left

    @property
    def budget(self) -> int:
        """Requests that may be sent in a whole window."""
        return self._client.budget

    def resource(self, entity: Entity[A]) -> SyncResource[A]:
        """The collection of an entity."""
        return SyncResource(self._client.resource(entity), self._loop)

    def on(self, event: str, callback: Callback) -> Callable[[], None]:
        """Call *callback* after each *event*; see `hooks.py`. Returns what takes it away again.

        A plain function runs in a thread of its own, so that it may use this client.

        Raises:
            ValueError: there is no such event.
        """
        if inspect.iscoroutinefunction(callback):
            return self._client.on(event, callback)

        @functools.wraps(callback)
        async def apart(change: Change) -> None:
            await asyncio.to_thread(callback, change)

        return self._client.on(event, apart)

    def attachments(self, parent: str, parent_id: Id) -> SyncAttachments:
        """The attachments of a record."""
        return SyncAttachments(self._client.attachments(parent, parent_id), self._loop)

    def related_items(self, parent: str, parent_id: Id) -> SyncResource[RelatedItem]:
        """The links of a record."""
        return SyncResource(self._client.related_items(parent, parent_id), self._loop)

    def sections(self, document_id: Id) -> SyncResource[DocumentSection]:
        """The sections of a document."""
        return SyncResource(self._client.sections(document_id), self._loop)

    def fields(self, type_id: Id) -> SyncResource[FlexibleAssetField]:
        """The fields of a flexible asset type."""
        return SyncResource(self._client.fields(type_id), self._loop)

    def document_folders(self, organization_id: Id) -> SyncResource[Folder]:
        """The document folders of an organization, at all depths."""
        return SyncResource(self._client.document_folders(organization_id), self._loop)

    types_with_fields = blocking(ITGlue.types_with_fields)
    health = blocking(ITGlue.health)
    list_documents = blocking(ITGlue.list_documents)
    create_document = blocking(ITGlue.create_document)
    publish_document = blocking(ITGlue.publish_document)
    add_document_image = blocking(ITGlue.add_document_image)
    upload_document = blocking(ITGlue.upload_document)
    download_attachment = blocking(ITGlue.download_attachment)
    create_flexible_asset_type = blocking(ITGlue.create_flexible_asset_type)
    create_flexible_asset_from_markdown = blocking(ITGlue.create_flexible_asset_from_markdown)
    link = blocking(ITGlue.link)
    relationships = blocking(ITGlue.relationships)

    def for_each_organization(
        self,
        work: Callable[[Record[Organization]], T],
        organizations: Iterable[Record[Organization]] | None = None,
        *,
        at_once: int = 8,
        progress: Progress = silent,
    ) -> Done[Record[Organization], T]:
        """Call *work*, in threads, for each organization (all by default); see `bulk.for_each`."""
        which = self.organizations.list() if organizations is None else organizations
        everything = list(
            which
        )  # read here: this generator would wait inside the loop's own thread
        return for_each_in_threads(everything, work, at_once=at_once, progress=progress)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(work)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, and end the thread."""
        if self._loop.running:
            self._loop.run(self._client.aclose())
        self._loop.close()
