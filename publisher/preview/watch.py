"""Notices what is saved below the docs root."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

_DEBOUNCE, _STEP = 50, 10
"""Milliseconds: how long to gather events, and how long a pause ends that."""
_IGNORED = frozenset({*DefaultFilter.ignore_dirs, ".publisher"})
"""Folders that hold no documents; our own state changes whenever it is looked at."""


async def watch(root: Path, saved: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Call *saved* after each burst of changes below *root*, until *stop* is set."""
    try:
        await _watch(root, saved, stop, polling=False)
    except OSError:  # no watches left, or a file system that has none
        await _watch(root, saved, stop, polling=True)


async def _watch(
    root: Path, saved: Callable[[], Awaitable[None]], stop: asyncio.Event, *, polling: bool
) -> None:
    def counts(_: Change, path: str) -> bool:
        return is_watched(root, Path(path))

    events = awatch(
        root,
        watch_filter=counts,
        debounce=_DEBOUNCE,
        step=_STEP,
        stop_event=stop,
        force_polling=polling or None,
    )
    async for _ in events:
        await saved()


def is_watched(root: Path, path: Path) -> bool:
    """Whether a change of *path* can matter; what lies above *root* does not count."""
    return path.is_relative_to(root) and not _IGNORED.intersection(path.relative_to(root).parts)
