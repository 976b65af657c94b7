"""Related items: what frontmatter names -> records of IT Glue, or targets of ours.

``{configuration: SRV-01}`` is looked up in the organization as a tag is; ``{document: x.md}`` is
the target that the file has there. Which links are there, IT Glue tells only of one record at a
time, so that is asked for only where a document with related items changed. The links that are
ours carry our marker in their notes, and only those are ever removed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.gather.tags import Directory
from publisher.itglue import ITGlue, Record
from publisher.itglue.links import told_by
from publisher.itglue.resources import Resource
from publisher.model import Document, Json, Organization
from publisher.source.meant import meant
from publisher.targets import Known, KnownItem
from publisher.types import Name, Wrong
from publisher.types.tags import ASSET, WORDS

TAKEN = ("configuration", "contact", "document", "flexible_asset", "location", "password")
"""What a document can be related to."""
_ID = re.compile(r"[0-9]{1,18}")
_NOTE = "Kept by publisher: "


@dataclass(frozen=True, slots=True)
class Path:
    """A document of the repository that is named."""

    path: str


@dataclass(frozen=True, slots=True)
class There:
    """A link as IT Glue tells of it."""

    to: str
    """``COLLECTION/ID``"""
    id: str
    """'' for one that comes of a tag."""
    notes: str


def read_items(document: Document, files: Collection[str]) -> list[str | Name | Path]:
    """What the frontmatter names: ``COLLECTION/ID`` for ids; names and paths still to look up.

    Args:
        document: the document.
        files: the files of the repository.

    Raises:
        Wrong: an item is neither an id, nor a name, nor a document.
    """
    return [
        _item(document, word, value, files)
        for one in document.related
        for word, value in one.items()
    ]


def _item(document: Document, word: str, value: Json, files: Collection[str]) -> str | Name | Path:
    if word not in TAKEN:
        problem = f"a document cannot be related to {word!r}"
        raise Wrong("bad-related", problem, f"It can to: {', '.join(TAKEN)}.")
    kind = WORDS[word]
    type_ = str(value.get("type", "")) if isinstance(value, dict) else ""
    text = str(value.get("name", "") if isinstance(value, dict) else value).strip()
    if _ID.fullmatch(text):
        return f"{kind.resource}/{int(text)}"
    if word == "document" and (path := _path(document, text, files)):
        return Path(path)
    if kind is ASSET and not type_:
        problem = "a related flexible asset is named by its id, or by its type and name"
        raise Wrong("bad-related", problem, "As in flexible_asset: {type: NAME, name: NAME}.")
    return Name(kind, text, type_)


def _path(document: Document, text: str, files: Collection[str]) -> str | None:
    """The file that a related document is; None leaves it to be a document's name in IT Glue.

    Raises:
        Wrong: it looks like a file, and there is none; or it is the document itself.
    """
    from publisher.source.documents import resolve  # late: most plans parse nothing

    path = resolve(document.path, text)
    found = path and meant(path, files, frozenset(files))
    if found == document.path:
        raise Wrong("bad-related", "a document cannot be related to itself", "Remove it.")
    if found and found in files:
        return found
    if text.casefold().endswith(".md"):
        raise Wrong(
            "broken-link", f"the related document {text} does not exist", "Correct the path."
        )
    return None


def names_of(items: Sequence[str | Name | Path]) -> Iterator[Name]:
    """The names that have to be looked up."""
    return (item for item in items if isinstance(item, Name))


def refs_of(
    items: Sequence[str | Name | Path],
    organization: Organization,
    directory: Directory,
    index: Mapping[str, Mapping[str, str]],
) -> tuple[tuple[str, ...], list[str]]:
    """What a target in *organization* is related to, and the documents that are not published.

    Args:
        items: as read.
        organization: where names are looked up.
        directory: knows the records; their lists were read.
        index: document -> organization id -> key.

    Raises:
        Unresolved, Wrong: a name leads to no record, or to several.
    """
    refs: set[str] = set()
    dead: list[str] = []
    for item in items:
        if isinstance(item, Name):
            refs.add(f"{item.kind.resource}/{directory.id_of(item, organization)}")
        elif isinstance(item, Path):
            keys = index.get(item.path, {})
            only = next(iter(keys.values())) if len(keys) == 1 else None
            key = keys.get(organization.id, only)
            if key:
                refs.add(f"doc:{key}")
            else:
                dead.append(item.path)
        else:
            refs.add(item)
    return tuple(sorted(refs)), dead


def note(repository: str, key: str) -> str:
    """The notes of a link of ours, by which it is known again."""
    return f"{_NOTE}{repository}:{key}"


def links_in(record: Record[Any], collection: str) -> list[There]:
    """The links of a record that was read with ``include=related_items``."""
    told = told_by(record, (collection, record.id))
    return [
        There(f"{one.resource}/{one.id}", one.link_id or "", one.notes or "")
        for one in told
        if one.kind in ("link", "tag")
    ]


async def read_links(itglue: ITGlue, known: Known) -> list[There]:
    """What a target is linked to right now; nothing if it is no more."""
    collection, id_ = place_of(known.asset_id)
    resource: Resource[Any] = getattr(itglue, collection)
    record = await resource.get(id_, include=("related_items",))
    return links_in(record, collection) if record else []


def place_of(asset_id: str) -> tuple[str, str]:
    """Collection and id of an asset; a native document's names its collection itself."""
    collection, _, id_ = asset_id.rpartition("/")
    return collection or "flexible_assets", id_


def recognise_items(
    wanted: Mapping[str, str], there: Sequence[There], repository: str, key: str
) -> dict[str, KnownItem]:
    """Links that are there already, by what the document says.

    Args:
        wanted: reference -> ``COLLECTION/ID``; '' for what is not there yet.
        there: the links of the record.
        repository, key: whose links count as ours.
    """
    found: dict[str, KnownItem] = {}
    mine = note(repository, key)
    for ref, to in wanted.items():
        same = [link for link in there if to and link.to == to]
        if same:
            ours = next((link.id for link in same if link.notes == mine), "")
            found[ref] = KnownItem(to, ours)
    return found
