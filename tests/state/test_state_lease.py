"""The lease while an apply holds it: renewed, named after its run, given back whatever happens."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.apply import lease as lease_module
from publisher.apply.lease import leased
from publisher.errors import Locked, StateUnusable
from publisher.state import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(f"sqlite:///{tmp_path}/state.db", Path("/"), {})
    yield made
    made.close()


def test_it_is_renewed_while_the_run_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run may take longer than a lease lasts."""
    monkeypatch.setattr(lease_module, "RENEWED_EVERY", 0.01)

    async def run() -> None:
        async with leased(store, "test"):
            (first,) = store.leases()
            await asyncio.sleep(0.1)
            (second,) = store.leases()
            assert second.renewed > first.renewed
            assert second.expires > first.expires

    asyncio.run(run())
    assert store.leases() == []


def test_it_is_given_back_when_the_run_fails(store: Store) -> None:
    """The failure is told, and the next run need not wait."""

    async def run() -> None:
        async with leased(store, "test"):
            raise RuntimeError("of the run")

    with pytest.raises(RuntimeError, match="of the run"):
        asyncio.run(run())
    assert store.leases() == []


def test_a_state_that_breaks_does_not_hide_how_the_run_ended(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease expires by itself."""

    def broken(*_: object) -> None:
        raise StateUnusable(store.url, "unwritable")

    async def run() -> str:
        async with leased(store, "test"):
            monkeypatch.setattr(store, "release", broken)
            monkeypatch.setattr(store, "acquire", broken)
            await asyncio.sleep(0.05)
        return "ended"

    monkeypatch.setattr(lease_module, "RENEWED_EVERY", 0.01)
    assert asyncio.run(run()) == "ended"


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, ""),
        ({"CI_JOB_URL": "https://gitlab.test/job/1"}, "https://gitlab.test/job/1"),
        ({"BUILD_URL": "https://jenkins.test/7/"}, "https://jenkins.test/7/"),
        (
            {
                "GITHUB_RUN_ID": "9",
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_REPOSITORY": "acme/docs",
            },
            "https://github.com/acme/docs/actions/runs/9",
        ),
    ],
    ids=["none", "gitlab", "jenkins", "github"],
)
def test_it_names_its_holder_and_the_ci_run(
    store: Store, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str
) -> None:
    """So that whoever is locked out knows where to look."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    async def run() -> None:
        async with leased(store, "test"), leased(store, "test"):
            pass

    with pytest.raises(Locked) as raised:
        asyncio.run(run())
    assert f"process {os.getpid()}" in raised.value.owner
    assert raised.value.owner.endswith(url or str(os.getpid()))
