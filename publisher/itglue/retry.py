"""Trying again, for reads only: jittered, bounded, and under a quota that all reads share.

The quota is the one of the AWS SDKs' standard mode (500 tokens, 14 for a retry, one back for a
success): when nothing works any more, about 35 retries are made in all, not five for each request.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from publisher.itglue.clock import Clock

TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0

T = TypeVar("T")


class RetryQuota:
    """The tokens that retries are paid with."""

    CAPACITY, PRICE, REFUND = 500, 14, 1

    def __init__(self) -> None:
        self.tokens = self.CAPACITY

    def spend(self) -> bool:
        """Pay for one retry; False: not enough is left."""
        if self.tokens < self.PRICE:
            return False
        self.tokens -= self.PRICE
        return True

    def refund(self) -> None:
        """A request succeeded."""
        self.tokens = min(self.CAPACITY, self.tokens + self.REFUND)


class Retry:
    """Repeats an attempt while its result asks for it."""

    def __init__(self, clock: Clock, quota: RetryQuota, rng: random.Random) -> None:
        self._clock, self.quota, self._rng = clock, quota, rng

    async def run(self, attempt: Callable[[int], Awaitable[T]], again: Callable[[T], bool]) -> T:
        """Call *attempt* with 1, 2, … until *again* says no, the tries or the quota are used up.

        Returns the last result, good or bad; exceptions pass through at once.
        """
        number = 0

        async def numbered() -> T:
            nonlocal number
            number += 1
            return await attempt(number)

        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            wait=self._wait,
            stop=self._stop,
            retry=retry_if_result(again),
            retry_error_callback=_last_result,
        )
        result: T = await retrying(numbered)
        return result

    def _wait(self, state: RetryCallState) -> float:
        """Full jitter: anything up to the doubled bound."""
        bound = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (state.attempt_number - 1))
        return self._rng.uniform(0.0, bound)

    def _stop(self, state: RetryCallState) -> bool:
        return state.attempt_number >= TRIES or not self.quota.spend()


def _last_result(state: RetryCallState) -> object:
    assert state.outcome is not None  # noqa: S101 (tenacity calls this after an attempt)
    return state.outcome.result()
