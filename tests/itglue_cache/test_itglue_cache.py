"""The metadata cache: what it holds, when it asks, and what it never keeps."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from account import BASE_URL, Account, furnished
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itglue_echo import KEY

from publisher.errors import OutOfReach, Rejected, Throttled
from publisher.itglue import ITGlue, ITGlueClient, Listener
from publisher.itglue.cache import Cached, Item, Link, MetadataCache, SyncCached
from publisher.simulator import Rule, Site, Status, create_app

GONE_DOWN = (OutOfReach, Throttled)


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = furnished(tmp_path)
    yield made
    made.site.close()


def names(items: list[Item]) -> list[str]:
    return [item.name for item in items]


# Reading


def test_a_refresh_reads_everything_that_is_kept(account: Account) -> None:
    """Organizations, configurations, contacts, types with fields, assets, documents and links."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        told: dict[str, int] = {}
        await cached.refresh(told=told.__setitem__)
        assert told["organizations"] == 2
        assert cached.stats().entities == {
            "configurations": 1,
            "contacts": 1,
            "documents": 1,
            "flexible_asset_fields": 2,
            "flexible_asset_types": 1,
            "flexible_assets": 1,
            "organizations": 2,
        }
        before = itglue.requests
        assert names(await cached.list("organizations")) == ["Acme Corp", "Zürich Café"]
        (field,) = await cached.named("flexible_asset_fields", "Title")
        assert field.attributes["name_key"] == "title"
        (server,) = await cached.list("configurations", account.id_of("organizations"))
        assert (server.name, server.attributes["hostname"]) == ("SRV-01", "srv-01.acme.test")
        (link, owner) = await cached.relationships("configurations", server.id)
        document = account.id_of("documents")
        assert link == Link("link", "documents", document, "Backup runbook")
        assert (owner.kind, owner.entity) == ("attribute", "organizations")
        assert itglue.requests == before

    account.run(work)


def test_a_second_refresh_reads_what_is_new(account: Account) -> None:
    """One short request per list; new, changed and deleted records are noticed."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        await cached.refresh()
        account.pass_(hours=1)
        account.write("organizations", name="New Co")
        account.change("configurations", 0, name="SRV-02")
        await cached.refresh()
        assert names(await cached.named("organizations", "new co")) == ["New Co"]
        assert names(await cached.list("configurations")) == ["SRV-02"]
        assert await cached.search("srv 01", ["configurations"]) != []  # its hostname stayed
        account.pass_(hours=1)
        account.drop("organizations", 2)
        account.drop("documents", 0)
        await cached.refresh()
        assert names(await cached.list("organizations")) == ["Acme Corp", "Zürich Café"]
        assert await cached.list("documents") == []

    account.run(work)


def test_a_refresh_with_nothing_new_is_one_request_per_list(account: Account) -> None:
    """Three lists, the types, one list per type, two per organization."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        await cached.refresh()
        before = itglue.requests
        await cached.refresh()
        assert itglue.requests - before == 3 + 1 + 1 + 2 * 2

    account.run(work)


STEPS = st.tuples(
    st.sampled_from(["create", "rename", "delete", "ask", "wait"]), st.integers(0, 20)
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=20))
def test_an_incremental_reading_is_as_good_as_a_whole_one(steps: list[tuple[str, int]]) -> None:
    """Whatever others did in between, in whatever order."""
    with tempfile.TemporaryDirectory() as folder:
        account = Account(Path(folder), Site.open(":memory:"))
        account.site.clock = account.clock

        async def work(itglue: ITGlue, cached: Cached) -> None:
            for number, (step, which) in enumerate([*steps, ("ask", 0)]):
                there = account.site.count("organizations")
                if step == "create":
                    account.write("organizations", name=f"Org {number}")
                elif step == "rename" and there:
                    account.change("organizations", which % there, name=f"Renamed {number}")
                elif step == "delete" and there:
                    account.drop("organizations", which % there)
                elif step == "wait":
                    account.now += which * 20
                elif step == "ask":  # for what is not there, so that the list is read again
                    await cached.named("organizations", "nobody")
            held = {item.id: item.name for item in await cached.list("organizations")}
            assert held == {str(r.id): r.name for r in account.site.all("organizations")}

        account.run(work)
        account.site.close()


