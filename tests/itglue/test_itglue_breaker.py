"""The circuit breaker, alone and within the client."""

from __future__ import annotations

import httpx
import pytest
from itglue_doubles import Heard, Script, client, one, record
from virtual_time import VirtualClock, in_virtual_time

from publisher.errors import OutcomeUnknown, OutOfReach
from publisher.itglue.breaker import Breaker


def is_open(breaker: Breaker) -> bool:
    return breaker.state == "open"


def attempt(breaker: Breaker, failed: bool | None) -> bool:
    """Make one attempt, if it is admitted."""
    ticket = breaker.admit()
    if ticket is not None:
        breaker.settle(ticket, failed)
    return ticket is not None


@in_virtual_time
async def test_opens_at_five_in_a_row() -> None:
    """Four failures and a success leave it closed; five failures in a row open it."""
    heard = Heard()
    breaker = Breaker(VirtualClock(), heard)
    for failed in [True] * 4 + [False] + [True] * 4:
        assert attempt(breaker, failed)
    assert breaker.state == "closed"
    attempt(breaker, True)
    assert heard.states == ["open"]
    assert not attempt(breaker, False)


@in_virtual_time
async def test_opens_at_half_of_twenty() -> None:
    """Half of twenty attempts within 30 s open it although successes lie between."""
    breaker = Breaker(VirtualClock())
    for failed in [False, True] * 9 + [False]:
        attempt(breaker, failed)
    assert not is_open(breaker)
    attempt(breaker, True)
    assert is_open(breaker)


@in_virtual_time
async def test_a_success_never_opens_it() -> None:
    """It takes a failure to open the circuit, whatever the share is by then."""
    breaker = Breaker(VirtualClock())
    for failed in [True, True, True, False] * 5:
        attempt(breaker, failed)
    assert not is_open(breaker)
    attempt(breaker, True)
    assert is_open(breaker)


@in_virtual_time
async def test_old_failures_are_forgotten() -> None:
    """What lies longer back than 30 s does not count for the share."""
    clock = VirtualClock()
    breaker = Breaker(clock)
    for _ in range(12):
        attempt(breaker, False)
        attempt(breaker, True) if breaker.state == "closed" else None
        await clock.sleep(4.0)
    assert breaker.state == "closed"


@in_virtual_time
async def test_429_counts_neither_way() -> None:
    """An attempt that says nothing does not end a row, and does not prolong it."""
    breaker = Breaker(VirtualClock())
    for failed in [True, None] * 4:
        attempt(breaker, failed)
    assert not is_open(breaker)
    attempt(breaker, True)
    assert is_open(breaker)


@in_virtual_time
async def test_three_good_probes_close_it() -> None:
    """After 60 s one probe at a time goes through; the third good one closes the circuit."""
    clock, heard = VirtualClock(), Heard()
    breaker = Breaker(clock, heard)
    for _ in range(5):
        attempt(breaker, True)
    await clock.sleep(59.9)
    assert breaker.admit() is None
    await clock.sleep(0.2)
    probe = breaker.admit()
    assert probe is not None
    assert breaker.admit() is None  # one at a time
    breaker.settle(probe, False)
    assert attempt(breaker, None)  # a probe that says nothing lets the next one through
    assert attempt(breaker, False)
    assert breaker.state == "half-open"
    assert attempt(breaker, False)
    assert heard.states == ["open", "half-open", "closed"]


@in_virtual_time
async def test_a_bad_probe_opens_it_again() -> None:
    """A failed probe starts another 60 s."""
    clock = VirtualClock()
    breaker = Breaker(clock)
    for _ in range(5):
        attempt(breaker, True)
    await clock.sleep(61)
    assert attempt(breaker, True)
    await clock.sleep(59)
    assert not attempt(breaker, False)
    await clock.sleep(2)
    assert attempt(breaker, False)


@in_virtual_time
async def test_late_answers_say_nothing() -> None:
    """An answer to a request from before the circuit opened is no probe."""
    clock = VirtualClock()
    breaker = Breaker(clock)
    late = breaker.admit()
    assert late is not None
    for _ in range(5):
        attempt(breaker, True)
    await clock.sleep(61)
    probe = breaker.admit()
    assert probe is not None
    breaker.settle(late, True)
    assert breaker.state == "half-open"
    assert breaker.admit() is None


@in_virtual_time
async def test_the_pause_begins_with_the_opening() -> None:
    """However long the client has been at work before."""
    clock = VirtualClock()
    breaker = Breaker(clock)
    await clock.sleep(1000)
    for _ in range(5):
        attempt(breaker, True)
    await clock.sleep(59)
    assert not attempt(breaker, False)


@in_virtual_time
async def test_answers_from_between_two_outages_say_nothing() -> None:
    """A request of a time when the circuit was closed is no probe of a later one."""
    clock = VirtualClock()
    breaker = Breaker(clock)
    for _ in range(5):
        attempt(breaker, True)
    await clock.sleep(61)
    for _ in range(3):
        attempt(breaker, False)
    late = breaker.admit()
    assert (breaker.state, late is None) == ("closed", False)
    for _ in range(5):
        attempt(breaker, True)
    await clock.sleep(61)
    assert breaker.admit() is not None
    breaker.settle(late or 0, True)
    assert breaker.state == "half-open"


@in_virtual_time
async def test_an_open_circuit_sends_nothing() -> None:
    """Writes and reads are refused at once as not done, and cost no budget."""
    script = Script(httpx.Response(500))
    async with client(script) as itglue:
        for _ in range(5):
            with pytest.raises(OutcomeUnknown):
                await itglue.organizations.create({"name": "A"})
        left = itglue.budget_left
        with pytest.raises(OutOfReach, match="circuit"):
            await itglue.organizations.create({"name": "A"})
        with pytest.raises(OutOfReach, match="circuit"):
            await itglue.organizations.get(1)
        assert (itglue.requests, itglue.budget_left) == (5, left)


@in_virtual_time
async def test_a_429_between_failures_is_no_success() -> None:
    """The fifth 500 opens the circuit although a 429 came before it."""
    error, limited = httpx.Response(500), httpx.Response(429, headers={"retry-after": "1"})
    script = Script(error, error, error, error, limited, error)
    async with client(script) as itglue:
        with pytest.raises(OutOfReach):
            await itglue.organizations.get(1)
        assert len(script.requests) == 6
        assert itglue._sender.breaker.state == "open"


@in_virtual_time
async def test_the_client_recovers() -> None:
    """Once IT Glue is back, the circuit closes by itself."""
    script = Script(*[httpx.Response(500)] * 5, one(200, record(1)))
    async with client(script) as itglue:
        with pytest.raises(OutOfReach):
            await itglue.organizations.get(1)
        await VirtualClock().sleep(60)
        for _ in range(5):
            assert await itglue.organizations.get(1) is not None
        assert itglue._sender.breaker.state == "closed"
