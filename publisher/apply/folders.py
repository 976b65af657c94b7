"""Folders of native documents: found by name and parent, made where they lack, each once.

Two documents may need the same one, so folders are looked for and made one at a time.
"""

from __future__ import annotations

import functools

from publisher.apply.desk import Desk, begin
from publisher.errors import OutcomeUnknown, PublisherError
from publisher.marker import new_attempt
from publisher.model import Json
from publisher.targets import Intent


async def folder_id(desk: Desk, organization_id: str, path: str) -> str:
    """The id of a folder, made with those above it where they lack.

    Args:
        desk: the run.
        organization_id: whose folder it is.
        path: names from the top, with '/' between.

    Raises:
        OutcomeUnknown: one may be there now, or come yet; the next run looks.
        ITGlueError: it cannot be had.
    """
    async with desk.folder_lock:
        if organization_id not in desk.folders:
            desk.folders[organization_id] = await _list(desk, organization_id)
        above = ""
        names = path.split("/")
        for depth, name in enumerate(names, 1):
            here = "/".join(names[:depth])
            above = await _one(desk, organization_id, above, name, here)
        return above


async def _one(desk: Desk, organization_id: str, above: str, name: str, path: str) -> str:
    key = f"folder@{organization_id}"
    open_ = desk.store.intents().get((key, path))
    found = desk.folders[organization_id].get((above, name.casefold()))
    if open_ and (found or desk.now() - open_.at >= desk.settle_seconds):
        desk.store.drop(open_)
    elif open_:
        raise OutcomeUnknown("POST", f"folder {path}", "sent by an earlier run")
    return found or await _make(desk, organization_id, above, name, Intent(
        key, "folder", path, new_attempt(), 0
    ))  # fmt: skip


async def _make(desk: Desk, organization_id: str, above: str, name: str, intent: Intent) -> str:
    attributes: dict[str, Json] = {"name": name}
    if above:
        attributes["parent-id"] = int(above)
    folders = desk.itglue.document_folders(organization_id)
    try:
        made = (await folders.create(attributes, before=functools.partial(begin, desk, intent))).id
    except OutcomeUnknown:
        desk.folders[organization_id] = await _list(desk, organization_id)
        found = desk.folders[organization_id].get((above, name.casefold()))
        if found is None:
            raise
        made = found
    except PublisherError:
        desk.store.drop(intent)
        raise
    desk.folders[organization_id][above, name.casefold()] = made
    desk.store.drop(intent)
    return made


async def _list(desk: Desk, organization_id: str) -> dict[tuple[str, str], str]:
    """(id of the folder above or '', name in small letters) -> id; the oldest of several."""
    found: dict[tuple[str, str], str] = {}
    async for record in desk.itglue.document_folders(organization_id).list():
        above = str(record.attributes.parent_id or "")
        found.setdefault((above, (record.attributes.name or "").casefold()), record.id)
    return found
