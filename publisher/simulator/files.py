"""Files that travel as base64 inside JSON: ``{content, file_name}``."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.simulator.behaviour import Behaviour, Draft, View
from publisher.simulator.errors import Json, invalid, missing
from publisher.simulator.store import File, Record

if TYPE_CHECKING:
    from publisher.simulator.site import Site

VIEWABLE = frozenset({"gif", "jpeg", "jpg", "pdf", "png", "txt", "webp"})


def decode(sent: Mapping[str, Json], pointer: str) -> bytes:
    """The bytes of *sent*; strict base64, without a ``data:`` prefix."""
    content = sent.get("content")
    try:
        return base64.b64decode(
            str(content or "").replace("\n", "").replace("\r", ""), validate=True
        )
    except (binascii.Error, ValueError):
        raise invalid(pointer, "is not valid base64") from None


def file_of(sent: Mapping[str, Json], pointer: str) -> File:
    """The file in *sent*; its name is accepted as ``file_name`` and ``file-name``."""
    name = str(sent.get("file_name") or sent.get("file-name") or "")
    name = PurePosixPath(name.replace("\\", "/")).name
    if not name:
        raise invalid(pointer, "file name can't be blank")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(name, kind, decode(sent, pointer))


class Attachments(Behaviour):
    """Attachments: the file is fixed, only the name that is shown can change."""

    def clean(self, site: Site, draft: Draft) -> None:
        if draft.existing:
            return
        sent = draft.sent.get("attachment")
        if not isinstance(sent, Mapping):
            raise missing("attachment")
        file = file_of(sent, "/data/attributes/attachment")
        extension = PurePosixPath(file.name).suffix.removeprefix(".").lower()
        draft.later["file"] = file
        draft.data = {
            "name": draft.data.get("name") or file.name,
            "attachment-file-name": file.name,
            "attachment-content-type": file.content_type,
            "attachment-file-size": len(file.content),
            "ext": extension,
            "viewable": extension in VIEWABLE,
        }

    def saved(self, site: Site, draft: Draft, record: Record) -> Record:
        if draft.existing is None:
            site.store.put_file(record.id, draft.later["file"])
            self._touch(site, record)
        return record

    def deleting(self, site: Site, record: Record) -> None:
        self._touch(site, record)

    def _touch(self, site: Site, record: Record) -> None:
        if site.switches.attachment_touches_parent and record.parent_id:
            site.touch(record.parent_id)

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        for record, out in zip(records, outs, strict=True):
            name = str(record.data["attachment-file-name"])
            out["download-url"] = site.download_url(record.id, name)
