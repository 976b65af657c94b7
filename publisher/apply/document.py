"""One native document: created empty, filled section by section, published, archived, deleted.

IT Glue takes no marker at the creation of a document, since its text comes later: until the section
with the footer is there, a create whose answer was lost is recognised by being empty, unpublished,
of that title and of that time. What is about to be written is noted in the state before the first
section is, so that a run that was cut short is continued and never takes its own text for an edit.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import replace

from publisher.apply.desk import Desk, begin
from publisher.apply.folders import folder_id
from publisher.apply.patch import Held
from publisher.apply.replaced import keep
from publisher.apply.sections import Draft, drafted, write
from publisher.errors import OutcomeUnknown, PublisherError, Rejected
from publisher.gather.documents import (
    Row,
    marker_in,
    number_of,
    read_document,
    read_rows,
    renamed,
    seen_document,
)
from publisher.gather.fingerprint import Seen
from publisher.gather.recover_document import begun, by_structure
from publisher.gather.sections import FOLDER, ORDER, TITLE, NativeContent, says
from publisher.itglue.entities import DOCUMENTS
from publisher.marker import Marker, content_digest, new_attempt
from publisher.model import Json, digest
from publisher.targets import Desired, Intent, Known, Writing


async def create(desk: Desk, key: str, *, instead_of: str = "") -> Known:
    """Create a document, still empty: intent committed, one POST, bound.

    Raises:
        OutcomeUnknown: the intent stays; the next look settles it.
        ITGlueError: certainly not created; the intent is gone.
    """
    desired, content = desk.desired[key], _content(desk, key)
    organization = desired.organization.id
    attributes: dict[str, Json] = {"name": content.title}
    if content.folder:
        folder = await folder_id(desk, organization, content.folder)
        attributes["document-folder-id"] = int(folder)
    intent = Intent(key, "asset", "", new_attempt(), 0, desired.document)
    documents = desk.itglue.resource(DOCUMENTS).under("organizations", organization)
    try:
        record = await documents.create(attributes, before=functools.partial(begin, desk, intent))
    except OutcomeUnknown:
        raise
    except PublisherError:
        desk.store.drop(intent)
        raise
    found = seen_document(record, [], None)
    home = replace(found.existing, organization_id=organization, files={})
    desk.look(replace(found, existing=home))
    return desk.bind(begun(desired, home.asset_id, home.url, intent.attempt), intent)


async def update(
    desk: Desk, key: str, found: Seen, *, carry: Collection[str] = (), former: str = ""
) -> Known:
    """Send what of a document differs, section by section, and publish it.

    Args:
        desk: the run.
        key: the target.
        found: the document as just read.
        carry: our own parts that somebody edited: left as they are.
        former: the key that the document had, if it moved.

    Raises:
        Held: somebody has edits in it that are not published yet.
        OutcomeUnknown: a part may be there now; the next run recognises it.
        ITGlueError: certainly not done.
    """
    desired, content, asset_id = desk.desired[key], _content(desk, key), found.existing.asset_id
    known = desk.known.get(former or key)
    rows = await read_rows(desk.itglue, number_of(asset_id))
    if known is None:  # an adoption: the whole text is replaced
        known = begun(desired, asset_id, found.existing.url, new_attempt())
        known = replace(known, sections=by_structure(rows))
        found = renamed(found, known)
    marker = _marker(desk, desired, known, found)
    attributes = await _attributes(desk, content, found, carry)
    draft, refs = drafted(desk, content, known, found, rows, marker, carry), desk.resolved(desired)
    keep(desk, desired, desk.known.get(former or key), found, _after(content, found, draft))
    known = desk.bind(
        replace(
            known,
            key=key,
            sent={name: v for name, v in known.sent.items() if name != ORDER},
            writing={**_plain(content, attributes, desired), **draft.writing},
        ),
        instead_of=former,
    )
    if attributes:
        await _patch(desk, asset_id, attributes)
    known = desk.bind(await write(desk, known, draft))
    await publish(desk, asset_id)
    return await _finish(desk, desired, refs, known, carry)


async def archive(desk: Desk, key: str, found: Seen) -> None:
    """Archive the document of a file that is gone; its marker says that it was us."""
    known, asset_id = desk.known[key], found.existing.asset_id
    id_ = number_of(asset_id)
    for row in await read_rows(desk.itglue, id_):
        marker = marker_in([row])
        if marker is None or (marker.repository, marker.key) != (desk.repository, key):
            continue
        if not marker.archived:  # which it is already if a run was cut short before publishing it
            gone = replace(marker, archived=True)
            text = str(row.values["content"]).replace(str(marker), str(gone))
            known = _noted(desk, known, row, found.sections.get(row.id, ""))
            await desk.itglue.sections(id_).update(row.id, {"content": text})
        await publish(desk, asset_id)
    await _patch(desk, asset_id, {"archived": True})
    changed = await fresh(desk, asset_id)
    if changed is None:
        raise Held(f"document {id_} was deleted in IT Glue meanwhile")
    seen = {name: changed.existing.traits.get(name, "") for name in known.seen}
    at = changed.existing.updated_at
    desk.bind(replace(known, archived=True, seen=seen, updated_at=at, writing={}))


def _noted(desk: Desk, known: Known, row: Row, name: str) -> Known:
    """Note that a section is about to be written, which will say the same but for its footer."""
    writing = Writing(says(row.values), known.sent.get(name, ""))
    return desk.bind(replace(known, writing={**known.writing, name: writing}))


async def delete(desk: Desk, asset_id: str) -> None:
    """Delete one document; when the answer is lost, look whether it is gone."""
    try:
        await desk.itglue.documents.delete(number_of(asset_id))
    except OutcomeUnknown:
        if await desk.itglue.documents.get(number_of(asset_id)) is not None:
            raise
    desk.remote.lose(asset_id)
    desk.store.lost(asset_id)


async def fresh(desk: Desk, asset_id: str) -> Seen | None:
    """The document as it is now."""
    known = next((k for k in desk.known.values() if k.asset_id == asset_id), None)
    found = await read_document(desk.itglue, asset_id, known)
    return None if found is None else desk.look(found)


async def publish(desk: Desk, asset_id: str) -> None:
    """Make what was written visible; doing it twice does no harm."""
    try:
        await desk.itglue.documents.act(number_of(asset_id), "publish")
    except OutcomeUnknown:
        await desk.itglue.documents.act(number_of(asset_id), "publish")


def _content(desk: Desk, key: str) -> NativeContent:
    content = desk.contents[key]
    if not isinstance(content, NativeContent):
        raise TypeError(content)
    return content


def _marker(desk: Desk, desired: Desired, known: Known, found: Seen) -> Marker:
    """The marker that is there, so that its section need not be written again; else a new one.

    Its digest tells of the text that was there when it was written, which is enough: whoever has
    lost the state compares section by section.
    """
    there = found.existing.marker
    mine = there and (there.repository, there.key) == (desk.repository, desired.key)
    if there and mine and not there.archived:
        return there
    attempt = known.attempt or new_attempt()
    return Marker(desk.repository, desired.key, attempt, content_digest(desired.sent))


async def _attributes(
    desk: Desk, content: NativeContent, found: Seen, carry: Collection[str]
) -> dict[str, Json]:
    """What is to change of the document itself."""
    attributes: dict[str, Json] = {}
    if content.title != found.title and TITLE not in carry:
        attributes["name"] = content.title
    if content.folder and FOLDER not in carry:
        folder = int(await folder_id(desk, found.existing.organization_id, content.folder))
        if folder != found.traits.get(FOLDER):
            attributes["document-folder-id"] = folder
    if found.existing.archived:
        attributes["archived"] = False
    return attributes


def _plain(
    content: NativeContent, attributes: Mapping[str, Json], desired: Desired
) -> dict[str, Writing]:
    names = {"name": TITLE, "document-folder-id": FOLDER}
    return {
        names[name]: Writing(digest(value), desired.sent[names[name]])
        for name, value in attributes.items()
        if name in names
    }


def _after(content: NativeContent, found: Seen, draft: Draft) -> dict[str, Json]:
    """What the document will say, part by part."""
    kept = {n: v for n, v in found.traits.items() if n not in draft.gone}
    return {**kept, TITLE: content.title, **draft.texts}


async def _patch(desk: Desk, asset_id: str, attributes: dict[str, Json]) -> None:
    """Change the document itself. Some say that its folder cannot be changed: then it stays."""
    try:
        record = await desk.itglue.documents.update(number_of(asset_id), attributes)
        folder = attributes.get("document-folder-id")
        moved = folder is None or record.attributes.document_folder_id == folder
    except Rejected:
        others = {n: v for n, v in attributes.items() if n != "document-folder-id"}
        if others == attributes:
            raise
        if others:
            await desk.itglue.documents.update(number_of(asset_id), others)
        moved = False
    if not moved:
        desk.warnings.append(f"document {number_of(asset_id)}: IT Glue did not change its folder")


async def _finish(
    desk: Desk, desired: Desired, refs: Mapping[str, str], known: Known, carry: Collection[str]
) -> Known:
    """Bind what is there, now that all of it is published."""
    changed = await fresh(desk, known.asset_id)
    if changed is None:
        raise Held(f"document {number_of(known.asset_id)} was deleted in IT Glue meanwhile")
    traits = changed.existing.traits
    names = [name for name in desired.sent if name[0] != "@"]
    return desk.bind(
        replace(
            known,
            document=desired.document,
            blob=desired.blob,
            url=changed.existing.url or known.url,
            commit=desk.commit,
            published_at=desk.now(),
            # Of a document in which others' edits stand, the last write was not ours alone.
            updated_at="" if carry else changed.existing.updated_at,
            sent=desired.sent,
            seen={n: known.seen.get(n, "") if n in carry else traits.get(n, "") for n in names},
            refs=refs,
            archived=False,
            body=desired.body,
            writing={},
        )
    )
