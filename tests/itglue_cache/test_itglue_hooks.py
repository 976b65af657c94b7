"""Hooks: what this client changed is told, and a hook breaks nothing."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import httpx
import pytest
from itglue_echo import KEY, client, echo

from publisher.errors import OutcomeUnknown
from publisher.itglue import Change, Hooks, ITGlue, ITGlueClient
from publisher.itglue import hooks as module
from publisher.itglue.hooks import events, singular


async def change_everything(itglue: ITGlue) -> None:
    """One write of every kind."""
    await itglue.organizations.create({"name": "A"})
    await itglue.organizations.update(1, {"name": "B"})
    await itglue.organizations.delete([1, 2])
    await itglue.flexible_assets.delete(3)
    await itglue.configurations.update_many({4: {"name": "C"}, 5: {"name": "D"}})
    await itglue.passwords.under("organizations", 9).create_many([{"name": "E"}])


def test_every_write_is_told() -> None:
    """Created, updated and deleted, one by one and in bulk, with the record that came back."""
    heard: list[Change] = []

    async def work() -> None:
        async with client(echo) as itglue:
            itglue.on("*", heard.append)
            await change_everything(itglue)

    asyncio.run(work())
    assert [(change.event, change.entity, change.id) for change in heard] == [
        ("organization.created", "organizations", "77"),
        ("organization.updated", "organizations", "1"),
        ("organization.deleted", "organizations", "1"),
        ("organization.deleted", "organizations", "2"),
        ("flexible_asset.deleted", "flexible_assets", "3"),
        ("configuration.updated", "configurations", "4"),
        ("configuration.updated", "configurations", "5"),
        ("password.created", "passwords", "77"),
    ]
    assert heard[0].record is not None
    assert heard[0].record.attributes.name == "A"
    assert heard[2].record is None
    assert (heard[0].parent, heard[-1].parent) == (None, ("organizations", "9"))


def test_a_new_password_value_is_a_rotation() -> None:
    """An update that sets the value is told twice, one that does not once; nothing shows it."""
    heard: list[Change] = []

    async def work() -> None:
        async with client(echo) as itglue:
            itglue.on("password.rotated", heard.append)
            await itglue.passwords.update(1, {"name": "renamed"})
            await itglue.passwords.update(2, {"password": "hunter2"})
            await itglue.passwords.update_many({3: {"password": "hunter3"}})
            await itglue.passwords.create({"password": "hunter1"})

    asyncio.run(work())
    assert [change.id for change in heard] == ["2", "3"]
    assert "hunter" not in repr(heard) + str(heard[0].record)


def test_hooks_run_in_order_and_may_be_async() -> None:
    """The write returns when all of them have run."""
    heard: list[str] = []

    async def later(change: Change) -> None:
        await asyncio.sleep(0)
        heard.append("async")

    async def work() -> None:
        async with client(echo) as itglue:
            itglue.on("organization.created", later)
            itglue.on("organization.created", lambda change: heard.append("sync"))
            await itglue.organizations.create({})

    asyncio.run(work())
    assert heard == ["async", "sync"]


def test_a_failing_or_slow_hook_is_logged_and_breaks_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write is returned, the next hook runs, and the log has no word of what was written."""
    heard: list[Change] = []
    monkeypatch.setattr(module, "PATIENCE", 0.01)

    def fails(change: Change) -> None:
        raise RuntimeError(f"cannot post {change.record}")

    async def sleeps(change: Change) -> None:
        await asyncio.sleep(60)

    async def work() -> str:
        async with client(echo) as itglue:
            for hook in (fails, sleeps, heard.append):
                itglue.on("organization.created", hook)
            return (await itglue.organizations.create({"alert": "sent-text"})).id

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(work()) == "77"
    assert len(heard) == 1
    first, second = caplog.messages
    assert "fails" in first
    assert "error='RuntimeError'" in first
    assert f"at='{__file__}:" in first
    assert "sleeps" in second
    assert "error='TimeoutError'" in second
    assert "sent-text" not in caplog.text
    assert KEY not in caplog.text


def test_what_is_not_certain_is_not_told() -> None:
    """A lost answer may mean a new record or none."""
    heard: list[Change] = []

    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset")

    async def work() -> None:
        async with client(lost) as itglue:
            itglue.on("*", heard.append)
            with pytest.raises(OutcomeUnknown):
                await itglue.organizations.create({})

    asyncio.run(work())
    assert heard == []


def test_a_hook_can_be_taken_away() -> None:
    """Once or twice."""
    heard: list[Change] = []

    async def work() -> None:
        async with client(echo) as itglue:
            off = itglue.on("*", heard.append)
            off()
            off()
            await itglue.organizations.create({})

    asyncio.run(work())
    assert heard == []


def test_an_unknown_event_is_refused_with_the_one_that_was_meant() -> None:
    """Else nobody would notice that it never comes."""
    with pytest.raises(ValueError, match=r"did you mean document\.created\?"):
        Hooks().on("documents.created", print)
    with pytest.raises(ValueError, match="there is no event 'x'"):
        Hooks().on("x", print)


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("flexible-assets", "flexible_asset"),
        ("password-categories", "password_category"),
        ("organization-statuses", "organization_status"),
        ("countries", "country"),
        ("document-sections", "document_section"),
        ("related-items", "related_item"),
    ],
)
def test_events_are_named_in_the_singular(plural: str, one: str) -> None:
    """As one says it."""
    assert singular(plural) == one
    assert f"{one}.created" in events()


def test_the_synchronous_face_has_hooks_that_may_use_it() -> None:
    """A plain function is called outside of the client's own loop."""
    heard: list[Any] = []

    async def asynchronous(change: Change) -> None:
        heard.append("async")

    with ITGlueClient(
        base_url="https://api.itglue.test", api_key=KEY, transport=httpx.MockTransport(echo)
    ) as itglue:

        def plain(change: Change) -> None:
            heard.append(itglue.organizations.update(change.id, {"name": "again"}).id)

        itglue.on("organization.created", plain)
        itglue.on("organization.created", asynchronous)
        itglue.organizations.create({"name": "A"})
    assert heard == ["77", "async"]


HEARD: list[Change] = []


def register(hooks: Hooks) -> None:
    """What a package would offer as its entry point."""
    hooks.on("organization.created", HEARD.append)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two packages with an entry point, one of which is broken."""
    group = module.GROUP
    points = EntryPoints(
        [EntryPoint("broken", "no_such_module:x", group), EntryPoint("mine", "mine:x", group)]
    )
    monkeypatch.setattr(module, "entry_points", lambda group: points)
    monkeypatch.setattr(
        EntryPoint, "load", lambda self: register if self.name == "mine" else __import__("no_such")
    )
    HEARD.clear()
    yield
    HEARD.clear()


@pytest.mark.usefixtures("installed")
def test_an_installed_package_listens(caplog: pytest.LogCaptureFixture) -> None:
    """Through its entry point, loaded once; a broken one is named in the log."""

    async def work() -> None:
        async with client(echo) as itglue:
            await itglue.organizations.create(json.loads("{}"))
            await itglue.organizations.create({})

    asyncio.run(work())
    assert len(HEARD) == 2
    assert caplog.messages == ["hook not loaded hook='broken' error='ModuleNotFoundError'"]
