"""What becomes of a request: done, certainly not done, or unknown."""

from __future__ import annotations

import asyncio
import itertools
import traceback
from typing import Any

import httpx
import pytest
from itglue_doubles import BASE_URL, KEY, Heard, Script, Step, client, one, record, refusal
from virtual_time import in_virtual_time

from publisher.errors import (
    BadKey,
    ITGlueError,
    OutcomeUnknown,
    OutOfReach,
    Rejected,
    Throttled,
)
from publisher.itglue import ITGlue, RateLimit


class AnswerLost(Exception):
    """What a simulator raises out of its app when it swallows an answer."""


NOT_SENT: dict[str, Exception] = {
    "refused": httpx.ConnectError("refused"),
    "connect time-out": httpx.ConnectTimeout("slow"),
    "pool": httpx.PoolTimeout("full"),
    "proxy": httpx.ProxyError("tunnel"),
    "scheme": httpx.UnsupportedProtocol("ftp"),
}
LOST: dict[str, Step] = {
    "read time-out": httpx.ReadTimeout("slow"),
    "write time-out": httpx.WriteTimeout("slow"),
    "reset": httpx.ReadError("reset"),
    "closed": httpx.RemoteProtocolError("Server disconnected"),
    "app raised": AnswerLost(),
    "500": httpx.Response(500),
    "502": httpx.Response(502, text="<html>Bad Gateway</html>"),
    "503": httpx.Response(503),
    "504": httpx.Response(504, json={"message": "Endpoint request timed out"}),
    "no JSON": httpx.Response(201, text="<html>"),
    "truncated": httpx.Response(201, text='{"data": {"id": "1", "attr'),
}
UNREADABLE_WRITE: dict[str, Step] = {
    **LOST,
    "empty": httpx.Response(201),
    "a list": httpx.Response(201, json=[1]),
    "no data": httpx.Response(201, json={}),
    "no id": httpx.Response(201, json={"data": {"attributes": {}}}),
    "redirect": httpx.Response(303, headers={"location": "https://elsewhere.test"}),
}


async def _create(itglue: ITGlue) -> Any:
    return await itglue.flexible_assets.create({"organization_id": 2})


async def _update(itglue: ITGlue) -> Any:
    return await itglue.flexible_assets.update(9, {"archived": True})


async def _delete(itglue: ITGlue) -> Any:
    return await itglue.flexible_assets.delete(9)


WRITES = {"create": _create, "update": _update, "delete": _delete}
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))


@every_write
@pytest.mark.parametrize("step", NOT_SENT.values(), ids=list(NOT_SENT))
@in_virtual_time
async def test_no_connection_means_not_done(write: Any, step: Exception) -> None:
    """A write without a connection was certainly not done, and is not tried again."""
    script = Script(step)
    async with client(script) as itglue:
        with pytest.raises(OutOfReach) as raised:
            await write(itglue)
        assert itglue.requests == 1
    assert raised.value.base_url == BASE_URL
    assert len(script.requests) == 1


@every_write
@pytest.mark.parametrize("step", LOST.values(), ids=list(LOST))
@in_virtual_time
async def test_a_lost_answer_means_unknown(write: Any, step: Step) -> None:
    """After any doubt, exactly one request has left and the error says that it may be done."""
    script = Script(step)
    async with client(script) as itglue:
        with pytest.raises(OutcomeUnknown):
            await write(itglue)
    assert len(script.requests) == 1


@pytest.mark.parametrize("write", [_create, _update], ids=["create", "update"])
@pytest.mark.parametrize("step", UNREADABLE_WRITE.values(), ids=list(UNREADABLE_WRITE))
@in_virtual_time
async def test_an_unreadable_record_means_unknown(write: Any, step: Step) -> None:
    """A success without a record that has an id proves nothing."""
    script = Script(step)
    async with client(script) as itglue:
        with pytest.raises(OutcomeUnknown):
            await write(itglue)
    assert len(script.requests) == 1


