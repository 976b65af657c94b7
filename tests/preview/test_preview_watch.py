"""What is noticed of the disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from publisher.preview.watch import is_watched, watch

ROOT = Path("/home/me/.venv/docs")


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("a.md", True), ("sub/images/b.png", True), ("publisher.toml", True),
        (".gitignore", True), (".git/index", False), (".publisher/local.db-wal", False),
        ("sub/node_modules/x.md", False), ("/elsewhere/a.md", False),
    ],
)  # fmt: skip
def test_git_and_our_state_are_no_documents(path: str, counts: bool) -> None:
    """What lies above the docs root says nothing about what is in it."""
    assert is_watched(ROOT, ROOT / path) is counts


def test_a_save_is_noticed_at_once(tmp_path: Path) -> None:
    """Also by way of another file that takes its place, as editors do it."""

    async def run() -> int:
        stop, seen, noticed = asyncio.Event(), 0, asyncio.Event()

        async def saved() -> None:
            nonlocal seen
            seen += 1
            noticed.set()

        task = asyncio.create_task(watch(tmp_path, saved, stop))
        await asyncio.sleep(0.3)
        async with asyncio.timeout(5):
            (tmp_path / "a.md.new").write_text("x")
            (tmp_path / "a.md.new").replace(tmp_path / "a.md")
            await noticed.wait()
        stop.set()
        await task
        return seen

    assert asyncio.run(run()) >= 1
