"""Attachments: uploaded once, bound by the hash of their bytes, removed after the new one is there.

IT Glue tells only name and size of what it holds. After an upload whose answer was lost, the
asset's attachments are listed: one of that name and size that is bound to nothing is ours.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace

from publisher.apply.desk import Desk
from publisher.errors import OutcomeUnknown, PublisherError
from publisher.gather.fingerprint import existing_file
from publisher.marker import new_attempt
from publisher.targets import Desired, ExistingFile, File, Intent, Known, KnownFile


async def upload(desk: Desk, key: str, *, again: Iterable[str] = ()) -> Known:
    """Upload what a target lacks, and what changed. The old ones stay until `remove_old`.

    Args:
        desk: the run.
        key: the target, which has an asset.
        again: names of attachments that somebody removed and that are wanted back.
    """
    desired, known = desk.desired[key], desk.known[key]
    known = await _settle(desk, desired, known)
    for name, file in sorted(desired.files.items()):
        there = known.files.get(name)
        if there is None or there.blob != file.blob or name in again:
            known = await _upload(desk, known, file)
    return known


async def remove_old(desk: Desk, key: str) -> Known:
    """Remove attachments that were ours and that nobody wants any more."""
    desired, known = desk.desired[key], desk.known[key]
    files = await _listed(desk, known)
    wanted = {known.files[name].id for name in desired.files if name in known.files}
    former = {file.id for name, file in known.files.items() if name not in desired.files}
    gone = (former | _replaced(known)) - wanted
    there = sorted(gone & set(files))
    if there:
        try:
            await desk.itglue.attachments("flexible_assets", known.asset_id).delete(there)
        except OutcomeUnknown:
            files = await _list(desk, known)
            if set(there) & set(files):
                raise
    desk.attached(known.asset_id, {id_: f for id_, f in files.items() if id_ not in there})
    kept = {n: replace(f, replaces=()) for n, f in known.files.items() if n in desired.files}
    return desk.bind(replace(known, files=kept)) if kept != dict(known.files) else known


def _replaced(known: Known) -> set[str]:
    return {id_ for file in known.files.values() for id_ in file.replaces}


async def _settle(desk: Desk, desired: Desired, known: Known) -> Known:
    """Look for uploads of an earlier run whose outcome is unknown."""
    open_intents = [
        i for (key, name), i in desk.store.intents().items() if key == known.key and name
    ]
    if not open_intents:
        return known
    there = await _list(desk, known)
    for intent in open_intents:
        file = desired.files.get(intent.name)
        found = _unbound(known, file, there) if file else None
        if file and found:
            known = _bound(desk, known, file, found, there[found].url, intent)
        elif desk.now() - intent.at >= desk.settle_seconds:
            desk.store.drop(intent)
        else:
            raise OutcomeUnknown("POST", f"attachment {intent.name}", "sent by an earlier run")
    return known


async def _upload(desk: Desk, known: Known, file: File) -> Known:
    intent = Intent(known.key, "attachment", file.name, new_attempt(), desk.now(), known.document)
    attachments = desk.itglue.attachments("flexible_assets", known.asset_id)
    try:
        record = await attachments.create(
            file.name, desk.read(file.path), before=functools.partial(desk.store.begin, intent)
        )
    except OutcomeUnknown:
        there = await _list(desk, known)
        found = _unbound(known, file, there)
        if found is None:
            raise
        return _bound(desk, known, file, found, there[found].url, intent)
    except PublisherError:
        desk.store.drop(intent)
        raise
    listed = dict(await _listed(desk, known))
    listed[record.id] = existing_file(record)
    desk.attached(known.asset_id, listed)
    return _bound(desk, known, file, record.id, listed[record.id].url, intent)


def _bound(desk: Desk, known: Known, file: File, file_id: str, url: str, intent: Intent) -> Known:
    before = known.files.get(file.name)
    replaces = (*before.replaces, before.id) if before and before.id != file_id else ()
    new = KnownFile(file_id, file.blob, file.size, url, replaces)
    return desk.bind(replace(known, files={**known.files, file.name: new}), intent)


def _unbound(known: Known, file: File, there: dict[str, ExistingFile]) -> str | None:
    bound = {f.id for f in known.files.values()} | _replaced(known)
    candidates = sorted((id_ for id_ in there if id_ not in bound), key=lambda i: (len(i), i))
    for id_ in candidates:
        if there[id_].name == file.name and there[id_].size in (None, file.size):
            return id_
    return None


async def _listed(desk: Desk, known: Known) -> dict[str, ExistingFile]:
    """The attachments of an asset, asked for only where no list said them."""
    asset = desk.remote.existing.get(known.asset_id)
    if asset is not None and asset.files is not None:
        return dict(asset.files)
    return await _list(desk, known)


async def _list(desk: Desk, known: Known) -> dict[str, ExistingFile]:
    records = await desk.itglue.attachments("flexible_assets", known.asset_id).list()
    files = {record.id: existing_file(record) for record in records}
    if known.asset_id in desk.remote.existing:
        desk.attached(known.asset_id, files)
    return files