@every_write
@pytest.mark.parametrize("status", [400, 404, 409, 413, 415, 422])
@in_virtual_time
async def test_4xx_means_rejected(write: Any, status: int) -> None:
    """A 4xx was certainly not done; IT Glue's words come along."""
    script = Script(refusal(status, ["can't be blank", "is odd"], "/data/attributes/traits.url"))
    async with client(script) as itglue:
        with pytest.raises(Rejected) as raised:
            await write(itglue)
    assert raised.value.status == status
    assert raised.value.details == ("traits.url: can't be blank, is odd",)
    assert len(script.requests) == 1


@every_write
@in_virtual_time
async def test_an_inaccessible_id_is_no_bad_key(write: Any) -> None:
    """IT Glue's 401 for an id that is gone concerns that id, not the key."""
    async with client(Script(refusal(401, "Unauthorized resource access", "id"))) as itglue:
        with pytest.raises(Rejected):
            await write(itglue)


@every_write
@pytest.mark.parametrize(
    "answer",
    [refusal(401, "Invalid key"), httpx.Response(403, json={"message": "Forbidden"})],
    ids=["401", "403"],
)
@in_virtual_time
async def test_bad_key(write: Any, answer: httpx.Response) -> None:
    """Any other 401 or 403 is about the key."""
    async with client(Script(answer)) as itglue:
        with pytest.raises(BadKey):
            await write(itglue)


@every_write
@in_virtual_time
async def test_a_throttled_write_waits_and_was_not_done(write: Any) -> None:
    """After a 429 the shared pause is sat out, then the caller may send again."""
    script, heard = Script(httpx.Response(429, headers={"retry-after": "7"})), Heard()
    async with client(script, listener=heard) as itglue:
        start = asyncio.get_running_loop().time()
        with pytest.raises(Throttled):
            await write(itglue)
        assert asyncio.get_running_loop().time() - start == pytest.approx(heard.pauses[0])
        assert itglue.requests == 1


@in_virtual_time
async def test_a_write_does_not_wait_for_ever() -> None:
    """A server that asks for an hour is not waited for."""
    async with client(Script(httpx.Response(429, headers={"retry-after": "3600"}))) as itglue:
        with pytest.raises(Throttled):
            await _create(itglue)
        assert asyncio.get_running_loop().time() < 1


@in_virtual_time
async def test_before_is_called_right_before_a_write_leaves() -> None:
    """The intent is recorded once, after all waiting and before the first byte."""
    order: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        order.append("sent")
        return one(201, record(1))

    async with client(handler, rate_limit=RateLimit(1, 10.0)) as itglue:
        for _ in range(2):
            await itglue.organizations.create(
                {}, before=lambda: order.append(f"at {asyncio.get_running_loop().time():.0f}")
            )
    assert order == ["at 0", "sent", "at 10", "sent"]


@in_virtual_time
async def test_a_write_whose_intent_fails_is_not_sent() -> None:
    """If the intent cannot be recorded, nothing leaves and no budget is used."""

    def fail() -> None:
        raise FileNotFoundError

    script = Script(one(201, record(1)))
    async with client(script) as itglue:
        left = itglue.budget_left
        with pytest.raises(FileNotFoundError):
            await itglue.attachments("flexible_assets", 1).create("a", b"", before=fail)
        assert (itglue.requests, itglue.budget_left) == (0, left)
    assert script.requests == []


@pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200)])
@in_virtual_time
async def test_delete_takes_an_empty_answer(answer: httpx.Response) -> None:
    """IT Glue answers a deletion with the record; nothing at all says as much."""
    async with client(Script(answer)) as itglue:
        await itglue.flexible_assets.delete(9)


RETRYABLE = {name: step for name, step in LOST.items() if name != "no JSON"} | NOT_SENT


@pytest.mark.parametrize("step", RETRYABLE.values(), ids=list(RETRYABLE))
@in_virtual_time
async def test_a_read_is_tried_again(step: Step) -> None:
    """A read goes on after a transient failure, and each try counts."""
    script, heard = Script(step, step, one(200, record(4))), Heard()
    async with client(script, listener=heard) as itglue:
        found = await itglue.organizations.get(4)
        assert found is not None
        assert itglue.requests == 3
    assert [exchange.attempt for exchange in heard.exchanges] == [1, 2, 3]


