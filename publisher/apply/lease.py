"""The lease of an instance: one apply at a time. Nothing's correctness depends on it."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable

from publisher.errors import Locked
from publisher.state import Lease, Store

SECONDS, RENEWED_EVERY = 120.0, 30.0
RUN_URLS = ("PUBLISHER_RUN_URL", "CI_JOB_URL", "BUILD_URL")
"""Where CI systems say which run this is."""


@contextlib.asynccontextmanager
async def leased(
    store: Store, instance: str, now: Callable[[], float] = time.time
) -> AsyncIterator[None]:
    """Hold the lease, renewing it, until the block ends.

    Raises:
        Locked: another run holds it, and lives as far as can be told.
    """
    token = secrets.token_hex(8)
    _take(store, instance, _mine(token, now()), now())
    renewal = asyncio.create_task(_renew(store, token, now))
    try:
        yield
    finally:
        renewal.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewal
        store.release(token)


def _take(store: Store, instance: str, mine: Lease, now: float) -> None:
    held = store.acquire(mine, now)
    if held and held.host == mine.host and not _alive(held.pid):
        store.release(held.token)  # its process has died: nobody will give it back
        held = store.acquire(mine, now)
    if held:
        raise Locked(instance, held.owner, held.expires)


async def _renew(store: Store, token: str, now: Callable[[], float]) -> None:
    while True:
        await asyncio.sleep(RENEWED_EVERY)
        store.acquire(_mine(token, now()), now())


def _mine(token: str, now: float) -> Lease:
    host, pid = socket.gethostname(), os.getpid()
    url = next((os.environ[name] for name in RUN_URLS if os.environ.get(name)), "")
    if not url and os.environ.get("GITHUB_RUN_ID"):
        server, repo = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
        url = f"{server}/{repo}/actions/runs/{os.environ['GITHUB_RUN_ID']}"
    owner = f"{_user()}@{host}, process {pid}" + (f", {url}" if url else "")
    return Lease(token, owner, host, pid, now + SECONDS)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"  # a container without a user entry


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
