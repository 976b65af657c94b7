"""`ITGlue`: the asynchronous client."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from publisher.config import REGIONS, check_url
from publisher.itglue.clock import Clock, SystemClock
from publisher.itglue.conveniences import Conveniences
from publisher.itglue.events import BreakerState, Listener, Logs, Several, log
from publisher.itglue.health import Health, examine
from publisher.itglue.hooks import Callback, Hooks
from publisher.itglue.key_use import REVOKED_AFTER, WARN_AFTER, KeyUse, Noting
from publisher.itglue.keys import Secret, find_key
from publisher.itglue.sender import Sender
from publisher.itglue.slots import Log, RateLimit
from publisher.itglue.transport import Wire

if TYPE_CHECKING:
    import httpx


class ITGlue(Conveniences):
    """IT Glue's REST API, within its request budget.

    Every entity is an attribute with `list`, `pages`, `get`, `named`, `create`, `update` and
    `delete`:

        async with ITGlue(region="eu", instance="production") as itglue:
            async for organization in itglue.organizations.list(sort="name"):
                ...

    Reads are repeated where that helps; writes are sent once, and say when their outcome is
    unknown.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        region: str | None = None,
        api_key: str | Secret | None = None,
        instance: str = "production",
        transport: httpx.AsyncBaseTransport | None = None,
        rate_limit: RateLimit = RateLimit(),  # noqa: B008 (frozen)
        concurrency: int = 8,
        clock: Clock | None = None,
        read_timeout: float = 60.0,
        listener: Listener | None = None,
        rng: random.Random | None = None,
        hooks: Hooks | None = None,
        slots: Log | None = None,
    ) -> None:
        """Set up a client; nothing is sent yet.

        Args:
            base_url: where the API is; else *region* (us, eu, au) says it, else the environment's
                ITGLUE_BASE_URL, else it is the US.
            api_key: else the environment or the keyring has it, under *instance*; then the day of
                its use is noted, and a warning comes from day 80 of the 90 without use.
            instance: the name of the account.
            transport: instead of the network, for tests.
            rate_limit: the account's budget, of which 2 % are kept in reserve.
            concurrency: requests in flight at most.
            clock: instead of the system's.
            read_timeout: seconds to wait for (more of) an answer.
            listener: hears what happens; by default it goes to the log.
            rng: for the jitter of waits.
            hooks: hear what is changed; by default those of installed packages.
            slots: where it is noted which slots of the budget are held; by default in memory.
                Processes that share an account keep within its budget by sharing this.

        Raises:
            BadConfig: the URL is not https (or loopback), or the region unknown.
            NoKey: there is no key.
        """
        self.instance = instance
        self.base_url = check_url(_base_url(base_url, region), f"instance {instance}")
        key = Secret(api_key) if isinstance(api_key, str) else api_key or find_key(instance)
        listener = listener or Logs()
        if api_key is None:
            listener = Several(listener, _watch_use(key, instance))
        self.hooks = hooks or Hooks()
        self._clock = clock or SystemClock()
        self._wire = Wire(
            self.base_url,
            key,
            concurrency=concurrency,
            read_timeout=read_timeout,
            transport=transport,
        )
        self._sender = Sender(
            self._wire,
            rate_limit=rate_limit,
            concurrency=concurrency,
            clock=self._clock,
            listener=listener,
            rng=rng or random.Random(),  # noqa: S311 (jitter, no secret)
            slots=slots,
        )

    @property
    def requests(self) -> int:
        """Requests sent so far by this object, repeats included."""
        return self._sender.requests

    @property
    def clock(self) -> Clock:
        """What time it goes by, for what waits beside it."""
        return self._clock

    @property
    def listener(self) -> Listener:
        """Who hears what happens, for what is built on this client."""
        return self._sender.listener

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell one more listener from now on; returns what takes it away again."""
        return self._sender.listener.add(listener)

    @property
    def budget_left(self) -> int:
        """Requests that may still be sent at once."""
        return self._sender.throttle.left

    @property
    def budget(self) -> int:
        """Requests that may be sent in a whole window."""
        return self._sender.throttle.limit

    @property
    def breaker_state(self) -> BreakerState:
        """Whether the circuit breaker lets requests pass."""
        return self._sender.breaker.state

    def on(self, event: str, callback: Callback) -> Callable[[], None]:
        """Call *callback* after each *event*; see `hooks.py`. Returns what takes it away again.

        Raises:
            ValueError: there is no such event.
        """
        return self.hooks.on(event, callback)

    async def health(self) -> Health:
        """Try the key and the connection with one small request. Raises nothing."""
        return await examine(self, self._clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    def __repr__(self) -> str:
        return f"ITGlue({self.base_url!r}, instance={self.instance!r})"


def _watch_use(key: Secret, instance: str) -> Listener:
    """Warn of a key that will soon be revoked, and note that it is used."""
    use = KeyUse()
    idle = use.idle(key)
    if idle is not None and idle >= WARN_AFTER:
        event = "API key not used for long, IT Glue revokes it"
        log("warning", event, instance=instance, days=idle, revoked_after=REVOKED_AFTER)
    return Noting(use, key)


def _base_url(base_url: str | None, region: str | None) -> str:
    if base_url:
        return base_url
    if region:
        return REGIONS.get(region, region)  # an unknown one is no https URL, and refused as such
    return os.environ.get("ITGLUE_BASE_URL") or REGIONS["us"]
