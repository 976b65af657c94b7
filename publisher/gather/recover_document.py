"""A native document that the state does not know: recognised section by section.

The footer's marker says whose it is. Its digest tells of the text that was there when the footer
was written, which is seldom: so what says what would be sent is ours and as it was, and of what
says something else nobody can tell whether Git or somebody in IT Glue changed it, unless the digest
is today's. Then it was edited; else it is held back until somebody says which one counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from publisher.gather.content import MARKER
from publisher.gather.documents import Row, caught_up_document, number_of, renamed, told
from publisher.gather.existing import OVERLAP, moment
from publisher.gather.fingerprint import Seen
from publisher.gather.recover import EDITED, addresses_in
from publisher.gather.sections import FOLDER, ORDER, TITLE, NativeContent, numbered, says
from publisher.itglue import ITGlue
from publisher.itglue.documents import sources
from publisher.marker import content_digest
from publisher.model import NATIVE, digest
from publisher.plan.remove import age
from publisher.targets import (
    IMAGES,
    Desired,
    File,
    Intent,
    Known,
    KnownFile,
    Writing,
    title_hash,
)


def by_structure(rows: Iterable[Row]) -> dict[str, str]:
    """Name -> id of sections as they would be called if they were ours."""
    listed = list(rows)
    names = numbered((str(r.values["kind"]), str(r.values["content"] or "")) for r in listed)
    return {name: row.id for name, row in zip(names, listed, strict=True)}


def recover_document(
    desired: Desired,
    content: NativeContent,
    seen: Seen,
    attached: Mapping[str, KnownFile],
    addresses: Callable[[str], Iterable[tuple[str, str]]],
) -> tuple[Known, Seen]:
    """What must have been published of *desired*, and the document with its sections by name.

    Args:
        desired, content: what Git says now.
        seen: the document, of which nothing is known.
        attached: its attachments and pictures, as far as they are ours.
        addresses: reference -> (id, URL) of what it resolves to now, or may have before.
    """
    asset, marker = seen.existing, seen.existing.marker
    if marker is None:
        raise ValueError("only a marked document can be recovered")
    rows = rows_in(seen)
    html = "\n".join(str(row.values["content"]) for row in rows)
    refs = addresses_in(content, html, attached, addresses)
    texts = content.composed(lambda ref: refs.get(ref, ("", ""))[1], None)
    writing = {name: Writing(says(text), desired.sent[name]) for name, text in texts.items()}
    writing[TITLE] = Writing(digest(content.title), desired.sent[TITLE])
    writing[ORDER] = Writing(digest([*texts]), desired.sent[ORDER])
    if content.folder is not None:
        writing[FOLDER] = Writing(digest(seen.traits[FOLDER]), desired.sent[FOLDER])
    blank = Known(
        desired.key, desired.document, "", asset.organization_id, NATIVE.id, asset.asset_id,
        asset.url, marker.attempt, None, 0.0, "", sent={}, seen={}, writing=writing,
        sections=_ids(rows, writing), files=dict(attached), body=desired.body, footer=True,
        refs={ref: target for ref, (target, _) in refs.items()},
        archived=asset.archived and marker.archived,
    )  # fmt: skip
    there = renamed(seen, blank)
    known = caught_up_document(blank, there) or blank
    known = _unlike(known, desired, there, same_git=marker.content == content_digest(desired.sent))
    at_home = marker.key == desired.key and content.path in html
    sent = {**known.sent, MARKER: desired.sent[MARKER] if at_home else ""}
    whole = sent == dict(desired.sent)
    return replace(known, sent=sent, writing={}, blob=desired.blob if whole else ""), there


def rows_in(seen: Seen) -> list[Row]:
    """The sections of a document, in their order."""
    listed = enumerate(seen.sections.items())
    return [Row(id_, number, seen.traits[name or f"#{id_}"]) for number, (id_, name) in listed]


def _ids(rows: Sequence[Row], writing: Mapping[str, Writing]) -> dict[str, str]:
    """Name -> id, by what sections say; of those that say nothing known, by their place."""
    said = {one.says: name for name, one in writing.items()}
    found = {name: row.id for row in reversed(rows) if (name := said.get(says(row.values)))}
    taken = set(found.values())
    for name, id_ in by_structure(rows).items():
        if name in writing and name not in found and id_ not in taken:
            found[name] = id_
    return found


def _unlike(known: Known, desired: Desired, there: Seen, *, same_git: bool) -> Known:
    """Of what says something else: somebody edited it; or Git changed, or both, who knows."""
    sent, seen = dict(known.sent), dict(known.seen)
    for name, value in desired.sent.items():
        if name[0] == "@" or (name in known.sent and told_same(known, name, there)):
            continue
        if same_git:
            sent[name], seen[name] = value, EDITED
        elif name in there.traits and name != ORDER:
            sent[name], seen[name] = "", EDITED
        else:
            sent.pop(name, None)
            seen.pop(name, None)
    return replace(known, sent=sent, seen=seen)


def told_same(known: Known, name: str, there: Seen) -> bool:
    """Whether a part of a document says what was written."""
    return name in there.traits and told(name, there.traits[name]) == known.writing[name].says


def begun(desired: Desired, asset_id: str, url: str, attempt: str) -> Known:
    """What is known of a document of which nothing was written yet."""
    return Known(
        key=desired.key,
        document=desired.document,
        blob="",
        organization_id=desired.organization.id,
        type_id=NATIVE.id,
        asset_id=asset_id,
        url=url,
        attempt=attempt,
        commit=None,
        published_at=0.0,
        updated_at="",
        sent={},
        seen={},
        body=desired.body,
        footer=True,
    )


def orphan(
    desired: Desired, intent: Intent, found: Iterable[Seen], bound: Collection[str]
) -> Known | None:
    """The document that a create without an answer has left: empty, of its title and its time.

    Args:
        desired: what was to be created.
        intent: notes when.
        found: documents as read.
        bound: ids of those that are some target's.
    """
    since = dt.datetime.fromtimestamp(intent.at, dt.UTC) - OVERLAP
    same = [
        seen.existing
        for seen in found
        if _is_empty(seen)
        and seen.existing.asset_id not in bound
        and seen.existing.organization_id == desired.organization.id
        and seen.existing.title_hash == title_hash(desired.title or "")
        and (not seen.existing.created_at or moment(seen.existing.created_at) >= since)
    ]
    if not same:
        return None
    oldest = min(same, key=age)
    return begun(desired, oldest.asset_id, oldest.url, intent.attempt)


def _is_empty(seen: Seen) -> bool:
    return seen.existing.type_id == NATIVE.id and not seen.sections and not seen.existing.archived


async def read_pictures(
    itglue: ITGlue, wanted: Mapping[str, File], seen: Seen
) -> dict[str, KnownFile]:
    """The pictures of a document, recognised by name and size; one request for each.

    Args:
        itglue: the client; IT Glue has no list of pictures.
        wanted: the files that are shown in the text, by name.
        seen: the document.
    """
    found: dict[str, KnownFile] = {}
    texts = (str(row.values["content"] or "") for row in rows_in(seen))
    here = f"/docs/{number_of(seen.existing.asset_id)}/"
    for url in dict.fromkeys(url for text in texts for url in sources(text) if here in url):
        record = await itglue.document_images.get(url.rpartition("/")[2])
        if record is None:
            continue
        values = record.attributes
        file = wanted.get(values.name or "")
        if file and values.size in (None, file.size):
            found[file.name] = KnownFile(f"{IMAGES}{record.id}", file.blob, file.size, url)
    return found