@pytest.mark.parametrize(
    "switches",
    [
        {"unknown_include": "reject", "list_related_items": False},
        {"list_related_items": False},
        {"unknown_sort": "reject"},
        {"unknown_sort": "ignore"},
    ],
    ids=str,
)
def test_servers_that_offer_less(tmp_path: Path, switches: dict[str, Any]) -> None:
    """Without links in lists they are read one by one, and kept from then on."""
    account = furnished(tmp_path, **switches)

    async def work(itglue: ITGlue, cached: Cached) -> None:
        await cached.refresh()
        await cached.refresh()
        server = account.id_of("configurations")
        assert len(await cached.relationships("configurations", server)) == 2
        before = itglue.requests
        assert len(await cached.relationships("configurations", server)) == 2
        assert itglue.requests == before

    account.run(work)
    account.site.close()


class Plain:
    """A server with a list of contacts that it neither sorts nor counts; it may refuse a word."""

    def __init__(self, refuses: str, times: list[str | None]) -> None:
        self.refuses = refuses
        self.held = {str(number): time for number, time in enumerate(times)}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.refuses in request.url.params:
            return httpx.Response(400, json={"errors": [{"title": "Invalid"}]})
        rows = self.held.items()
        attributes = {i: {"first-name": i, "updated-at": time} for i, time in rows}
        data = [{"id": i, "type": "contacts", "attributes": a} for i, a in attributes.items()]
        return httpx.Response(200, json={"data": data})


TIMES = [f"2026-01-0{day}T00:00:00.000Z" for day in (1, 2, 3)]


@pytest.mark.parametrize("refuses", ["", "sort", "include"])
@pytest.mark.parametrize(
    "times",
    [TIMES, TIMES[::-1], [None, None, None], [None, *TIMES[:2]], [TIMES[2], None, TIMES[0]]],
    ids=["oldest first", "newest first", "no times", "a time missing first", "in between"],
)
def test_a_list_that_cannot_be_read_in_part_is_read_whole(
    tmp_path: Path, refuses: str, times: list[str | None]
) -> None:
    """A server that ignores the sort, or does not count, would else hide deletions."""
    server, now = Plain(refuses, times), [1000.0]

    async def work() -> None:
        transport = httpx.MockTransport(server)
        async with ITGlue(base_url=BASE_URL, api_key=KEY, transport=transport) as itglue:
            path = tmp_path / "c.db"
            with MetadataCache(path, BASE_URL, clock=lambda: now[0]) as cache:
                cached = Cached(itglue, cache)
                assert names(await cached.list("contacts")) == ["0", "1", "2"]
                del server.held["1"]
                now[0] += 100_000
                assert names(await cached.list("contacts")) == ["0", "2"]

    asyncio.run(work())


def test_a_server_that_does_not_offer_everything(account: Account) -> None:
    """Has none of it, and is not asked again and again; without organizations it is no IT Glue."""
    account.site.faults.add(
        Rule("GET", "/(contacts|configurations|flexible_asset_types)", Status(404), always=True)
    )

    async def work(itglue: ITGlue, cached: Cached) -> None:
        await cached.refresh()
        before = itglue.requests
        assert await cached.list("contacts") == []
        assert await cached.list("flexible_asset_types") == []
        assert names(await cached.search("acme")) == ["Acme Corp"]
        assert itglue.requests <= before + 2
        account.site.faults.add(Rule("GET", "/organizations", Status(404), always=True))
        with pytest.raises(Rejected):
            await cached.refresh()

    account.run(work)


def test_a_list_that_is_refused_altogether(account: Account) -> None:
    """Is an error, whichever list it is."""
    account.site.faults.add(Rule("GET", "/(contacts|organizations)", Status(422), always=True))
    account.site.faults.add(Rule("GET", "/organizations/.*", Status(422), always=True))

    async def work(itglue: ITGlue, cached: Cached) -> None:
        for entity in ("contacts", "organizations"):
            with pytest.raises(Rejected):
                await cached.list(entity)
        with pytest.raises(Rejected):
            await cached.list("documents", account.id_of("organizations"))

    account.run(work)


