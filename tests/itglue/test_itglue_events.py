"""What the client tells: one line per request, without bodies, values or keys."""

from __future__ import annotations

import datetime as dt
import logging
import sys

import httpx
import pytest
import structlog
from itglue_doubles import KEY, Heard, Script, client, one, record
from virtual_time import in_virtual_time

from publisher.errors import Rejected
from publisher.itglue import Exchange, Listener, RateLimit, parse_time
from publisher.itglue.events import LOGGER, BreakerState, Logs, Several

EXCHANGE = Exchange("GET", "/organizations", 200, 0.0123, 1, 99, "r-1", None, {"filter[name]": "A"})


@in_virtual_time
async def test_an_exchange_says_what_happened() -> None:
    """Method, path, status, attempt, budget, request id and filters; nothing else of the query."""
    answer = httpx.Response(200, json={"data": []}, headers={"x-request-id": "r-1"})
    heard = Heard()
    async with client(Script(answer), listener=heard) as itglue:
        await itglue.organizations.list(filter={"name": "A"}, sort="name")
    (told,) = heard.exchanges
    assert (told.method, told.path, told.status, told.attempt) == ("GET", "/organizations", 200, 1)
    assert (told.request_id, told.error, told.filters) == ("r-1", None, {"filter[name]": "A"})
    assert told.budget_left == 98_000 - 1


@in_virtual_time
async def test_an_exchange_without_an_answer() -> None:
    """A lost answer is told with its cause."""
    heard = Heard()
    async with client(Script(httpx.ReadError("reset"), one(200, record(1))), listener=heard) as it:
        await it.organizations.get(1)
    assert (heard.exchanges[0].status, heard.exchanges[0].error) == (None, "ReadError: reset")


def emit(listener: Listener) -> None:
    listener.exchanged(EXCHANGE)
    listener.near_limit(80, 100)
    listener.paused(5.04)
    listener.breaker("open")
    listener.breaker("closed")
    listener.incomplete("/organizations", 2, 3)
    listener.looked_up("organizations", True)


def test_the_standard_log(caplog: pytest.LogCaptureFixture) -> None:
    """Without structlog set up, events go to the standard log."""
    with caplog.at_level(logging.DEBUG, LOGGER):
        emit(Logs())
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        (
            "DEBUG",
            "request method='GET' path='/organizations' status=200 ms=12.3 attempt=1 "
            "budget_left=99 request_id='r-1' filter[name]='A'",
        ),
        ("WARNING", "request budget nearly used used=80 limit=100"),
        ("WARNING", "throttled by IT Glue pause_seconds=5.0"),
        ("WARNING", "circuit breaker state='open'"),
        ("INFO", "circuit breaker state='closed'"),
        ("WARNING", "list may be incomplete path='/organizations' read=2 total=3"),
    ]


def test_the_standard_log_when_nobody_listens(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written below the level, and structlog need not even be there."""
    monkeypatch.delitem(sys.modules, "structlog")
    with caplog.at_level(logging.WARNING, LOGGER):
        Logs().exchanged(EXCHANGE)
    assert caplog.records == []


def test_structlog() -> None:
    """A program that set structlog up finds the events there, as values."""
    try:
        with structlog.testing.capture_logs() as logs:
            structlog.configure(processors=structlog.get_config()["processors"])
            emit(Logs())
    finally:
        structlog.reset_defaults()
    assert logs[0] == {
        "event": "request",
        "log_level": "debug",
        "method": "GET",
        "path": "/organizations",
        "status": 200,
        "ms": 12.3,
        "attempt": 1,
        "budget_left": 99,
        "request_id": "r-1",
        "filter[name]": "A",
    }
    assert [entry["log_level"] for entry in logs[1:]] == [
        "warning", "warning", "warning", "info", "warning"
    ]  # fmt: skip


def test_a_silent_listener() -> None:
    """The base does nothing, so that a listener only says what it cares for."""
    emit(Listener())


class Broken(Listener):
    """Fails whenever it is told something."""

    def exchanged(self, exchange: Exchange) -> None:
        raise RuntimeError("about a secret")

    def near_limit(self, used: int, limit: int) -> None:
        raise RuntimeError

    def paused(self, seconds: float) -> None:
        raise RuntimeError

    def breaker(self, state: BreakerState) -> None:
        raise RuntimeError

    def incomplete(self, path: str, read: int, total: int) -> None:
        raise RuntimeError

    def looked_up(self, entity: str, hit: bool) -> None:
        raise RuntimeError


def test_a_failing_listener_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """What one raises is logged, by its kind alone, and goes no further than that one."""
    heard = Heard()
    emit(Several(Broken(), heard))
    failure = "listener failed listener='Broken' error='RuntimeError'"
    assert caplog.messages == [failure] * 7
    assert heard.exchanges == [EXCHANGE]


@in_virtual_time
async def test_an_exchange_says_how_long_it_waited_for_the_budget() -> None:
    """Apart from its own time, which begins when it leaves."""
    heard = Heard()
    answer = httpx.Response(200, json={"data": []})
    limit = RateLimit(1, 10.0)
    async with client(Script(answer), listener=heard, rate_limit=limit) as itglue:
        await itglue.organizations.list()
        await itglue.organizations.list()
    first, second = heard.exchanges
    assert (first.waited, round(second.waited), second.seconds) == (0.0, 10, 0.0)


@in_virtual_time
async def test_an_empty_answer_to_a_deletion_is_no_error() -> None:
    """204 says that it is done; the gateway's name for the exchange is kept."""
    heard = Heard()
    answer = httpx.Response(204, headers={"x-amzn-requestid": "gw-1"})
    async with client(Script(answer), listener=heard) as itglue:
        await itglue.flexible_assets.delete(1)
    assert (heard.exchanges[0].error, heard.exchanges[0].request_id) == (None, "gw-1")


@in_virtual_time
async def test_a_write_outlives_a_failing_listener() -> None:
    """A created record is returned although telling of it failed."""
    async with client(Script(one(201, record(1))), listener=Broken()) as itglue:
        assert (await itglue.organizations.create({})).id == "1"


@in_virtual_time
async def test_logs_hold_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the key, nor what is written, nor what is answered is logged at any level."""
    with caplog.at_level(logging.DEBUG):
        async with client(Script(one(201, record(1, alert="answer-text")))) as itglue:
            await itglue.organizations.create({"alert": "sent-text"})
            await itglue.organizations.get(1)
        async with client(Script(httpx.Response(422, text=f"{KEY} quoted-text"))) as itglue:
            with pytest.raises(Rejected):
                await itglue.organizations.create({"alert": "sent-text"})
    assert "/organizations" in caplog.text
    for secret in (KEY, "sent-text", "answer-text", "quoted-text"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2020-11-24T03:40:20.000Z", dt.datetime(2020, 11, 24, 3, 40, 20, tzinfo=dt.UTC)),
        ("2020-11-24", dt.datetime(2020, 11, 24, tzinfo=dt.UTC)),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times(text: str | None, time: dt.datetime | None) -> None:
    """The API's times can be read; what is none is None."""
    assert parse_time(text) == time


@in_virtual_time
async def test_one_more_listener_for_a_while() -> None:
    """It hears what happens from when it is added until it is taken away."""
    first, late = Heard(), Heard()
    async with client(Script(one(200, record(1))), listener=first) as itglue:
        await itglue.organizations.get(1)
        stop = itglue.listen(late)
        await itglue.organizations.get(2)
        stop()
        await itglue.organizations.get(3)
    assert [told.path for told in late.exchanges] == ["/organizations/2"]
    assert len(first.exchanges) == 3
