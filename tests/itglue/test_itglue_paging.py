"""Lists: whole and without doubles, from servers that are slow, terse or busy."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itglue_doubles import Heard, ListServer, Script, client, ids_of, record
from virtual_time import in_virtual_time, run

from publisher.errors import OutOfReach, Rejected
from publisher.itglue.paging import BIG


async def read(server: Any, size: int = 1000, **options: Any) -> list[int]:
    async with client(server, **options) as itglue:
        return await ids_of(itglue.organizations.pages(size=size))


@given(
    count=st.integers(0, 120),
    size=st.integers(1, 60),
    meta=st.booleans(),
    slow_above=st.integers(10, 60),
    cap=st.integers(10, 60),
)
def test_every_record_once(count: int, size: int, meta: bool, slow_above: int, cap: int) -> None:
    """Whatever a server tells, caps and times out on, each record comes once, in its order."""
    if not meta and cap < min(size, slow_above):
        cap = 60  # without meta, a server that gives less than asked for cannot be told from an end
    server = ListServer(
        list(range(count)), meta=meta, slow=lambda asked: asked > slow_above, cap=cap
    )
    assert run(read(server, size)) == list(range(count))


@in_virtual_time
async def test_one_request_where_one_is_enough() -> None:
    """A list that fits a page costs one request, also without meta; an empty one too."""
    for ids, meta in [([1, 2], True), ([1, 2], False), ([], True), ([], False)]:
        server = ListServer(ids, meta=meta)
        assert await read(server) == ids
        assert server.asked == [(1, 1000)]


@in_virtual_time
async def test_pages_of_one() -> None:
    """A size below the smallest that the client would choose is what the caller asked for."""
    server = ListServer([1, 2])
    assert await read(server, 1) == [1, 2]
    assert server.asked == [(1, 1), (2, 1)]


@in_virtual_time
async def test_a_count_that_is_told_once() -> None:
    """It goes on counting when later pages do not say it: what is missing is looked for again."""

    def page(*ids: int, **meta: int) -> httpx.Response:
        return httpx.Response(200, json={"data": [record(each) for each in ids], "meta": meta})

    first, short, whole = page(1, 2, **{"total-count": 4}), page(3), page(3, 4)
    assert await read(Script(first, short, first, whole), 2) == [1, 2, 3, 4]


@in_virtual_time
async def test_passes_go_on_while_they_find_something() -> None:
    """A list that shows one more record each time is read three times."""

    def page(*ids: int) -> httpx.Response:
        listed = [record(each) for each in ids]
        return httpx.Response(200, json={"data": listed, "meta": {"total-count": 4}})

    assert await read(Script(page(1, 2), page(1, 2, 3), page(1, 2, 3, 4))) == [1, 2, 3, 4]


@in_virtual_time
async def test_pages_tell_what_they_know() -> None:
    """A page holds the server's count and date, and what was included."""
    answer = {
        "data": [record(1)],
        "included": [record(5, "attachments", attachment_file_size=3), "odd", {"type": "x"}],
        "meta": {"total-count": 1, "next-page": None},
    }
    headers = {"date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    script = Script(httpx.Response(200, json=answer, headers=headers))
    async with client(script) as itglue:
        pages = [page async for page in itglue.organizations.pages(size=64)]
    (page,) = pages
    assert (page.total, page.size) == (1, 64)
    assert page.date == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert [(r.id, r.attributes["attachment_file_size"]) for r in page.included] == [("5", 3)]


@in_virtual_time
async def test_a_terse_server_is_enough() -> None:
    """No meta, no links, no included, no Date (or a wrong one): unknown is None."""
    script = Script(httpx.Response(200, json={"data": []}, headers={"date": "yesterday"}))
    async with client(script) as itglue:
        pages = [page async for page in itglue.organizations.pages()]
    (page,) = pages
    assert (page.records, page.included, page.total, page.date) == ([], [], None, None)


@in_virtual_time
async def test_links_tell_of_more() -> None:
    """Without meta, `links.next` says that a short page is not the last."""
    more = {"data": [record(1)], "links": {"next": "https://x.test/?page=2"}}
    script = Script(httpx.Response(200, json=more), httpx.Response(200, json={"data": [record(2)]}))
    assert await read(script) == [1, 2]


@in_virtual_time
async def test_halves_on_504_and_goes_on() -> None:
    """A page that times out is asked for at half the size from the same place, at once."""
    server = ListServer(list(range(2000)), slow=lambda size: size > 300)
    heard = Heard()
    assert await read(server, 1000, listener=heard) == list(range(2000))
    assert server.asked[:3] == [(1, 1000), (1, 500), (1, 250)]
    assert len(server.asked) == 2 + 8
    assert heard.states == []


@in_virtual_time
async def test_halves_in_the_middle() -> None:
    """What was read stays read: the smaller pages begin where the reader stood."""
    server = ListServer(list(range(300)))
    server.between = lambda s, count: setattr(s, "slow", lambda size: size > 50)
    assert await read(server, 100) == list(range(300))
    assert server.asked == [(1, 100), (2, 100), (3, 50), (4, 50), (5, 50), (6, 50)]


@in_virtual_time
async def test_a_size_that_does_not_divide_begins_earlier() -> None:
    """From 125 on, pages of 62 begin at 124: the overlap is dropped, nothing is lost."""
    server = ListServer(list(range(250)))
    server.between = lambda s, count: setattr(s, "slow", lambda size: size > 62)
    assert await read(server, 125) == list(range(250))
    assert server.asked[1:3] == [(2, 125), (3, 62)]


@in_virtual_time
async def test_halves_on_a_read_timeout() -> None:
    """A time-out of ours shrinks the page as well."""
    server = ListServer(list(range(20)))

    def handler(request: httpx.Request) -> httpx.Response:
        if int(request.url.params["page[size]"]) > 16:
            raise httpx.ReadTimeout("slow")
        return server(request)

    assert await read(handler, 64) == list(range(20))
    assert server.asked == [(1, 16), (2, 16)]


@in_virtual_time
async def test_the_servers_own_maximum_is_reckoned_with() -> None:
    """A server that serves 20 at most is at 20 after a page of 50, also when pages shrink then."""
    server = ListServer(list(range(60)), cap=20)
    server.between = lambda s, count: setattr(s, "slow", lambda size: size > 10)
    assert await read(server, 50) == list(range(60))
    assert server.asked == [(1, 50), (2, 20), (3, 10), (4, 10), (5, 10), (6, 10)]


@in_virtual_time
async def test_halves_after_a_large_answer() -> None:
    """After an answer above 8 MB, the next pages are smaller, and nothing is read again."""
    server = ListServer(list(range(40)), bytes_each=BIG // 18)
    assert await read(server, 20) == list(range(40))
    assert server.asked == [(1, 20), (3, 10), (4, 10)]


@in_virtual_time
async def test_the_floor_is_retried_then_given_up() -> None:
    """Pages of 10 that time out are retried as any read, and then out of reach."""
    server = ListServer([1], slow=lambda size: True)
    with pytest.raises(OutOfReach):
        await read(server, 40)
    assert [size for _, size in server.asked] == [40, 20, 10, 10, 10, 10, 10]


@in_virtual_time
async def test_at_most_a_thousand() -> None:
    """More than IT Glue's maximum is never asked for."""
    server = ListServer([1])
    await read(server, 5000)
    assert server.asked == [(1, 1000)]


def updated(server: ListServer, record_id: int) -> None:
    """Newest first: who is updated moves to the front."""
    server.ids.remove(record_id)
    server.ids.insert(0, record_id)


def deleted(server: ListServer, record_id: int) -> None:
    server.ids.remove(record_id)


def created(server: ListServer, record_id: int) -> None:
    server.ids.insert(0, record_id)


CHANGES: dict[str, Callable[[ListServer], None]] = {
    "an unread record moves to the front": lambda s: updated(s, 45),
    "a read record is deleted": lambda s: deleted(s, 3),
    "a record comes at the front": lambda s: created(s, 99),
    "a read record moves to the end": lambda s: s.ids.append(s.ids.pop(3)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
@in_virtual_time
async def test_nothing_is_lost_or_doubled(change: Callable[[ListServer], None]) -> None:
    """Records that move between pages while they are read come once, and all come."""

    def between(server: ListServer, count: int) -> None:
        if count == 1:
            change(server)

    server, heard = ListServer(list(range(50)), between=between), Heard()
    found = await read(server, 20, listener=heard)
    assert len(found) == len(set(found))
    assert set(found) >= set(server.ids)
    assert heard.missing == []


@given(data=st.data())
def test_one_change_at_any_moment(data: st.DataObject) -> None:
    """One move or deletion between any two pages loses nothing that stays."""
    count = data.draw(st.integers(5, 40))
    size = data.draw(st.integers(3, 15))
    moment = data.draw(st.integers(1, 8))
    victim = data.draw(st.integers(0, count - 1))
    change = data.draw(st.sampled_from([updated, deleted]))

    def between(server: ListServer, asked: int) -> None:
        if asked == moment:
            change(server, victim)

    server = ListServer(list(range(count)), between=between)
    found = run(read(server, size))
    assert len(found) == len(set(found))
    assert set(found) >= set(server.ids)


@in_virtual_time
async def test_one_more_pass_is_enough() -> None:
    """What a deletion hid is found in the second pass, and no third one is made."""

    def between(server: ListServer, count: int) -> None:
        if count == 1:
            deleted(server, 3)

    server = ListServer(list(range(50)), between=between)
    assert sorted(await read(server, 20)) == list(range(50))
    assert len(server.asked) == 6


@in_virtual_time
async def test_a_count_that_never_adds_up_is_told() -> None:
    """A server that counts more than it shows is read twice, and the listener hears of it."""

    def handler(request: httpx.Request) -> httpx.Response:
        meta = {"total-count": 3, "next-page": None}
        return httpx.Response(200, json={"data": [record(1), record(2)], "meta": meta})

    script, heard = Script(handler), Heard()
    assert await read(script, listener=heard) == [1, 2]
    assert len(script.requests) == 2
    assert heard.missing == [("/organizations", 2, 3)]


@pytest.mark.parametrize("meta", [None, {"next-page": 2}, {"total-count": 90, "next-page": 2}])
@in_virtual_time
async def test_a_server_that_ignores_the_page_number_ends(meta: dict[str, Any] | None) -> None:
    """The same page again and again does not make an endless list."""
    answer: dict[str, Any] = {"data": [record(i) for i in range(20)]}
    script = Script(httpx.Response(200, json=answer | ({"meta": meta} if meta else {})))
    assert await read(script, 20) == list(range(20))
    assert len(script.requests) < 20


@in_virtual_time
async def test_logs_end_after_five_pages() -> None:
    """IT Glue serves five pages of its log: the sixth is not asked for, whatever is counted."""
    server, heard = ListServer(list(range(90))), Heard()
    async with client(server, listener=heard) as itglue:
        assert len(await ids_of(itglue.logs.pages(size=10))) == 50
    assert len(server.asked) == 5
    assert heard.missing == []


@in_virtual_time
async def test_a_rejected_page_ends_the_list() -> None:
    """A refusal on the way is an error, not an end."""
    server = ListServer(list(range(30)))

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.params["page[number]"] == "2":
            return httpx.Response(422, content=json.dumps({}))
        return server(request)

    with pytest.raises(Rejected):
        await read(handler, 10)


@in_virtual_time
async def test_stopping_early_costs_nothing_more() -> None:
    """Who has seen enough leaves, and no further page is asked for."""
    server = ListServer(list(range(100)))
    async with client(server) as itglue:
        async for page in itglue.organizations.pages(size=10):
            assert len(page.records) == 10
            break
    assert server.asked == [(1, 10)]
