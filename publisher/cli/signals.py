"""SIGINT and SIGTERM while a command runs: it ends in order, and a second one ends it at once.

CI systems end a job with one of them, and kill soon after (GitHub Actions: 7.5 s, then 2.5 s).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from publisher.errors import Interrupted

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """What a signal does now; see `handled`."""

    def __init__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("signals are handled for a task")
        self._loop, self._task = asyncio.get_running_loop(), task
        self._stop: asyncio.Event | None = None
        self.ended = False
        """The task was cancelled, because a signal said so."""

    def listen(self) -> None:
        for number in NUMBERS:
            with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C is an exception there
                self._loop.add_signal_handler(number, self._caught)

    def ignore(self) -> None:
        for number in NUMBERS:
            with contextlib.suppress(NotImplementedError):
                self._loop.remove_signal_handler(number)

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """While a question waits for its answer, the loop stands still: a signal interrupts it."""
        self.ignore()
        before = {number: signal.signal(number, _interrupt) for number in NUMBERS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self.listen()

    @contextlib.contextmanager
    def stopping(self) -> Iterator[asyncio.Event]:
        """From here on the first signal sets the event, for the work to end in order."""
        self._stop = asyncio.Event()
        try:
            yield self._stop
        finally:
            self._stop = None

    def _caught(self) -> None:
        if self._stop is not None and not self._stop.is_set():
            self._stop.set()
        else:
            self.ended = True
            self._task.cancel()


@contextlib.contextmanager
def handled() -> Iterator[Signals]:
    """Let signals end the current task.

    Raises:
        Interrupted: one did.
    """
    signals = Signals()
    signals.listen()
    try:
        yield signals
    except asyncio.CancelledError:
        if signals.ended:
            raise Interrupted from None
        raise
    finally:
        signals.ignore()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted
