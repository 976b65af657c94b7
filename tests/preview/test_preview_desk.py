"""The documents and the account brought together: who is told what, and when."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from preview_docs import CATALOG, DocsRepository

from publisher.errors import NoKey, OutOfReach, PublisherError
from publisher.model import Catalog
from publisher.preview import desk as desk_module
from publisher.preview import words
from publisher.preview.desk import Desk
from publisher.preview.model import Asset, Standing, Standings

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


class FakeAccount:
    """An account that answers what it is told to, and remembers what it was asked."""

    def __init__(self, **targets: Standing) -> None:
        self.targets = targets
        self.asked: list[tuple[str, ...]] = []
        self.reads: list[str] = []
        self.trouble: PublisherError | None = None

    async def catalog(self) -> Catalog:
        return CATALOG

    async def standings(self, only: Sequence[str] = ()) -> Standings:
        self.asked.append(tuple(only))
        if self.trouble:
            raise self.trouble
        there = {k: s for k, s in self.targets.items() if not only or s.document in only}
        return Standings(there, at=NOW)

    async def asset(self, asset_id: str) -> Asset | None:
        self.reads.append(asset_id)
        return Asset("A", "", "", {"title": "Old title", "body": "<p>Text.</p>"})

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[FakeAccount]:
        yield self


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "_QUIET", 0.01)


@pytest.fixture
def docs(tmp_path: Path) -> DocsRepository:
    made = DocsRepository(tmp_path, catalog=None)
    made.document("a.md")
    made.document("b.md", title="B")
    made.library.refresh()
    return made


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def following(desk: Desk) -> AsyncIterator[None]:
    task = asyncio.create_task(desk.follow())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_save_asks_about_that_document_alone(docs: DocsRepository) -> None:
    """Everything once, then what was saved, then everything when somebody wants it."""

    async def run() -> None:
        account = FakeAccount()
        desk = Desk(docs.library, instance="production", account=account.open)
        async with following(desk):
            await until(lambda: account.asked == [()])
            docs.document("a.md", "Other.")
            await desk.saved()
            await until(lambda: account.asked == [(), ("a.md",)])
            desk.look_again()
            await until(lambda: len(account.asked) == 3)
        assert account.asked[2] == ()

    asyncio.run(run())


def test_what_is_found_out_about_one_leaves_the_others(docs: DocsRepository) -> None:
    """And what no longer stands is gone."""

    async def run() -> None:
        account = FakeAccount(
            **{"a.md@1": Standing("new", "a.md"), "b.md@1": Standing("drift", "b.md")}
        )
        desk = Desk(docs.library, instance="production", account=account.open)
        async with following(desk):
            await until(lambda: desk.standings.at is not None)
            del account.targets["a.md@1"]
            docs.document("a.md", "Other.")
            await desk.saved()
            await until(lambda: len(account.asked) == 2 and not desk.looking)
        assert {key: one.word for key, one in desk.standings.targets.items()} == {"b.md@1": "drift"}
        assert desk.standings.of("a.md@1").word == "unchanged"

    asyncio.run(run())


def test_without_a_key_the_documents_show_all_the_same(docs: DocsRepository) -> None:
    """And the window says what is missing."""

    @contextlib.asynccontextmanager
    async def locked() -> AsyncIterator[FakeAccount]:
        raise NoKey("production", ("ITGLUE_API_KEY",))
        yield FakeAccount()

    desk = Desk(docs.library, instance="production", account=locked, explain=lambda _: "no key")
    asyncio.run(desk.follow())
    view = docs.library.view("a.md")
    assert view is not None
    stands = words.stands(view, desk)
    assert (stands.word, stands.meaning, stands.busy) == ("unknown", "no key", False)


def test_trouble_later_leaves_what_was_known(docs: DocsRepository) -> None:
    """With a word about it; and the next look may succeed."""

    async def run() -> None:
        account = FakeAccount(**{"a.md@1": Standing("new", "a.md")})
        desk = Desk(docs.library, instance="production", account=account.open)
        async with following(desk):
            await until(lambda: desk.standings.at is not None)
            account.trouble = OutOfReach("https://api.itglue.com", "no route")
            desk.look_again()
            await until(lambda: bool(desk.standings.problem))
            assert desk.standings.of("a.md@1").word == "new"
            assert "no route" in words.note(desk)
            account.trouble = None
            desk.look_again()
            await until(lambda: not desk.standings.problem)

    asyncio.run(run())


def test_differences_are_read_once_and_fields_compared(docs: DocsRepository) -> None:
    """A page that is drawn twice asks IT Glue once."""

    async def run() -> None:
        account = FakeAccount(**{"a.md@1": Standing("changed", "a.md", (), "77")})
        desk = Desk(docs.library, instance="production", account=account.open)
        async with following(desk):
            await until(lambda: desk.standings.at is not None)
            view = docs.view("a.md")
            for _ in range(2):
                found = await desk.changes(view)
                assert found is not None
                assert [(c.name, c.before, c.after) for c in found] == [
                    ("Title", "Old title", "A document")
                ]
            assert await desk.changes(docs.view("b.md")) is None
        assert account.reads == ["77"]

    asyncio.run(run())


def test_every_page_is_told_and_a_closed_one_forgotten(docs: DocsRepository) -> None:
    """The list and the view are fetched again after a save; streams end with the server."""

    async def run() -> list[str]:
        desk = Desk(docs.library, instance="production", account=FakeAccount().open)
        stream = desk.feed.stream()
        hello = await anext(stream)
        docs.document("c.md")
        await desk.saved()
        await desk.saved()
        news = await anext(stream)
        desk.feed.close()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        return [hello, news]

    hello, news = asyncio.run(run())
    assert hello.endswith('data: {"version": 0, "fetch": []}\n\n')
    assert news == 'data: {"version": 1, "fetch": ["list", "view"]}\n\n'


def test_a_bad_publisher_toml_is_shown_until_it_is_mended(docs: DocsRepository) -> None:
    """The documents stay as they were."""

    async def run() -> tuple[str, str]:
        desk = Desk(docs.library, instance="production", account=FakeAccount().open)
        docs.write("publisher.toml", "[docs")
        await desk.saved()
        bad = desk.problem
        docs.write("publisher.toml", "[docs]\n")
        await desk.saved()
        return bad, desk.problem

    bad, good = asyncio.run(run())
    assert "TOML" in bad
    assert good == ""
