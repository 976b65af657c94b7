"""Pages rendered ahead, by all cores: nineteen twentieths of a first plan's time are rendering.

Rendering is pure, text in and page out, so it can be done anywhere; what comes out does not depend
on where it was. New processes are spawned, not forked, as threads of Git and of the event loop may
be at work. That costs a second, so a few documents are not worth it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TypeAlias

from publisher.render import Page, TooDeep, render

WORTH_IT = 150
"""Documents from which on processes are quicker: they take some two seconds to render in one."""
_AT_ONCE = 16
"""Documents that one process is given at a time."""

Source: TypeAlias = tuple[str, str, str | None, int]
"""What a page is made of: path, body, title, and the line on which the body starts."""


def call_processes(count: int) -> ProcessPoolExecutor | None:
    """Start a process for each core, if *count* documents are worth it and processes to be had.

    They get ready while the caller reads and parses; `render_all` ends them.
    """
    cores = _cores()
    if cores < 2 or count < WORTH_IT:
        return None
    spawn = multiprocessing.get_context("spawn")
    try:
        pool = ProcessPoolExecutor(cores, mp_context=spawn, initializer=_obedient)
        for _ in range(cores):
            pool.submit(_get_ready)
    except OSError:  # no memory, no semaphores
        return None
    return pool


def render_all(
    sources: Iterable[Source], pool: ProcessPoolExecutor | None = None
) -> dict[Source, Page]:
    """Render *sources* in as many processes as there are cores.

    What cannot be rendered is left out, and so is everything when they are few, or processes
    cannot be had: then the caller's own rendering says why.

    Args:
        sources: what is to be rendered.
        pool: processes that were called before, for as many or more.
    """
    wanted = list(sources)
    pool = pool or call_processes(len(wanted))
    if pool is None:
        return {}
    try:
        with pool:
            pages = pool.map(_rendered, wanted, chunksize=_AT_ONCE)
            return {source: page for source, page in zip(wanted, pages, strict=True) if page}
    except (BrokenProcessPool, OSError):  # no memory, or a main that is no module
        return {}


def _obedient() -> None:
    """Neither end before the one that asked, nor live longer.

    Ctrl-C reaches every process of a terminal: one explanation is enough. A killed parent says
    nothing at all, and its pipes stay open for as long as a process of its lives.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _get_ready() -> None:
    import publisher.render.markdown  # noqa: F401 (the parser and all that it loads)


def _rendered(source: Source) -> Page | None:
    path, body, title, line = source
    try:
        return render(body, path=path, title=title, first_line=line)
    except TooDeep:
        return None


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