@pytest.mark.parametrize("step", RETRYABLE.values(), ids=list(RETRYABLE))
@in_virtual_time
async def test_a_read_gives_up_after_five_tries(step: Step) -> None:
    """What fails five times is out of reach."""
    script = Script(step)
    async with client(script) as itglue:
        with pytest.raises(OutOfReach):
            await itglue.organizations.get(4)
    assert len(script.requests) == 5


@pytest.mark.parametrize(
    "step", [httpx.Response(501), httpx.Response(302, headers={"location": "https://x.test"})]
)
@in_virtual_time
async def test_a_read_that_cannot_go_better_is_not_repeated(step: Step) -> None:
    """Other 5xx, and redirects, which are never followed, are out of reach at once."""
    script = Script(step)
    async with client(script) as itglue:
        with pytest.raises(OutOfReach):
            await itglue.organizations.get(4)
    assert len(script.requests) == 1


@in_virtual_time
async def test_waits_between_tries_are_jittered_and_bounded() -> None:
    """The n-th wait lies between 0 and 0.5 s times 2^(n-1)."""
    moments: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        moments.append(asyncio.get_running_loop().time())
        return httpx.Response(503)

    async with client(handler) as itglue:
        with pytest.raises(OutOfReach):
            await itglue.organizations.get(4)
    waits = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert all(0 <= wait <= bound for wait, bound in zip(waits, [0.5, 1, 2, 4], strict=True))
    assert len(set(waits)) == 4


@pytest.mark.parametrize(
    "answer", [httpx.Response(404), refusal(401, "Unauthorized resource access", "id")]
)
@in_virtual_time
async def test_get_of_what_is_not_there(answer: httpx.Response) -> None:
    """404, and IT Glue's 401 for a single id, mean None, after one request."""
    script = Script(answer)
    async with client(script) as itglue:
        assert await itglue.flexible_assets.get(9) is None
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401, "Invalid key"), BadKey),
        (httpx.Response(403, text="Forbidden"), BadKey),
        (refusal(422, "Cannot index"), Rejected),
        (httpx.Response(200, json={"data": {"id": None}}), OutOfReach),
    ],
)
@in_virtual_time
async def test_get_that_fails(answer: httpx.Response, error: type[ITGlueError]) -> None:
    """Other refusals are errors, and so is an answer that holds no record."""
    async with client(Script(answer)) as itglue:
        with pytest.raises(error):
            await itglue.organizations.get(4)


@in_virtual_time
async def test_a_list_of_nonsense_is_out_of_reach() -> None:
    """A list answer without a list, or with a record that has no id, is no list."""
    answers: list[Any] = [{}, {"data": {}}, {"data": [{"id": ""}]}, {"data": [{"id": [1]}]}]
    for nonsense in answers:
        async with client(Script(httpx.Response(200, json=nonsense))) as itglue:
            with pytest.raises(OutOfReach):
                await itglue.organizations.list()


@in_virtual_time
async def test_a_read_sits_pauses_out() -> None:
    """A read waits for the pause to end and then gets its answer; pauses are no failures."""
    limited = httpx.Response(429, headers={"retry-after": "10"})
    script = Script(limited, limited, one(200, record(4)))
    async with client(script) as itglue:
        assert await itglue.organizations.get(4) is not None
        assert 20 <= asyncio.get_running_loop().time() <= 22


@pytest.mark.parametrize(
    ("headers", "requests", "seconds"),
    [({}, 8, 330.0), ({"retry-after": "0"}, 8, 1.0), ({"retry-after": "301"}, 1, 1.0)],
    ids=["silent", "at once", "too long"],
)
@in_virtual_time
async def test_endless_429(headers: dict[str, str], requests: int, seconds: float) -> None:
    """A read gives up after 8 pauses, or when they would take more than 300 s in all."""
    async with client(Script(httpx.Response(429, headers=headers))) as itglue:
        with pytest.raises(Throttled):
            await itglue.organizations.get(4)
        assert itglue.requests == requests
        assert asyncio.get_running_loop().time() <= seconds


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "Fri, 15 Jan 2027 08:00:40 GMT"}, 40.0),
        (
            {
                "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT",
                "date": "Thu, 01 Jan 2026 00:00:00 GMT",
            },
            60.0,
        ),
        ({"retry-after": "soon"}, 5.0),
    ],
    ids=["date, our clock", "date, the server's clock", "nonsense"],
)
@in_virtual_time
async def test_retry_after_forms(headers: dict[str, str], pause: float) -> None:
    """Retry-After is read as a date too, against the server's clock where it is known."""
    heard = Heard()
    async with client(
        Script(httpx.Response(429, headers=headers), one(200, record(4))), listener=heard
    ) as itglue:
        await itglue.organizations.get(4)
    assert pause * 0.8 <= heard.pauses[0] <= pause * 1.2


