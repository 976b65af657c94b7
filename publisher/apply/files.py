"""Attachments: uploaded once, bound by the hash of their bytes, removed after the new one is there.

IT Glue tells only name and size of what it holds. After an upload whose answer was lost, the
asset's attachments are listed: one of that name and size that is bound to nothing is ours.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import replace

from publisher.apply.desk import Desk, begin
from publisher.apply.pictures import delete_pictures, upload_picture
from publisher.errors import OutcomeUnknown, PublisherError, Rejected
from publisher.gather.fingerprint import existing_file
from publisher.gather.related import place_of
from publisher.gather.uploads import found_upload, name_of_upload, unbound, with_upload
from publisher.targets import IMAGES, Desired, ExistingFile, File, Intent, Known


async def upload(desk: Desk, key: str, *, again: Collection[str] = ()) -> Known:
    """Upload what a target lacks, and what changed. The old ones stay until `remove_old`.

    Args:
        desk: the run.
        key: the target, which has an asset.
        again: names of attachments that somebody removed and that are wanted back.
    """
    desired, known = desk.desired[key], desk.known[key]
    known = await _settle(desk, desired, known)
    lacking = {
        name: file
        for name, file in sorted(desired.files.items())
        if name in again or is_stale(desired, known, name)
    }
    # An older state may not know what is there; of a new asset it is known that there is nothing.
    there = {} if known.asset_id in desk.created or not lacking else await _list(desk, known)
    for name, file in lacking.items():
        found = unbound(known, name, file.size, there)
        if name in desired.pictures:
            known = await upload_picture(desk, known, file)
        elif found:
            known = with_upload(known, name, found, there[found].url, file.blob, file.size)
            known = desk.bind(known)
        else:
            known = await _upload(desk, known, file)
    return known


def is_stale(desired: Desired, known: Known, name: str) -> bool:
    """Whether a wanted file is not there, or has other bytes, or is shown otherwise."""
    file = known.files.get(name)
    if file is None or file.blob != desired.files[name].blob:
        return True
    return file.picture != (name in desired.pictures)


async def remove_old(desk: Desk, key: str) -> Known:
    """Remove attachments that were ours and that nobody wants any more."""
    desired, known = desk.desired[key], desk.known[key]
    wanted = {known.files[name].id for name in desired.files if name in known.files}
    former = {file.id for name, file in known.files.items() if name not in desired.files}
    replaced = {id_ for file in known.files.values() for id_ in file.replaces}
    gone = (former | replaced) - wanted
    pictures = {id_ for id_ in gone if id_.startswith(IMAGES)}
    await delete_pictures(desk, sorted(pictures))
    await _delete(desk, known, gone - pictures)
    kept = {n: replace(f, replaces=()) for n, f in known.files.items() if n in desired.files}
    return desk.bind(replace(known, files=kept)) if kept != dict(known.files) else known


async def _delete(desk: Desk, known: Known, ids: set[str]) -> None:
    """Delete attachments of an asset, as far as they are there."""
    if not ids:
        return
    files = await _listed(desk, known)
    if ids - files.keys():  # the list is older than they are
        files = await _list(desk, known)
    there = sorted(ids & files.keys())
    for last in (False, True):
        if not there:
            return
        try:
            named = await desk.itglue.attachments(*place_of(known.asset_id)).delete(there)
            left = [id_ for id_ in there if named is not None and id_ not in named]
            if left:  # the answer does not tell of them
                files = await _list(desk, known)
                left = [id_ for id_ in left if id_ in files]
        except (OutcomeUnknown, Rejected):  # done or not; or one is gone, and none was deleted
            files = await _list(desk, known)
            left = [id_ for id_ in there if id_ in files]
            if left and last:
                raise
        desk.attached(
            known.asset_id, {id_: f for id_, f in files.items() if id_ not in there or id_ in left}
        )
        there = left
    if there:
        cause = "IT Glue says that it deleted attachments, and they are there"
        raise OutcomeUnknown("DELETE", f"attachments of {known.asset_id}", cause)


async def _settle(desk: Desk, desired: Desired, known: Known) -> Known:
    """Look for uploads of an earlier run whose outcome is unknown.

    Raises:
        OutcomeUnknown: one has not appeared, and may yet do so.
    """
    open_ = [
        i
        for (key, name), i in desk.store.intents().items()
        if key == known.key and i.kind == "attachment"
    ]
    if not open_:
        return known
    there = await _list(desk, known)
    for intent in open_:
        found = found_upload(known, intent, desired.files, there)
        if found:
            known = desk.bind(found, intent)
        elif desk.now() - intent.at >= desk.settle_seconds:
            desk.store.drop(intent)
        else:
            raise OutcomeUnknown("POST", f"attachment {intent.name}", "sent by an earlier run")
    return known


async def _upload(desk: Desk, known: Known, file: File) -> Known:
    intent = Intent(known.key, "attachment", file.name, name_of_upload(file), 0, known.document)
    attachments = desk.itglue.attachments(*place_of(known.asset_id))
    try:
        record = await attachments.create(
            file.name, desk.read(file.path), before=functools.partial(begin, desk, intent)
        )
    except OutcomeUnknown:
        found = found_upload(known, intent, {file.name: file}, await _list(desk, known))
        if found is None:
            raise
        return desk.bind(found, intent)
    except PublisherError:
        desk.store.drop(intent)
        raise
    listed = dict(await _listed(desk, known))
    listed[record.id] = existing_file(record)
    desk.attached(known.asset_id, listed)
    url = listed[record.id].url
    return desk.bind(with_upload(known, file.name, record.id, url, file.blob, file.size), intent)


async def _listed(desk: Desk, known: Known) -> dict[str, ExistingFile]:
    """The attachments of an asset, asked for only where no list said them."""
    asset = desk.remote.existing.get(known.asset_id)
    if asset is not None and asset.files is not None:
        return dict(asset.files)
    return await _list(desk, known)


async def _list(desk: Desk, known: Known) -> dict[str, ExistingFile]:
    records = await desk.itglue.attachments(*place_of(known.asset_id)).list()
    files = {record.id: existing_file(record) for record in records}
    if known.asset_id in desk.remote.existing:
        desk.attached(known.asset_id, files)
    return files
