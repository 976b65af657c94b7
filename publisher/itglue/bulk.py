"""The same work for many things at once: with progress, and with the errors kept for the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from publisher.errors import BadKey

T = TypeVar("T")
R = TypeVar("R")

Progress = Callable[[int, int], None]
"""Called with (done, total) after each thing."""


def silent(done: int, total: int) -> None:
    """The progress that shows nothing."""


@dataclass(slots=True)
class Done(Generic[T, R]):
    """What came of it, in the order of the things."""

    results: list[tuple[T, R]] = field(default_factory=list)
    errors: list[tuple[T, Exception]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether all of it worked."""
        return not self.errors


class _Tally(Generic[T, R]):
    """What is known so far."""

    def __init__(self, things: Iterable[T], progress: Progress) -> None:
        self.things = list(things)
        self._progress = progress
        self._results: dict[int, R] = {}
        self._errors: dict[int, Exception] = {}
        self.stopped: BadKey | None = None
        """Set by the first `BadKey`: nothing more is begun."""

    def done(self, number: int, result: R) -> None:
        self._results[number] = result
        self._tell()

    def failed(self, number: int, error: Exception) -> None:
        if isinstance(error, BadKey):
            self.stopped = self.stopped or error
        self._errors[number] = error
        self._tell()

    def _tell(self) -> None:
        self._progress(len(self._results) + len(self._errors), len(self.things))

    def sum(self) -> Done[T, R]:
        return Done(
            [(self.things[number], self._results[number]) for number in sorted(self._results)],
            [(self.things[number], self._errors[number]) for number in sorted(self._errors)],
        )


async def for_each(
    things: Iterable[T],
    work: Callable[[T], Awaitable[R]],
    *,
    at_once: int = 8,
    progress: Progress = silent,
) -> Done[T, R]:
    """Await *work* for each of *things*, several at once.

    What one raises is kept, and the others go on; but after a `BadKey` nothing more is begun, and
    the rest gets that error too. (An outage is the circuit breaker's business.)
    """
    tally: _Tally[T, R] = _Tally(things, progress)
    numbers = iter(range(len(tally.things)))

    async def worker() -> None:
        for number in numbers:
            try:
                if tally.stopped:
                    raise tally.stopped
                result = await work(tally.things[number])
            except Exception as error:  # noqa: BLE001 (whatever the caller's own work raises is kept)
                tally.failed(number, error)
            else:
                tally.done(number, result)

    await asyncio.gather(*(worker() for _ in range(min(at_once, len(tally.things)))))
    return tally.sum()


def for_each_in_threads(
    things: Iterable[T],
    work: Callable[[T], R],
    *,
    at_once: int = 8,
    progress: Progress = silent,
) -> Done[T, R]:
    """As `for_each`, for work that blocks; *progress* is called in this thread.

    An interrupt (Ctrl-C) begins nothing more, and waits for what has begun.
    """
    tally: _Tally[T, R] = _Tally(things, progress)

    def begin(thing: T) -> R:
        if tally.stopped:
            raise tally.stopped
        try:
            return work(thing)
        except BadKey as error:
            tally.stopped = error  # before this thread begins the next one
            raise

    pool = ThreadPoolExecutor(at_once, thread_name_prefix="itglue-bulk")
    try:
        futures = {pool.submit(begin, thing): n for n, thing in enumerate(tally.things)}
        for future in as_completed(futures):
            try:
                result = future.result()
            except Exception as error:  # noqa: BLE001 (whatever the caller's own work raises is kept)
                tally.failed(futures[future], error)
            else:
                tally.done(futures[future], result)
    finally:
        pool.shutdown(cancel_futures=True)
    return tally.sum()
