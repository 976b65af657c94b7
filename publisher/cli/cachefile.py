"""Where an instance's metadata cache lies, and that it knows what the commands write."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import BadConfig

if TYPE_CHECKING:
    from publisher.cli.connect import Choice
    from publisher.itglue import ITGlue


def cache_path(choice: Choice) -> Path:
    """Where an instance's cache lies, if no other file is named."""
    return choice.root / ".publisher" / "cache" / f"{choice.name}.db"


def keep_current(itglue: ITGlue, choice: Choice, stack: contextlib.AsyncExitStack) -> None:
    """Let the client's writes go into the instance's cache, if there is one."""
    path = cache_path(choice)
    if not path.is_file():
        return
    from publisher.itglue.cache import Cached, MetadataCache

    with contextlib.suppress(BadConfig):  # `publisher cache` says what is wrong with it
        Cached(itglue, stack.enter_context(MetadataCache(path, choice.base_url)))
