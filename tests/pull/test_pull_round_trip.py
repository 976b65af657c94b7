"""Publish, then pull: no byte of any document changes; and edits of every block come back."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulling import pull
from world import World

from publisher.data import example_docs
from publisher.gather.session import Planned, Session
from publisher.plan import Policy
from publisher.pull.blocks import blocks
from publisher.pull.body import body_of
from publisher.pull.canvas import Canvas, Studio, studio
from publisher.render import split_footer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The example documents, published."""
    organizations = _yaml(example_docs() / "simulator.yaml")["organizations"]
    types = [_yaml(file) for file in sorted((example_docs() / "types").glob("*.yaml"))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("world.SEED", {"organizations": organizations, "types": types})
        made = World(tmp_path_factory.mktemp("round"))
    shutil.copytree(example_docs(), made.root, dirs_exist_ok=True)
    made.commit()
    assert not made.apply().failed
    return made


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def stage(world: World) -> Studio:
    """Everything that was published, read."""

    async def run() -> tuple[Session, Planned]:
        async with world.client() as itglue:
            with world.open_state() as store:
                session = await world.session(
                    store, itglue, Policy(), worktree=True, refresh="full"
                )
                planned = await session.plan()
                await session.read_documents(planned, planned.known)
                return session, planned

    return studio(*asyncio.run(run()))


def _targets(stage: Studio) -> list[tuple[Canvas, str]]:
    """One target of each document that becomes an asset and is no template, with its HTML."""
    planned = stage.planned
    found: dict[str, tuple[Canvas, str]] = {}
    for key, known in sorted(planned.known.items()):
        canvas = Canvas(stage, key)
        if not canvas.content.body:  # parted into sections
            continue
        html = planned.remote.fresh[known.asset_id].traits[canvas.content.body]
        if not canvas.document.template:
            found[known.document] = canvas, split_footer(html)[0]
    return list(found.values())


def test_nothing_edited_is_nothing_pulled(world: World) -> None:
    """No document of the example has drifted, and no file is touched."""
    assert pull(world) == []
    assert world.git("status", "--porcelain") == ""


def test_what_was_published_comes_back_to_the_byte(stage: Studio) -> None:
    """The server's own HTML, taken for an edit, is the author's Markdown again."""
    targets = _targets(stage)
    assert len(targets) >= 16
    for canvas, html in targets:
        body = body_of(canvas, html)
        assert (body.markdown, body.wrong) == (canvas.document.body, None), canvas.key


@pytest.mark.parametrize("rest", [0, 1])
def test_edits_of_any_block_come_back(stage: Studio, rest: int) -> None:
    """A word is put into every second block: each comes back, and no other line changes."""
    for canvas, html in _targets(stage):
        there = [
            _edited(block) if at % 2 == rest else block for at, block in enumerate(blocks(html))
        ]
        body = body_of(canvas, "".join(there))
        edits = sum("EDITED" in block for block in there)
        assert (body.wrong, body.markdown.count("EDITED")) == (None, edits), canvas.key
        lines = body.markdown.split("\n")
        changed = [line for line in canvas.document.body.split("\n") if line not in lines]
        assert len(changed) <= edits, canvas.key


def _edited(block: str) -> str:
    """*block* with one word more behind its last one."""
    ends = list(re.finditer(r"(?<=[a-z])(?=</[a-z]|\.</)", block))
    return f"{block[: ends[-1].end()]} EDITED{block[ends[-1].end() :]}" if ends else block
