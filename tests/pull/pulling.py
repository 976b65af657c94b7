"""A world whose edits in IT Glue are pulled back."""

from __future__ import annotations

import asyncio
import base64

from world import World

from publisher.plan import Policy
from publisher.pull.edits import Pulled, keep_edits, pull_edits


def pull(world: World, *only: str, attachments: bool = False) -> list[Pulled]:
    """What `publisher pull` does."""

    async def run() -> list[Pulled]:
        async with world.client() as itglue:
            with world.open_state() as store:
                session = await world.session(store, itglue, Policy(), worktree=True)
                planned = await session.plan()
                pulled = await pull_edits(session, planned, only, attachments=attachments)
                keep_edits(session, planned, pulled)
                return pulled

    return asyncio.run(run())


def attach(world: World, asset_id: int, name: str, content: bytes) -> str:
    """A colleague puts a file on an asset; its address."""
    file = {"content": base64.b64encode(content).decode(), "file_name": name}
    asset = world.site.get("flexible_assets", asset_id)
    record = world.site.create("attachments", {"attachment": file}, parent=asset)
    (plain,) = world.site.attributes([record])
    return str(plain["download-url"])


def edit_body(world: World, name: str, old: str, new: str, field: str = "body") -> None:
    """A colleague changes some HTML of an asset's body."""
    html = world.asset(name)["traits"][field]
    assert old in html, html
    world.edit(name, **{field: html.replace(old, new)})


def quiet(world: World) -> bool:
    """Whether the next plan and the next apply have nothing to say and nothing to write."""
    plan = world.plan()
    before = len(world.requests())
    world.apply()
    return not plan.actions and not plan.drifts and not world.writes(before)
