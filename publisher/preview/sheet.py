"""One document for one organization -> the fields, files and links of the asset it would become.

The HTML is what would be sent, from the same functions; only references lead to this server
instead of IT Glue's addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from publisher.gather.content import Content, Link
from publisher.gather.copies import Rendered
from publisher.gather.links import Linker
from publisher.marker import Marker, content_digest
from publisher.model import NATIVE, AssetType, Diagnostic, Document, Json, Organization
from publisher.preview.collection import Collection, Resolved
from publisher.preview.model import Attached, Value
from publisher.preview.offline import plain_type
from publisher.targets import File
from publisher.types import Shape, Wrong, seeds_of, shape_of, values_of, wrong_trait

_UNSENT = "000000000000"
"""Stands for the attempt in the marker, which is drawn when an asset is created."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The asset that a target would be."""

    traits: Mapping[str, Json]
    """As they would be sent, references led to this server."""
    values: tuple[Value, ...]
    files: Mapping[str, File]
    links: tuple[Link | None, ...]
    problems: tuple[Diagnostic, ...] = field(default=())


def document_url(path: str, organization: str = "") -> str:
    """Where this server shows a document."""
    return f"/d/{quote(path)}" + (f"?org={quote(organization)}" if organization else "")


def file_url(path: str) -> str:
    """Where this server gives a file of the docs root."""
    return f"/files/{quote(path)}"


def lay_out(
    collection: Collection,
    one: Resolved,
    rendered: Rendered,
    organization: Organization,
    marker: str,
) -> Sheet:
    """Compose what one target would be; what cannot be placed is a problem, and the rest goes on.

    *marker* is the name-key of the trait that carries the marker, where the type has it.
    """
    document, page = rendered.copy.document, rendered.page
    kind = one.type or plain_type(document_type(one))
    linker = Linker(
        collection.gallery.tree,
        collection.index,
        collection.candidates,
        raster=collection.gallery.raster,
        web_view=collection.project.config.docs.web_view,
    )
    files, _ = linker.files(document, page)
    links, dead = linker.links(document, page, organization, files)
    kind, shape, values, found = _placed(document, kind, marker, page.title)
    content = Content(
        collection.project.name,
        document.key(organization.id),
        document.path,
        values,
        page.html,
        links,
        shape.body,
        shape.marker,
    )
    carried = Marker(
        content.repository, content.key, _UNSENT, content_digest(content.fingerprints())
    )
    traits = content.compose(_addresses(collection, files), carried, None, creating=True)
    shown = _with_headers(_shown(document, kind, shape, traits))
    # That the type is unknown has been said; what would not fit it is not known.
    return Sheet(
        traits,
        shown,
        files,
        links,
        (*(found if one.type else ()), *map(rendered.copy.placed, dead)),
    )


def document_type(one: Resolved) -> str:
    """The type's name: the catalog's, else as written."""
    return one.type.name if one.type else one.document.type


def _placed(
    document: Document, kind: AssetType, marker: str, title: str
) -> tuple[AssetType, Shape, dict[str, Json], list[Diagnostic]]:
    """Where everything goes, and what is wrong with it."""
    if kind is NATIVE:  # a title and a text, which is all that is shown of it
        return plain_type(kind.name), Shape("title", "body", ""), {"title": title}, []
    try:
        shape = shape_of(document, kind, marker)
    except Wrong as wrong:  # the text is shown all the same, by itself
        where = "body" if document.body_field else "type"
        problem = wrong_trait(document, wrong, where)
        return plain_type(kind.name), Shape("title", "body", ""), {"title": title}, [problem]
    values, found = values_of(document, kind, shape, title)
    _, misnamed = seeds_of(document, kind, shape)
    return kind, shape, values, [*found, *misnamed]


def _addresses(collection: Collection, files: Mapping[str, File]) -> Callable[[str], str]:
    def address(ref: str) -> str:
        kind, _, what = ref.partition(":")
        if kind == "file":
            return file_url(files[what].path)
        path, organization = collection.targets.get(what, ("", ""))
        return document_url(path, organization) if path else ""

    return address


def _shown(
    document: Document, kind: AssetType, shape: Shape, traits: Mapping[str, Json]
) -> Iterator[Value]:
    """The fields that hold something, in the type's order, as IT Glue lists them."""
    fields = {f.key: (f.name, f.kind) for f in kind.fields}
    written = {f.key: value for name, value in document.traits.items() if (f := kind.field(name))}
    for key, (name, what) in fields.items():
        if what == "Header":
            yield Value(key, name, what, "")
        elif traits.get(key) in (None, "", []):
            continue
        elif what == "Textbox":
            yield Value(key, name, what, "", framed(str(traits[key])))
        else:
            value = written.get(key, traits[key])  # a tag as it was written, not by its id
            yield Value(key, name, what, plain(value), marker=key == shape.marker)


def _with_headers(values: Iterable[Value]) -> tuple[Value, ...]:
    """The same without headers that nothing stands under."""
    kept: list[Value] = []
    for value in values:
        if kept and kept[-1].kind == "Header" and value.kind == "Header":
            kept.pop()
        kept.append(value)
    if kept and kept[-1].kind == "Header":
        kept.pop()
    return tuple(kept)


def plain(value: Json) -> str:
    """A value as a reader sees it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(one)}" for one in value.values())
    return "" if value is None else str(value)


_ANCHOR = re.compile(r'<a (?=[^>]*href="(#|/|[^"])[^"]*")')


def framed(html: str) -> str:
    """Let links out of a frame: to other documents in the window, to the web in a new one."""

    def target(tag: re.Match[str]) -> str:
        if tag[1] == "#":
            return '<a target="_self" '
        return '<a target="_top" ' if tag[1] == "/" else '<a target="_blank" rel="noopener" '

    return _ANCHOR.sub(target, html)


def attached(files: Mapping[str, File]) -> tuple[Attached, ...]:
    """The files that go along, by name."""
    return tuple(Attached(file.name, file.path, file.size) for _, file in sorted(files.items()))


def related(document: Document) -> tuple[tuple[str, str], ...]:
    """Related items as (kind, name)."""
    return tuple(
        (kind.replace("_", " "), plain(name))
        for item in document.related
        for kind, name in item.items()
    )
