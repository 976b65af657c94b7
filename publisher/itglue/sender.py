"""The layers of sending, in order: retry (reads), pauses, lanes, throttle, breaker, wire."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from publisher.errors import OutOfReach, Rejected
from publisher.itglue import outcome as meaning
from publisher.itglue.breaker import Breaker
from publisher.itglue.clock import Clock
from publisher.itglue.events import Exchange, Listener, Several
from publisher.itglue.retry import Retry, RetryQuota
from publisher.itglue.slots import Log, RateLimit
from publisher.itglue.throttle import Slot, Throttle
from publisher.itglue.transport import (
    Answer,
    Call,
    File,
    NotSent,
    Outcome,
    Query,
    Wire,
    encode,
)
from publisher.model import Json

MOST_PAUSES, LONGEST_PAUSES = 8, 300.0
"""How many pauses, and how many seconds of them, one read sits through."""


class TooSlow(Exception):
    """A read that said it could be made smaller has timed out."""


class Sender:
    """Sends requests within the budget, and says what became of them."""

    def __init__(
        self,
        wire: Wire,
        *,
        rate_limit: RateLimit,
        concurrency: int,
        clock: Clock,
        listener: Listener,
        rng: random.Random,
        slots: Log | None = None,
    ) -> None:
        self._wire, self._clock = wire, clock
        self.base_url = wire.base_url
        self.listener = Several(listener)
        self.throttle = Throttle(rate_limit, clock, self.listener, rng, slots)
        self.breaker = Breaker(clock, self.listener)
        self._retry = Retry(clock, RetryQuota(), rng)
        self._lanes = asyncio.Semaphore(concurrency)
        self.requests = 0
        """Requests that left so far, repeats included."""

    async def read(self, path: str, query: Query = (), *, shrinkable: bool = False) -> Answer:
        """GET, repeated where that helps; the answer is a 2xx with a JSON object.

        Raises:
            TooSlow: *shrinkable*, and it timed out: ask for less. Not repeated.
            Rejected, BadKey, Throttled, OutOfReach: see `outcome.py`.
        """
        call = Call("GET", path, query)

        async def attempt(number: int) -> Outcome:
            return await self._patiently(lambda: self._attempt(call, number, shrinkable))

        def again(outcome: Outcome) -> bool:
            if shrinkable and meaning.is_too_slow(outcome):
                return False
            return meaning.is_transient(outcome)

        outcome = await self._retry.run(attempt, again)
        if meaning.is_readable(outcome):
            return outcome
        if shrinkable and meaning.is_too_slow(outcome):
            raise TooSlow
        raise meaning.read_error(call, outcome, self.base_url)

    async def write(
        self,
        method: str,
        path: str,
        document: Json = None,
        *,
        before: Callable[[], None] | None = None,
    ) -> dict[str, Any] | None:
        """POST, PATCH or DELETE: exactly one request leaves, whatever happens.

        *before* is called when all waiting is over, right before the request leaves: the place to
        commit the intent to send it. If it raises, nothing is sent.

        Returns the answer's JSON object; None if the body was empty.

        Raises:
            OutcomeUnknown: it may have been done: look before trying again.
            Rejected, BadKey, Throttled, OutOfReach: it was certainly not done.
            TypeError, ValueError: *document* is no JSON; nothing was sent.
        """
        call = Call(method, path, body=None if document is None else encode(document))
        outcome = await self._attempt(call, 1, shrinkable=False, before=before)
        if meaning.is_good(outcome, call):
            return outcome.document
        refused = isinstance(outcome, Answer) and outcome.status == 429
        if refused and self.throttle.pause_left <= LONGEST_PAUSES:
            await self._clock.sleep(self.throttle.pause_left)
        raise meaning.write_error(call, outcome, self.base_url)

    async def download(self, url: str) -> bytes:
        """GET a file from a URL that IT Glue gave out, repeated where that helps.

        It takes a slot of the budget, as the file may well lie behind the API.

        Raises:
            Rejected: it is not there, or the URL has expired.
            Throttled, OutOfReach: as `read`.
        """

        async def attempt(number: int) -> File | Outcome:
            async with self._lanes:
                slot = await self.throttle.acquire()
                try:
                    self.requests += 1
                    return await self._wire.fetch(url)
                finally:
                    self.throttle.release(slot)

        def again(outcome: File | Outcome) -> bool:
            return not isinstance(outcome, File) and meaning.is_transient(outcome)

        outcome = await self._retry.run(attempt, again)
        if isinstance(outcome, File):
            return outcome.content
        call = Call("GET", urlsplit(url).path)  # the query may be a signature that lets anybody in
        if isinstance(outcome, Answer) and outcome.status in (401, 403):
            raise Rejected(outcome.status, "GET", call.path, ["the download URL may have expired"])
        raise meaning.read_error(call, outcome, self.base_url)

    async def _patiently(self, attempt: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Repeat after a 429: the throttle sits the pause out before the next one leaves."""
        waited = 0.0
        for _ in range(MOST_PAUSES):
            outcome = await attempt()
            if not isinstance(outcome, Answer) or outcome.status != 429:
                return outcome
            waited += self.throttle.pause_left
            if waited > LONGEST_PAUSES:
                return outcome
        return outcome

    async def _attempt(
        self,
        call: Call,
        number: int,
        shrinkable: bool,
        before: Callable[[], None] | None = None,
    ) -> Outcome:
        async with self._lanes:
            slot = await self.throttle.acquire()
            ticket = self.breaker.admit()
            if ticket is None:
                self.throttle.release(slot, sent=False)
                raise OutOfReach(self.base_url, "circuit breaker open")
            failed: bool | None = None
            sent = False
            try:
                if before:
                    before()
                sent = True
                self.requests += 1
                outcome = await self._wire.exchange(call)
                sent = not isinstance(outcome, NotSent)
                if not (shrinkable and meaning.is_too_slow(outcome)):
                    failed = meaning.failed(outcome)
                self._note_refusal(slot, outcome)
            finally:  # also when cancelled: the request may be on its way, so its slot stays held
                self.throttle.release(slot, sent=sent)
                self.breaker.settle(ticket, failed)
        if meaning.is_readable(outcome):
            self._retry.quota.refund()
        self._tell(call, outcome, number, slot)
        return outcome

    def _note_refusal(self, slot: Slot, outcome: Outcome) -> None:
        if isinstance(outcome, Answer) and outcome.status == 429:
            slot.refused = True
            slot.retry_after = outcome.retry_after(self._clock.time())

    def _tell(self, call: Call, outcome: Outcome, number: int, slot: Slot) -> None:
        answer = outcome if isinstance(outcome, Answer) else None
        self.listener.exchanged(
            Exchange(
                method=call.method,
                path=call.path,
                status=answer.status if answer else None,
                seconds=self._clock.monotonic() - slot.taken,
                attempt=number,
                budget_left=self.throttle.left,
                request_id=answer.request_id if answer else None,
                error=None if meaning.is_good(outcome, call) else meaning.cause(outcome),
                filters={name: value for name, value in call.query if name.startswith("filter[")},
                waited=slot.waited,
            )
        )
