"""Assets that nobody has in Git -> documents with frontmatter, their attachments beside them.

Each gets an id of its own, and the state notes which asset it was made from: that is the consent
to take the asset over. So the next plan knows it, and writes nothing until something differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from publisher.errors import BadConfig
from publisher.gather.agree import ADOPTED
from publisher.gather.catalog import Unresolved, find_organization, find_type
from publisher.gather.existing import read_existing
from publisher.gather.fingerprint import Seen, tag_ids
from publisher.gather.session import Planned, Session
from publisher.model import AssetType, Field, Json, Organization
from publisher.pull.blocks import blocks
from publisher.pull.convert import together
from publisher.pull.fields import FOREIGN, in_frontmatter
from publisher.pull.files import download
from publisher.pull.losses import difference, losses
from publisher.pull.names import Names
from publisher.pull.sketch import Sketch
from publisher.pull.write import Unwritten, write
from publisher.render.sanitize import sanitize
from publisher.source import frontmatter
from publisher.source.ids import fresh_id
from publisher.variables.names import slug


@dataclass(slots=True, repr=False)  # it holds texts
class Adopted:
    """One asset as a document."""

    path: str
    id: str
    organization: Organization
    asset_id: str
    title: str
    content: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    """Attachments by path."""
    lost: list[str] = field(default_factory=list)
    """What the document does not say; it stays in IT Glue until the document changes."""
    left: list[str] = field(default_factory=list)
    """What could not be had or written."""

    @property
    def key(self) -> str:
        return f"{self.id}@{self.organization.id}"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a type that publisher fills itself."""

    body: Field
    marker: str
    """Its name-key, if the type has it."""


async def adopt(
    session: Session, planned: Planned, *, org: str, kind: str, folder: str | None
) -> list[Adopted]:
    """Make documents of the unmarked assets of a type in an organization; nothing is written yet.

    Args:
        session: over the work tree.
        planned: its plan.
        org, kind: names or ids.
        folder: where the documents go, below the docs root; None: one by the organization's name.

    Raises:
        BadConfig: no such organization or type, or the type has no field for a text.
    """
    organization, type_ = _named(planned, org, kind)
    body = _body_field(type_)
    found = await _free(session, planned, organization, type_)
    names = Names(session.tree.entries, folder if folder is not None else slug(organization.name))
    taken = {key.rpartition("@")[0] for key in (*planned.corpus.desired, *planned.known)}
    made: list[tuple[Adopted, Seen]] = []
    paths = {known.url: known.document for known in planned.known.values() if known.url}
    for seen in found:
        id_ = fresh_id(taken)
        taken.add(id_)
        path = names.document(seen.title)
        one = Adopted(path, id_, organization, seen.existing.asset_id, seen.title)
        made.append((one, seen))
        paths[seen.existing.url] = path
    for one, seen in made:
        asset = seen.existing
        files, one.left = await download(session, one.path, asset, asset.files, names)
        one.files = {file.path: file.content for file in files}
        own = paths | {file.url: file.path for file in files}
        sketch = Sketch(one.path, {path: url for url, path in own.items()}, own)
        text = _document(one, seen, type_, Fields(body, session.settings.marker), sketch)
        one.content = text.encode("utf-8", "surrogateescape")
    return [one for one, _ in made]


def _named(planned: Planned, org: str, kind: str) -> tuple[Organization, AssetType]:
    try:
        organization = find_organization(org, planned.catalog)
    except Unresolved as wrong:
        raise BadConfig("--org", wrong.problem, wrong.fix) from None
    try:
        type_ = find_type(kind, planned.catalog)
    except Unresolved as wrong:
        raise BadConfig("--type", wrong.problem, wrong.fix) from None
    return organization, type_


def _body_field(kind: AssetType) -> Field:
    """The Textbox that becomes the document's text: the only one, or the first."""
    found = next((f for f in kind.fields if f.kind == "Textbox"), None)
    if found is None:
        problem = f"{kind.name} has no Textbox field, which a document's text goes into"
        raise BadConfig("--type", problem)
    return found


async def _free(
    session: Session, planned: Planned, organization: Organization, kind: AssetType
) -> list[Seen]:
    """The organization's assets of that type that are no document's, by title."""
    remote = await read_existing(
        session.itglue, session.store, [kind], session.settings.marker, "full"
    )
    bound = {known.asset_id for known in planned.known.values()}
    notes: Mapping[str, str] = session.store.meta(ADOPTED) or {}
    bound |= {asset_id for key, asset_id in notes.items() if key in planned.corpus.desired}
    free = [
        seen
        for asset_id, seen in remote.fresh.items()
        if seen.existing.organization_id == organization.id
        and seen.existing.marker is None
        and not seen.existing.archived
        and asset_id not in bound
    ]
    return sorted(free, key=lambda seen: (seen.title.casefold(), seen.existing.asset_id))


def _document(one: Adopted, seen: Seen, kind: AssetType, own: Fields, sketch: Sketch) -> str:
    html = str(seen.traits.get(own.body.key) or "")
    clean, stripped = sanitize(html, lambda _, url: url)
    text = together(blocks(clean), sketch.link, sketch.paint)
    said = sketch.paint(text, one.title)
    one.lost += [*stripped, *losses(clean, said)]
    if (other := difference(clean, said)) is not None:
        one.lost.append(f"its text is not quite the same, from: {other}")
    values: dict[str, Json] = {
        "id": one.id,
        "title": one.title,
        "org": one.organization.name,
        "type": kind.name,
    }
    if sum(f.kind == "Textbox" for f in kind.fields) > 1:
        values["body"] = own.body.key
    traits = dict(_traits(one, seen, kind, own, sketch.path))
    if traits:
        values["traits"] = traits
    if one.files:
        folder = PurePosixPath(one.path).parent
        values["attachments"] = [str(PurePosixPath(path).relative_to(folder)) for path in one.files]
    return frontmatter.write(values, f"\n{text}\n" if text else "")


def _traits(
    one: Adopted, seen: Seen, kind: AssetType, own: Fields, path: str
) -> Iterator[tuple[str, Json]]:
    """The fields that hold something, as the frontmatter has them."""
    for each in kind.fields:
        there = seen.traits.get(each.key)
        tags = tag_ids(there)
        value = there if tags is None else tags
        if each.key in (own.body.key, own.marker) or value in (None, "", [], {}):
            continue
        if each.use_for_title and str(value).strip() == one.title:
            continue
        if each.kind in FOREIGN:
            one.lost.append(f"{each.key}, a field that only IT Glue sets")
        else:
            yield each.key, in_frontmatter(each, value, path)


def keep_adopted(session: Session, adopted: Iterable[Adopted]) -> None:
    """Write the documents and note which assets they were made of."""
    root = session.project.root
    for one in adopted:
        try:
            for path, content in one.files.items():
                write(root, path, content, before=None)
            write(root, one.path, one.content, before=None)
        except Unwritten as why:
            one.left.append(str(why))
        else:
            notes = session.store.meta(ADOPTED) or {}
            session.store.set_meta(ADOPTED, {**notes, one.key: one.asset_id})
