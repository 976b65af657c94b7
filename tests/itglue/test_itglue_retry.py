"""Retrying, alone: how often, how long between, and who pays."""

from __future__ import annotations

import random

import pytest
from virtual_time import VirtualClock, in_virtual_time

from publisher.itglue.retry import Retry, RetryQuota


class Attempts:
    """Fails a number of times."""

    def __init__(self, failures: int) -> None:
        self.failures, self.numbers = failures, list[int]()

    async def __call__(self, number: int) -> str:
        self.numbers.append(number)
        return "bad" if number <= self.failures else "good"


def again(result: str) -> bool:
    return result == "bad"


@in_virtual_time
async def test_up_to_five_tries() -> None:
    """Success ends it; after five tries the last result stands."""
    retry = Retry(VirtualClock(), RetryQuota(), random.Random(1))
    for failures, result, tries in [(0, "good", 1), (3, "good", 4), (9, "bad", 5)]:
        attempts = Attempts(failures)
        assert await retry.run(attempts, again) == result
        assert attempts.numbers == list(range(1, tries + 1))


@in_virtual_time
async def test_bounds_double() -> None:
    """Waits are drawn up to a bound that begins at half a second and doubles."""

    class Longest(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    class Noted(VirtualClock):
        def __init__(self) -> None:
            self.waits = list[float]()

        async def sleep(self, seconds: float) -> None:
            self.waits.append(seconds)

    clock = Noted()
    await Retry(clock, RetryQuota(), Longest()).run(Attempts(9), again)
    assert clock.waits == [0.5, 1.0, 2.0, 4.0]


@in_virtual_time
async def test_waits_may_be_short() -> None:
    """The jitter is full: it begins at nothing."""

    class Shortest(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return a

    clock = VirtualClock()
    await Retry(clock, RetryQuota(), Shortest()).run(Attempts(9), again)
    assert clock.monotonic() == 0.0


@in_virtual_time
async def test_exceptions_are_not_retried() -> None:
    """What is raised passes through at once."""
    calls = []

    async def fail(number: int) -> str:
        calls.append(number)
        raise LookupError

    with pytest.raises(LookupError):
        await Retry(VirtualClock(), RetryQuota(), random.Random(1)).run(fail, again)
    assert calls == [1]


def test_quota() -> None:
    """35 retries can be paid for; 14 successes pay for one more; it never grows beyond 500."""
    quota = RetryQuota()
    assert sum(quota.spend() for _ in range(100)) == 35
    for _ in range(4):  # 500 - 35 * 14 = 10 are left
        assert not quota.spend()
        quota.refund()
    assert quota.spend()
    for _ in range(1000):
        quota.refund()
    assert quota.tokens == 500


@in_virtual_time
async def test_without_quota_there_is_no_retry() -> None:
    """Once the quota is used up, the first result stands."""
    quota = RetryQuota()
    quota.tokens = 13
    attempts = Attempts(9)
    assert await Retry(VirtualClock(), quota, random.Random(1)).run(attempts, again) == "bad"
    assert attempts.numbers == [1]
