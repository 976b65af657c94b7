"""Native documents: their text lies in sections, as a draft until they are published.

Facts (IT Glue API documentation as its public wrappers carry it, and their authors' live tests): a
document is created empty, then come its pictures, then the sections that name them; a PATCH of
`/documents/ID/publish` makes all of it visible. The list below an organization holds root documents
only, unless it is asked for those in folders.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from publisher.errors import PublisherError, Rejected
from publisher.itglue.entities import DOCUMENTS
from publisher.itglue.events import log
from publisher.itglue.models import Attributes, Document, DocumentImage, Record
from publisher.itglue.paging import Page
from publisher.itglue.resources import Filter, Id, Resource, as_number

if TYPE_CHECKING:
    from publisher.itglue.collections import Collections

A = TypeVar("A", bound=Attributes)

PAGE = 100
"""A smaller page than elsewhere: each document brings its whole text along."""

_SOURCE = re.compile(r"""(<img\b[^>]*?\bsrc\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Text:
    """A section of HTML."""

    html: str

    def attributes(self) -> dict[str, Any]:
        return {"resource-type": "Document::Text", "content": self.html}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of *level* 1 to 6, plain text."""

    text: str
    level: int = 2

    def attributes(self) -> dict[str, Any]:
        return {"resource-type": "Document::Heading", "content": self.text, "level": self.level}


@dataclass(frozen=True, slots=True)
class Step:
    """A step to tick off, of HTML; *minutes* is how long it takes."""

    html: str
    minutes: int | None = None

    def attributes(self) -> dict[str, Any]:
        time = {} if self.minutes is None else {"duration": self.minutes}
        return {"resource-type": "Document::Step", "content": self.html, **time}


Section: TypeAlias = Text | Heading | Step


async def all_pages(
    documents: Resource[A],
    *,
    filter: Filter | None = None,  # noqa: A002 (the API's own word)
    sort: str | None = None,
    include: Sequence[str] = (),
    size: int = PAGE,
) -> AsyncIterator[Page[A]]:
    """The pages of an organization's documents: those at the top, then those in folders.

    A document may come twice, as clients' authors disagree on what the filters mean: 'not null' is
    said to give those in folders, 'null' to give all; a server may refuse either. Raises as
    `Resource.pages`.
    """
    chosen = dict(filter or {})
    async for page in documents.pages(filter=chosen, sort=sort, include=include, size=size):
        yield page
    for form in ({"ne": "null"}, "null", {"ne": ""}):
        more = {**chosen, "document_folder_id": form}
        try:
            async for page in documents.pages(filter=more, sort=sort, include=include, size=size):
                yield page
        except Rejected as refused:
            if refused.status not in (400, 422):
                raise
        else:
            return
    log("warning", "documents in folders cannot be listed", path=documents.path)


async def all_documents(
    itglue: Collections, organization_id: Id, search: str = ""
) -> list[Record[Document]]:
    """All documents of an organization, each once; with *search*: in their name, any case.

    IT Glue ignores a name filter here, so names are compared here.
    """
    documents = itglue.resource(DOCUMENTS).under("organizations", organization_id)
    found = {r.id: r async for page in all_pages(documents) for r in page.records}
    part = search.strip().casefold()
    return [r for r in found.values() if part in (r.attributes.name or "").casefold()]


async def add_image(
    itglue: Collections, document_id: Id, file_name: str, content: bytes
) -> Record[DocumentImage]:
    """Upload a picture for a document; its `inline_resource_url` is what an `<img src>` names."""
    encoded = base64.b64encode(content).decode("ascii")
    return await itglue.document_images.create(
        {
            "target": {"type": "document", "id": as_number(document_id)},
            "image": {"content": encoded, "file-name": file_name},
        }
    )


async def create_document(
    itglue: Collections,
    organization_id: Id,
    name: str,
    sections: Iterable[Section],
    *,
    folder_id: Id | None = None,
    images: Mapping[str, bytes] | None = None,
    publish: bool = True,
) -> Record[Document]:
    """Create a document with its sections, and publish it.

    *images* maps what `<img src>` says to a picture's bytes: those are uploaded, and named by the
    URL that IT Glue gives them. When a later step fails, the document stays as a draft, and the
    error carries a note that names it.
    """
    attributes: dict[str, Any] = {"organization_id": as_number(organization_id), "name": name}
    if folder_id is not None:
        attributes["document_folder_id"] = as_number(folder_id)
    document = await itglue.documents.create(attributes)
    try:
        urls = await _upload(itglue, document.id, images or {})
        for number, section in enumerate(sections):
            values = section.attributes() | {"sort": number}
            if not isinstance(section, Heading):
                values["content"] = with_sources(values["content"], urls)
            await itglue.sections(document.id).create(values)
        if publish:
            await itglue.documents.act(document.id, "publish")
            return await itglue.documents.get(document.id) or document
    except PublisherError as error:
        error.add_note(f"Document {document.id} was created before, and is left as a draft.")
        raise
    return document


async def _upload(
    itglue: Collections, document_id: Id, images: Mapping[str, bytes]
) -> dict[str, str]:
    """Upload pictures; what the text calls each -> the URL that IT Glue gave it."""
    urls: dict[str, str] = {}
    for source, content in images.items():
        name = re.split(r"[/\\]", source)[-1]
        image = await add_image(itglue, document_id, name, content)
        url = image.attributes.inline_resource_url
        if not url:
            raise Rejected(422, "POST", "/document_images", ["no inline-resource-url came back"])
        urls[source] = url
    return urls


def sources(text: str) -> list[str]:
    """What the pictures of an HTML text name as their `src`."""
    return [html.unescape(match[3]) for match in _SOURCE.finditer(text)]


def with_sources(text: str, urls: Mapping[str, str]) -> str:
    """HTML with the `src` of its pictures exchanged."""

    def exchanged(match: re.Match[str]) -> str:
        url = urls.get(html.unescape(match[3]))
        return match[0] if url is None else f"{match[1]}{match[2]}{html.escape(url)}{match[2]}"

    return _SOURCE.sub(exchanged, text)
