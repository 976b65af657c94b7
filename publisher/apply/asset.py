"""One asset: created once, changed with everything that others put into it, removed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from publisher.apply.desk import Desk
from publisher.apply.look import seen_just_now
from publisher.apply.patch import Held, complete, patch, read
from publisher.apply.replaced import keep
from publisher.apply.writes import Waited
from publisher.errors import OutcomeUnknown, PublisherError
from publisher.gather.fingerprint import Seen, input_form, uploads
from publisher.gather.recover import recognise
from publisher.marker import Marker, content_digest, new_attempt
from publisher.model import Json
from publisher.plan.compare import base_of, remote_changes
from publisher.render import text
from publisher.targets import Desired, Intent, Known


async def create(desk: Desk, key: str, *, instead_of: str = "") -> Known:
    """Create the asset of a target: intent committed, one POST, bound.

    Raises:
        OutcomeUnknown: the intent stays; the next look by marker settles it.
        ITGlueError: certainly not created; the intent is gone.
    """
    desired = desk.desired[key]
    marker = Marker(desk.repository, key, new_attempt(), content_digest(desired.sent))
    traits, refs = _compose(desk, desired, marker, creating=True), desk.resolved(desired)
    attributes = {
        "organization-id": _number(desired.organization.id),
        "flexible-asset-type-id": _number(desired.type_id),
        "traits": traits,
    }
    intent = Intent(key, "asset", "", marker.attempt, 0, desired.document)
    try:
        record = await desk.writes.create(attributes, intent)
    except OutcomeUnknown:
        raise
    except PublisherError:
        desk.store.drop(intent)
        raise
    found = await complete(desk, record, desired.type_id)
    _report_loss(desk, desired, traits, found)
    bound = _published(desk, desired, marker, refs, found)
    return desk.bind(bound, intent, instead_of=instead_of)


async def update(
    desk: Desk, key: str, found: Seen, *, carry: Collection[str] = (), former: str = ""
) -> Known:
    """Send a target's traits, together with all others that the asset has.

    Args:
        desk: the run.
        key: the target.
        found: the asset as just read.
        carry: our own traits that somebody edited: sent back as they are.
        former: the key that the asset had, if it moved.
    """
    desired = desk.desired[key]
    known = desk.known.get(former or key)
    files = uploads(found.traits, desk.kinds[desired.type_id])
    if files:
        raise Held(f"upload field {', '.join(files)} holds files, which a change would delete")
    attempt = known.attempt if known else new_attempt()
    marker = Marker(desk.repository, key, attempt, content_digest(desired.sent))
    ours, refs = _compose(desk, desired, marker), desk.resolved(desired)
    mine = {*desired.sent, *desired.seeds}
    dropped = {name for name in (known.sent if known else {}) if name not in mine}
    theirs = input_form(found.traits)
    kept = {n: v for n, v in theirs.items() if n in carry or (n not in ours and n not in dropped)}
    attributes: dict[str, Json] = {"traits": {**ours, **kept}}
    if found.existing.archived:
        attributes["archived"] = False
    keep(desk, desired, known, found, attributes["traits"])
    changed = await patch(desk, found, attributes)
    if desired_body := desk.contents[key].body:
        _report_loss(desk, desired, {desired_body: attributes["traits"][desired_body]}, changed)
    bound = _published(desk, desired, marker, refs, changed)
    if known:
        bound = replace(bound, files=known.files, related=known.related)
        bound = _with_carried(bound, known, carry)
    else:  # an adoption: attachments that are there already need no second upload
        there = changed.existing.files or {}
        bound = replace(bound, files=recognise(desired.files, there))
    return desk.bind(bound, instead_of=former)


async def archive(desk: Desk, key: str, found: Seen) -> None:
    """Archive the asset of a document that is gone."""
    changed = await put_away(desk, found)
    known, at = desk.known[key], changed.existing.updated_at
    seen_now = {name: changed.existing.traits.get(name, "") for name in known.seen}
    desk.bind(replace(known, archived=True, seen=seen_now, updated_at=at))


async def put_away(desk: Desk, found: Seen) -> Seen:
    """Archive an asset; its marker says that it was us."""
    traits = input_form(found.traits)
    marker = found.existing.marker
    if uploads(found.traits, desk.kinds[found.existing.type_id]):
        raise Held("an upload field holds files, which archiving through the API would delete")
    if marker:
        marker = replace(marker, archived=True)
        traits = {name: _remark(value, found, marker) for name, value in traits.items()}
    return await patch(desk, found, {"traits": traits, "archived": True})


async def delete(desk: Desk, asset_id: str) -> None:
    """Delete one asset; when the answer is lost, look whether it is gone."""
    try:
        await desk.writes.delete(asset_id)
    except Waited:
        raise Held("it waited too long for others; the next run deletes it") from None
    except OutcomeUnknown:
        if await desk.itglue.flexible_assets.get(asset_id) is not None:
            raise
    desk.remote.lose(asset_id)
    desk.store.lost(asset_id)


async def fresh(desk: Desk, asset_id: str, type_id: str) -> Seen | None:
    """The asset as this run read it just now, else as it is."""
    return seen_just_now(desk, asset_id) or await read(desk, asset_id, type_id)


def check_base(desk: Desk, found: Seen, known: Known | None, base: str) -> None:
    """The asset must still be what the plan was made on.

    Raises:
        Held: somebody edited it in between.
    """
    if base_of(found.existing, known) != base:
        edits = remote_changes(known, found.existing) if known else []
        said = ", ".join(edit.reason for edit in edits) or "it changed in IT Glue"
        raise Held(f"asset {found.existing.asset_id} is not as planned any more: {said}")


def _compose(
    desk: Desk, desired: Desired, marker: Marker, *, creating: bool = False
) -> dict[str, Json]:
    address = desk.address(desired.key)
    commit = desk.commits.get(desired.document)
    content = desk.contents[desired.key]
    return content.compose(lambda ref: address(ref)[1], marker, commit, creating=creating)


def _published(
    desk: Desk, desired: Desired, marker: Marker, refs: Mapping[str, str], found: Seen
) -> Known:
    """What the state is to know, now that the asset holds what was sent."""
    content, asset = desk.contents[desired.key], found.existing
    names = [name for name in desired.sent if name[0] != "@"]
    if content.carrier:
        names.append(content.carrier)
    return Known(
        key=desired.key,
        document=desired.document,
        blob=desired.blob,
        organization_id=desired.organization.id,
        type_id=desired.type_id,
        asset_id=asset.asset_id,
        url=asset.url,
        attempt=marker.attempt,
        commit=desk.commit,
        published_at=desk.now(),
        updated_at=asset.updated_at,
        sent=desired.sent,
        seen={name: asset.traits.get(name, "") for name in names},
        refs=refs,
        body=content.body,
        footer=not content.carrier,
    )


def _with_carried(bound: Known, before: Known, carry: Collection[str]) -> Known:
    """A colleague's edit that was carried over is drift still: seen stays what it was before it."""
    if not carry:
        return bound
    seen_before = {name: before.seen.get(name, "") for name in carry}
    # The last write was ours, and still not all that stands there is.
    return replace(bound, seen={**bound.seen, **seen_before}, updated_at="")


def _report_loss(desk: Desk, desired: Desired, sent: dict[str, Json], found: Seen) -> None:
    """Name a document once of which IT Glue dropped words."""
    body = desk.contents[desired.key].body
    if not body or desired.document in desk.lost:
        return
    there = text(str(found.traits.get(body, "")))
    if text(str(sent[body])) != there:
        desk.lost.add(desired.document)
        desk.warnings.append(f"{desired.document}: IT Glue changed or dropped some of its text")


def _remark(value: Json, found: Seen, marker: Marker) -> Json:
    """A trait with the marker in it replaced by *marker*."""
    former = found.existing.marker
    if former is None or not isinstance(value, str):
        return value
    return value.replace(str(former), str(marker))


def _number(id_: str) -> int | str:
    """Ids inside attributes are integers."""
    return int(id_) if id_.isdecimal() else id_