@in_virtual_time
async def test_cancellation_passes_and_the_slot_stays_held() -> None:
    """A cancelled request may be on its way: it counts, and nothing swallows the cancellation."""

    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1e9)
        raise AssertionError

    async with client(never) as itglue:
        left = itglue.budget_left
        task = asyncio.create_task(itglue.organizations.get(4))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert itglue.budget_left == left - 1


@in_virtual_time
async def test_a_server_that_drips_is_given_up() -> None:
    """However long each piece of an answer may take, the whole has its bound."""

    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1e9)
        raise AssertionError

    async with client(never, read_timeout=10.0) as itglue:
        with pytest.raises(OutcomeUnknown):
            await _create(itglue)
        assert asyncio.get_running_loop().time() == pytest.approx(65.0)


@in_virtual_time
async def test_retry_quota_is_shared() -> None:
    """When nothing works, all reads together make about 35 retries, not four each."""
    script = Script(httpx.Response(503))
    async with client(script, concurrency=1) as itglue:
        itglue._sender.breaker.admit = lambda: 0  # type: ignore[method-assign]  # stays closed
        for _ in range(40):
            with pytest.raises(OutOfReach):
                await itglue.organizations.get(4)
    assert len(script.requests) == 40 + 500 // 14


@in_virtual_time
async def test_successes_refill_the_retry_quota() -> None:
    """Every readable answer gives one token back, up to what there was."""
    script = Script(httpx.Response(503), one(200, record(1)))
    async with client(script) as itglue:
        await itglue.organizations.get(1)
        assert itglue._sender._retry.quota.tokens == 500 - 14 + 1


@pytest.mark.parametrize(
    "step",
    [
        refusal(403, f"The key {KEY} is not valid"),
        refusal(422, f"odd {KEY}"),
        httpx.ReadError(f"sent {KEY}"),
        httpx.ConnectError(f"with {KEY}"),
        httpx.Response(500, text=KEY),
    ],
    ids=["403", "422", "lost", "not sent", "500"],
)
@in_virtual_time
async def test_the_key_is_never_shown(step: Step) -> None:
    """Neither the error, nor its traceback, nor any repr holds the key."""
    heard = Heard()
    async with client(Script(step), listener=heard) as itglue:
        with pytest.raises(ITGlueError) as raised:
            await _create(itglue)
        shown = [repr(itglue), repr(raised.value), str(raised.value), repr(heard.exchanges)]
        shown += traceback.format_exception(raised.value)
        for frame, _ in traceback.walk_tb(raised.tb):
            if "tests" not in frame.f_code.co_filename:
                shown += map(repr, frame.f_locals.values())
    assert KEY not in "".join(shown)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": [{"title": "Bad", "detail": None}]}, ("Bad",)),
        ({"errors": [{"detail": "x" * 1000}]}, ("x" * 300,)),
        ({"errors": ["plain", {}]}, ("plain",)),
        ({"errors": {"odd": 1}}, ()),
        ({"message": "Too large"}, ("Too large",)),
        ({"error": "nope"}, ("nope",)),
        ({"errors": [{"detail": "bad", "source": {"pointer": "data/attributes/traits"}}]},
         ("traits: bad",)),
        ([], ()),
    ],
)  # fmt: skip
@in_virtual_time
async def test_error_bodies(body: Any, said: tuple[str, ...]) -> None:
    """Whatever shape an error body has, its words are read, and nothing breaks."""
    async with client(Script(httpx.Response(422, json=body))) as itglue:
        with pytest.raises(Rejected) as raised:
            await _create(itglue)
    assert raised.value.details == said
