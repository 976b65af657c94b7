"""One target, brought from what it is to what it should be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from publisher.apply import document
from publisher.apply.asset import archive, check_base, create, delete, fresh, put_away, update
from publisher.apply.desk import Desk
from publisher.apply.files import is_stale, remove_old, upload
from publisher.apply.patch import Held
from publisher.apply.related import relate, unrelated
from publisher.apply.replaced import keep
from publisher.errors import PublisherError
from publisher.gather.fingerprint import Seen
from publisher.model import NATIVE
from publisher.plan.compare import git_changes
from publisher.plan.model import Action, called
from publisher.targets import Known


async def perform(desk: Desk, action: Action) -> None:
    """Carry one action out.

    Raises:
        PublisherError: it was not carried out, or not wholly; the next run goes on from there.
    """
    if action.verb == "create":
        await _create(desk, action.key)
    elif action.verb in ("update", "move", "adopt"):
        await _change(desk, action)
    else:
        await _remove(desk, action)


async def _create(desk: Desk, key: str) -> None:
    known = desk.known.get(key)
    former = desk.remote.existing.get(known.asset_id) if known else None
    if former is not None and not former.archived:  # its archiving failed just now
        raise Held(f"{called(former.asset_id)} of its former type is still there")
    make = document.create if desk.desired[key].type_id == NATIVE.id else create
    desk.created.add((await make(desk, key)).asset_id)
    await bring(desk, key)


async def _change(desk: Desk, action: Action) -> None:
    """Bring a published target to what is desired: files, then the traits, then old files."""
    key = action.key
    desired, asset_id = desk.desired[key], action.asset_id or ""
    found = await _fresh(desk, asset_id, desired.type_id)
    if found is None:
        raise Held(f"{called(asset_id)} was deleted in IT Glue since the plan was made")
    known = desk.known.get(action.former_key or key)
    adopting = action.verb == "adopt"
    check_base(desk, found, None if adopting else known, action.base)
    overwriting = action.drift and not action.carry
    if adopting or action.former_key or overwriting or found.existing.archived:
        known = await _update(desk, key, found, carry=action.carry, former=action.former_key)
    again = tuple(name for name in action.remove if name in desired.files)
    await bring(desk, key, carry=action.carry, again=again, relink=action.again)


async def bring(
    desk: Desk,
    key: str,
    *,
    carry: Sequence[str] = (),
    again: Collection[str] = (),
    relink: Collection[str] = (),
) -> None:
    """Upload what lacks, send what differs, remove what is old, link; nothing if nothing is to do.

    Args:
        desk: the run.
        key: the target.
        carry: traits that somebody edited and that are sent back as they are.
        again, relink: attachments and related items that somebody removed and that are wanted back.
    """
    desired = desk.desired[key]
    known = desk.known[key]
    if again or any(is_stale(desired, known, name) for name in desired.files):
        known = await upload(desk, key, again=again)
    if unsent(desk, known):
        found = await _fresh(desk, known.asset_id, known.type_id)
        if found is None:
            raise Held(f"{called(known.asset_id)} was deleted in IT Glue meanwhile")
        known = await _update(desk, key, found, carry=carry)
    if any(f.replaces for f in known.files.values()) or set(known.files) - set(desired.files):
        known = await remove_old(desk, key)
    if relink or unrelated(desk, known):
        known = await relate(desk, key, again=relink)
    if (known.document, known.blob) != (desired.document, desired.blob):
        at = replace(known, document=desired.document, blob=desired.blob)
        desk.bind(replace(at, commit=desk.commit))


def unsent(desk: Desk, known: Known) -> bool:
    """Whether the asset's traits are not what they should be, files aside."""
    address = desk.address(known.key)
    changes = git_changes(desk.desired[known.key], known, lambda ref: address(ref)[0])
    return any(change.kind not in ("file", "related") for change in changes)


async def _remove(desk: Desk, action: Action) -> None:
    known = desk.known[action.key]
    found = await _fresh(desk, action.asset_id or "", action.type_id)
    if found is not None:
        check_base(desk, found, None if action.duplicate else known, action.base)
        if action.verb == "archive" and action.duplicate:
            await put_away(desk, found)
        elif action.verb == "archive":
            away = document.archive if action.type_id == NATIVE.id else archive
            await away(desk, action.key, found)
        elif action.duplicate:
            await _erase(desk, found.existing.asset_id, action.type_id)
        else:
            keep(desk, known, known, found, None)
            await _delete(desk, known)
    if not action.duplicate and action.verb == "delete":
        desk.store.forget(action.key)
        desk.known.pop(action.key, None)


async def _delete(desk: Desk, known: Known) -> None:
    """Delete a target's asset, noting before that it goes: whoever finds it missing after a kill
    is to know that it was us, or the document could never come back."""
    desk.bind(replace(known, archived=True))
    try:
        await _erase(desk, known.asset_id, known.type_id)
    except PublisherError:
        desk.bind(known)
        raise


# An asset, or a native document: the two that can be written to


async def _fresh(desk: Desk, asset_id: str, type_id: str) -> Seen | None:
    if type_id == NATIVE.id:
        return await document.fresh(desk, asset_id)
    return await fresh(desk, asset_id, type_id)


async def _update(
    desk: Desk, key: str, found: Seen, *, carry: Collection[str] = (), former: str = ""
) -> Known:
    change = document.update if desk.desired[key].type_id == NATIVE.id else update
    return await change(desk, key, found, carry=carry, former=former)


async def _erase(desk: Desk, asset_id: str, type_id: str) -> None:
    await (document.delete if type_id == NATIVE.id else delete)(desk, asset_id)
