"""The lease of an instance, or of some organizations: one apply at a time on each of them.

Nothing's correctness depends on it."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import secrets
import socket
from collections.abc import AsyncIterator, Collection

from publisher.errors import Locked, StateError
from publisher.state import Lease, Store
from publisher.state.process import alive, host

SECONDS, RENEWED_EVERY = 120.0, 30.0
RUN_URLS = ("PUBLISHER_RUN_URL", "CI_JOB_URL", "BUILD_URL")
"""Where CI systems say which run this is: GitLab's and Jenkins' own variables."""


@contextlib.asynccontextmanager
async def leased(
    store: Store, instance: str, organizations: Collection[str] | None = None
) -> AsyncIterator[None]:
    """Hold the lease of *organizations* (ids; None: of all), renewing it, until the block ends.

    Raises:
        Locked: another run holds some of it, and lives as far as can be told.
    """
    mine = _mine(None if organizations is None else tuple(sorted(organizations)))
    _take(store, instance, mine)
    renewal = asyncio.create_task(_renew(store, mine))
    try:
        yield
    finally:
        renewal.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewal
        with contextlib.suppress(StateError):  # then it expires
            store.release(mine.token)


def died(lease: Lease) -> bool:
    """Whether the process that holds *lease* ran here and is no more."""
    return lease.host == host() and not alive(lease.pid)


def _take(store: Store, instance: str, mine: Lease) -> None:
    while held := store.acquire(mine, SECONDS):
        if not died(held):
            raise Locked(instance, held.holder, held.expires)
        store.release(held.token)  # nobody else will give it back


async def _renew(store: Store, mine: Lease) -> None:
    while True:
        await asyncio.sleep(RENEWED_EVERY)
        with contextlib.suppress(StateError):  # the run's next write of its own will say it
            store.acquire(mine, SECONDS)


def _mine(organizations: tuple[str, ...] | None) -> Lease:
    owner = f"{_user()}@{socket.gethostname()}, process {os.getpid()}"
    token, pid = secrets.token_hex(8), os.getpid()
    return Lease(token, owner, host(), pid, _run_url(), organizations=organizations)


def _run_url() -> str:
    """The page of this CI run, as CI systems name it; '' elsewhere."""
    url = next((os.environ[name] for name in RUN_URLS if os.environ.get(name)), "")
    if not url and os.environ.get("GITHUB_RUN_ID"):
        server, repo = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
        url = f"{server}/{repo}/actions/runs/{os.environ['GITHUB_RUN_ID']}"
    return url


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"  # a container without a user entry
