"""The same work for many organizations: at once, with progress, with the errors kept."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest
from itglue_doubles import KEY, record
from virtual_time import VirtualClock, in_virtual_time

from publisher.errors import BadKey, Rejected
from publisher.itglue import ITGlue, ITGlueClient, Record
from publisher.itglue.bulk import for_each, for_each_in_threads
from publisher.itglue.models import Organization

Org = Record[Organization]


class Account:
    """A hundred organizations, each with a configuration; an answer takes its time."""

    def __init__(self, count: int = 100, latency: float = 0.0) -> None:
        self.ids, self.latency = list(range(1, count + 1)), latency
        self.requests = self.in_flight = self.most = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await asyncio.sleep(self.latency)
        self.in_flight -= 1
        if request.url.path == "/organizations":
            return self._page([record(n, name=f"Org {n}") for n in self.ids])
        if request.method == "GET":
            return self._page([record(1, "configurations", name="SRV")])
        return httpx.Response(201, json={"data": record(1, "configurations")})

    def _page(self, data: list[dict[str, Any]]) -> httpx.Response:
        meta = {"total-count": len(data), "next-page": None}
        return httpx.Response(200, json={"data": data, "meta": meta})


def arguments(account: Account) -> dict[str, Any]:
    transport = httpx.MockTransport(account)
    return {"base_url": "https://api.itglue.test", "api_key": KEY, "transport": transport}


@in_virtual_time
async def test_a_hundred_organizations_within_half_a_minute() -> None:
    """Three requests for each, 600 ms an answer: under 30 s, eight at once, inside the budget."""
    account = Account(latency=0.6)
    seen: list[tuple[int, int]] = []
    async with ITGlue(**arguments(account), clock=VirtualClock()) as itglue:

        async def work(organization: Org) -> int:
            own = itglue.configurations.under("organizations", organization.id)
            servers = await own.list()
            await own.create({"name": "SRV-09"})
            await own.create({"name": "SRV-10"})
            return len(servers)

        begun = asyncio.get_running_loop().time()
        done = await itglue.for_each_organization(
            work, progress=lambda count, total: seen.append((count, total))
        )
        assert asyncio.get_running_loop().time() - begun < 30
        assert itglue.budget_left == 2940 - 301
    assert done.good
    assert [result for _, result in done.results] == [1] * 100
    assert [organization.id for organization, _ in done.results] == [str(n) for n in account.ids]
    assert seen == [(n, 100) for n in range(1, 101)]
    assert account.most == 8


@in_virtual_time
async def test_errors_are_kept() -> None:
    """One that fails, whatever it raises, stops no other."""

    async def work(number: int) -> int:
        await asyncio.sleep(10 - number)
        if number == 3:
            raise Rejected(422, "POST", "/x")
        return 1 // (number - 5)

    done = await for_each(range(10), work, at_once=4)
    assert not done.good
    assert [(number, type(error)) for number, error in done.errors] == [
        (3, Rejected),
        (5, ZeroDivisionError),
    ]
    assert [number for number, _ in done.results] == [0, 1, 2, 4, 6, 7, 8, 9]


@in_virtual_time
async def test_a_wrong_key_ends_it() -> None:
    """Nothing more is begun, and what was not begun says why."""
    begun: list[int] = []

    async def work(number: int) -> None:
        begun.append(number)
        if number == 2:
            raise BadKey(403, "GET", "/x")

    done = await for_each(range(50), work, at_once=1)
    assert begun == [0, 1, 2]
    assert len(done.errors) == 48
    assert all(isinstance(error, BadKey) for _, error in done.errors)
    assert (await for_each([], work)).good


def test_without_async() -> None:
    """Work that blocks runs in threads over the one client."""
    account, threads = Account(30, latency=0.002), set[str]()
    with ITGlueClient(**arguments(account)) as itglue:

        def work(organization: Org) -> str:
            threads.add(threading.current_thread().name)
            itglue.configurations.under("organizations", organization.id).create({"name": "x"})
            return organization.id

        done = itglue.for_each_organization(work, at_once=4)
        assert [result for _, result in done.results] == [str(n) for n in account.ids]
        few = list(itglue.organizations.list())[:2]
        assert len(itglue.for_each_organization(work, few).results) == 2
    assert 1 < account.most <= 4
    assert all(name.startswith("itglue-bulk") for name in threads)


def test_errors_in_threads() -> None:
    """The same rules."""

    def work(number: int) -> int:
        if number == 1:
            raise ValueError
        if number == 3:
            raise BadKey(401, "GET", "/x")
        return number

    done = for_each_in_threads(range(6), work, at_once=1)
    assert [type(error) for _, error in done.errors] == [ValueError, BadKey, BadKey, BadKey]
    assert done.results == [(0, 0), (2, 2)]


def test_an_interrupt_begins_nothing_more() -> None:
    """Ctrl-C while others run: what has begun ends, the rest is left."""
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        time.sleep(0.01)

    def interrupted(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        for_each_in_threads(range(100), work, at_once=2, progress=interrupted)
    assert len(begun) < 20