def test_a_part_that_is_refused(account: Account) -> None:
    """One organization's documents cannot be read: the others' are, and then it is an error."""
    refused = account.id_of("organizations", 1)
    path = f"/organizations/{refused}/relationships/documents"
    account.site.faults.add(Rule("GET", path, Status(422), always=True))

    async def work(itglue: ITGlue, cached: Cached) -> None:
        with pytest.raises(Rejected):
            await cached.refresh()
        (document,) = await cached.list("documents", account.id_of("organizations"))
        assert document.name == "Backup runbook"
        assert document.updated_at

    account.run(work)


def test_an_organization_without_documents_module(account: Account) -> None:
    """IT Glue answers 404 to its list: it has none."""
    account.site.faults.add(Rule("GET", "/organizations/.*/documents", Status(404), always=True))

    async def work(itglue: ITGlue, cached: Cached) -> None:
        await cached.refresh()
        assert await cached.list("documents") == []

    account.run(work)


# Asking


class Counting(Listener):
    def __init__(self) -> None:
        self.hits: list[tuple[str, bool]] = []

    def looked_up(self, entity: str, hit: bool) -> None:
        self.hits.append((entity, hit))


def test_what_is_not_there_is_asked_for_and_kept(account: Account) -> None:
    """A miss costs one request and the next question none; the listener hears of both."""
    heard = Counting()

    async def work() -> None:
        async with account.open(heard) as (itglue, cached):
            acme = account.id_of("organizations")
            for _ in range(2):
                found = await cached.get("organizations", acme)
                assert found is not None
                assert (found.name, found.attributes["short_name"]) == ("Acme Corp", "ACME")
            assert itglue.requests == 1
            assert await cached.get("organizations", 999_999) is None
            stats = cached.stats()
            assert (stats.hits, stats.misses, stats.hit_rate) == (1, 2, 1 / 3)

    asyncio.run(work())
    assert [hit for _, hit in heard.hits] == [False, True, False]


def test_what_is_older_than_a_day_is_asked_for_again(account: Account) -> None:
    """And what was deleted in the meantime is dropped."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        acme = account.id_of("organizations")
        await cached.get("organizations", acme)
        account.change("organizations", 0, name="Acme Ltd")
        account.pass_(hours=23)
        found = await cached.get("organizations", acme)
        assert found is not None
        assert found.name == "Acme Corp"
        account.pass_(hours=2)
        found = await cached.get("organizations", acme)
        assert found is not None
        assert found.name == "Acme Ltd"
        account.drop("organizations", 0)
        account.pass_(hours=25)
        assert await cached.get("organizations", acme) is None
        assert await cached.named("organizations", "Acme Ltd") == []

    account.run(work)


def test_old_answers_when_it_glue_is_down(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """With a warning; without any answer there is the error."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        server, acme = account.id_of("configurations"), account.id_of("organizations")
        await cached.refresh()
        account.pass_(hours=48)
        account.down()
        assert names(await cached.list("organizations")) == ["Acme Corp", "Zürich Café"]
        assert names(await cached.named("contacts", "jorg muller")) == ["Jörg Müller"]
        assert names(await cached.search("backup")) == ["Backup runbook"]
        assert len(await cached.relationships("configurations", server)) == 2
        found = await cached.get("organizations", acme)
        assert found is not None
        with pytest.raises(GONE_DOWN):
            await cached.get("organizations", 4711)
        with pytest.raises(GONE_DOWN):
            await cached.relationships("contacts", 4711)

    with caplog.at_level(logging.WARNING):
        account.run(work)
    assert "the answer may be old entity='organizations' error='Throttled'" in caplog.text


def test_an_empty_cache_and_no_it_glue(account: Account) -> None:
    """Nothing to answer with."""
    account.down()

    async def work(itglue: ITGlue, cached: Cached) -> None:
        with pytest.raises(GONE_DOWN):
            await cached.list("organizations")
        with pytest.raises(GONE_DOWN):
            await cached.search("acme")

    account.run(work)


