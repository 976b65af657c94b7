"""Attachments that somebody put on one of our assets, as files beside its document."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from publisher.errors import PublisherError
from publisher.gather.fingerprint import existing_file
from publisher.gather.related import place_of
from publisher.gather.session import Session
from publisher.pull.convert import relative
from publisher.pull.front import set_value
from publisher.pull.names import Names
from publisher.source.frontmatter import read
from publisher.targets import Existing, Known


@dataclass(frozen=True, slots=True)
class NewFile:
    """One attachment that the document does not name."""

    path: str
    url: str
    content: bytes


def strangers(known: Known, there: Existing) -> frozenset[str]:
    """The ids of the attachments that are not ours."""
    ours = {id_ for file in known.files.values() for id_ in (file.id, *file.replaces)}
    return frozenset((there.files or {}).keys() - ours)


async def download(
    session: Session, document: str, there: Existing, ids: Collection[str] | None, names: Names
) -> tuple[list[NewFile], list[str]]:
    """Download attachments of one asset (None: all); and what could not be had, and why."""
    files: list[NewFile] = []
    left: list[str] = []
    if ids is not None and not ids:
        return files, left
    async for record in session.itglue.attachments(*place_of(there.asset_id)).list():
        if ids is not None and record.id not in ids:
            continue
        file = existing_file(record)
        path = names.attachment(document, file.name)
        if path is None:
            left.append(f"attachment {record.id}: no file can have its name here")
            continue
        try:
            content = await session.itglue.download_attachment(record)
        except PublisherError as why:
            left.append(f"attachment {file.name}: {why}")
        else:
            files.append(NewFile(path, file.url, content))
    return files, left


def shown(text: str, document: str, files: list[NewFile]) -> tuple[str, list[NewFile]]:
    """*text* with paths in place of the files' addresses; and the files that it does not show."""
    rest = []
    for file in files:
        if file.url and file.url in text:
            text = text.replace(file.url, written(document, file.path))
        else:
            rest.append(file)
    return text, rest


def named(text: str, document: str, files: list[NewFile]) -> str | None:
    """*text* with the files in its list of attachments; None where that is for the author."""
    if not files:
        return text
    values: Mapping[str, object] = read(text.encode("utf-8", "surrogateescape")).values
    listed = values.get("attachments") or []
    if not isinstance(listed, list):
        return None
    start = posixpath.dirname(document) or "."
    added = [posixpath.relpath(file.path, start) for file in files]
    return set_value(text, ("attachments",), [*listed, *added])


def written(document: str, path: str) -> str:
    """A path as the text of *document* links to it."""
    return relative(posixpath.relpath(path, posixpath.dirname(document) or "."))
