"""Pictures of documents: uploaded to a document or a gallery, then named by their relative URL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from publisher.simulator.behaviour import Behaviour, Draft, View
from publisher.simulator.errors import Json, invalid, missing
from publisher.simulator.files import file_of
from publisher.simulator.query import column
from publisher.simulator.store import Record
from publisher.simulator.values import as_id

if TYPE_CHECKING:
    from publisher.simulator.site import Site

_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_INLINE = re.compile(r'(<img\b[^>]*?\bsrc=")(/\d+/docs/\d+/images/(\d+))"')
_TARGET = "/data/attributes/target"


class Images(Behaviour):
    """Pictures; what is no picture is refused, as ImageMagick would."""

    def clean(self, site: Site, draft: Draft) -> None:
        target, image = draft.sent.get("target"), draft.sent.get("image")
        if not isinstance(target, Mapping):
            raise missing("target")
        if not isinstance(image, Mapping):
            raise missing("image")
        file = file_of(image, "/data/attributes/image")
        if not file.content.startswith(_MAGIC):
            raise invalid(
                "/data/attributes/image", "Paperclip::Errors::NotIdentifiedByImageMagickError"
            )
        document, gallery = _target(site, target)
        draft.parent = document
        draft.later["file"] = file
        draft.data = {
            "organization-id": document.organization_id,
            "name": file.name,
            "size": len(file.content),
            "document-id": document.id,
            "document-gallery-id": gallery,
            "target": {"type": "gallery" if gallery else "document", "id": gallery or document.id},
        }

    def saved(self, site: Site, draft: Draft, record: Record) -> Record:
        site.store.put_file(record.id, draft.later["file"])
        return record

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        for record, out in zip(records, outs, strict=True):
            signed = _signed(site, record)
            out |= dict.fromkeys(("original-src", "slim-src", "thumbnail-src"), signed)
            out["inline-resource-url"] = inline_url(record)


def inline_url(image: Record) -> str:
    """What a body must name as ``src``, verbatim."""
    data = image.data
    return f"/{data['organization-id']}/docs/{data['document-id']}/images/{image.id}"


def with_signed_images(site: Site, html: Json) -> Json:
    """*html* with inline pictures replaced by signed URLs, as ``rendered-content`` has them."""
    if not isinstance(html, str) or "/images/" not in html:
        return html
    ids = [int(match[3]) for match in _INLINE.finditer(html)]
    found = site.store.find(ids)

    def signed(match: re.Match[str]) -> str:
        image = found.get(int(match[3]))
        return f'{match[1]}{_signed(site, image)}"' if image else match[0]

    return _INLINE.sub(signed, html)


def _signed(site: Site, image: Record) -> str:
    return f"{site.download_url(image.id, image.name)}?X-Amz-Expires=3600"


def _target(site: Site, target: Mapping[str, Json]) -> tuple[Record, int | None]:
    """The document that a picture goes to and, if it is one, the gallery.

    Sources disagree whether a gallery is named by its own id or by its section's resource-id.
    """
    identity = as_id(target.get("id"), _TARGET)
    if target.get("type") == "document":
        return site.get("documents", identity), None
    if target.get("type") == "gallery":
        where = (
            f"resource = 'document_sections' AND {column('document-gallery-id')} IS NOT NULL"
            f" AND ? IN ({column('document-gallery-id')}, {column('resource-id')})"
        )
        for section in site.store.select(where, [identity]):
            return site.need(section.parent_id), section.data["document-gallery-id"]
    raise invalid(_TARGET, "must exist")