def test_a_name_that_is_not_known_yet(account: Account) -> None:
    """Is looked for in IT Glue: a colleague may have made it a minute ago."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        await cached.refresh()
        account.pass_(hours=1)
        account.write("organizations", name="New Co")
        before = itglue.requests
        assert names(await cached.named("organizations", "New Co")) == ["New Co"]
        assert itglue.requests == before + 1
        acme = account.id_of("organizations")
        account.write("documents", name="VPN", organization_id=int(acme))
        assert names(await cached.named("documents", "vpn", acme)) == ["VPN"]
        assert itglue.requests == before + 3

    account.run(work)


@pytest.mark.parametrize("entity", ["documents", "flexible_assets", "flexible_asset_fields"])
def test_an_empty_cache_reads_what_a_question_needs(account: Account, entity: str) -> None:
    """Documents lie below organizations, assets and fields below types."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        assert await cached.list(entity) != []
        before = itglue.requests
        assert await cached.list(entity) != []
        assert itglue.requests == before

    account.run(work)


def test_what_is_not_kept_cannot_be_asked_for(account: Account) -> None:
    """Passwords are none of the cache's business."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        with pytest.raises(ValueError, match="'passwords' is not kept"):
            await cached.list("passwords")

    account.run(work)


def test_relationships_of_what_is_no_more(account: Account) -> None:
    """Are none, and the record goes."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        contact = account.id_of("contacts")
        assert len(await cached.relationships("contacts", contact)) == 1
        account.drop("contacts", 0)
        account.pass_(hours=25)
        assert await cached.relationships("contacts", contact) == []
        assert cached.stats().entities.get("contacts") is None

    account.run(work)


# Writing


def test_our_own_writes_are_known_at_once(account: Account) -> None:
    """Created, updated, deleted and linked, without a request."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        await cached.refresh()
        made = await itglue.organizations.create({"name": "Own Co", "short_name": "OWN"})
        await itglue.organizations.update(made.id, {"name": "Own Ltd"})
        server = account.id_of("configurations")
        contact = account.id_of("contacts")
        assert len(await cached.relationships("contacts", contact)) == 1
        before = itglue.requests
        (found,) = await cached.named("organizations", "own ltd")
        assert found.attributes["short_name"] == "OWN"
        assert itglue.requests == before
        await itglue.link(("configurations", server), ("contacts", contact))
        assert len(await cached.relationships("configurations", server)) == 3
        assert len(await cached.relationships("contacts", contact)) == 2
        await itglue.configurations.delete(server)
        await itglue.organizations.delete(made.id)
        before = itglue.requests
        assert await cached.list("configurations") == []
        assert names(await cached.list("organizations")) == ["Acme Corp", "Zürich Café"]
        assert itglue.requests == before

    account.run(work)


def test_nothing_but_metadata_reaches_the_file(account: Account) -> None:
    """No password value, content, trait, note, description or default, in no corner of the file."""

    async def work(itglue: ITGlue, cached: Cached) -> None:
        await cached.refresh(full=True)
        await cached.relationships("configurations", account.id_of("configurations"))
        acme = account.id_of("organizations")
        await cached.get("organizations", acme)
        await itglue.passwords.get(account.id_of("passwords"))
        await itglue.passwords.update(account.id_of("passwords"), {"password": "CANARY-rotated"})
        await itglue.organizations.update(acme, {"quick_notes": "CANARY-own", "alert": "CANARY-x"})
        document = await itglue.documents.create({"organization_id": acme, "name": "Own"})
        await itglue.sections(document.id).create(
            {"resource_type": "Document::Text", "content": "CANARY-own-section"}
        )
        await itglue.documents.act(document.id, "publish")
        await itglue.attachments("documents", document.id).create("a.txt", b"CANARY-bytes")
        await cached.refresh()
        held = b"".join(file.read_bytes() for file in account.folder.iterdir())
        assert b"Backup runbook" in held
        for hidden in (b"CANARY", b"CANARY-bytes".hex().encode(), KEY.encode()):
            assert hidden not in held

    account.run(work)


def test_the_synchronous_face(account: Account) -> None:
    """The same methods in a plain script."""
    with (
        ITGlueClient(
            base_url=BASE_URL, api_key=KEY, transport=httpx.ASGITransport(create_app(account.site))
        ) as itglue,
        MetadataCache(account.folder / "cache.db", BASE_URL) as cache,
    ):
        cached = SyncCached(itglue, cache)
        cached.refresh()
        assert names(cached.search("zurich")) == ["Zürich Café"]
        itglue.organizations.create({"name": "Own Co"})
        assert len(cached.list("organizations")) == 3
        assert cached.stats().entities["organizations"] == 3
