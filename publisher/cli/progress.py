"""Progress of an apply, on stderr: a bar on a terminal, now and then a line elsewhere.

A run of less than half a minute leaves no line in a CI log; stdout never gets any.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import click

from publisher.apply.result import Silent
from publisher.cli.context import Context
from publisher.cli.pace import Pace
from publisher.config import RateLimit
from publisher.errors import PublisherError
from publisher.itglue import ITGlue
from publisher.plan import Action

LINE_SECONDS = 30.0
"""How often a line comes where there is no terminal."""


class Quiet(Silent):
    """Shows nothing."""

    def __init__(self) -> None:
        self.open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.open.close()


class Lines(Quiet):
    """A line every half minute."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.pace, self._clock = pace, clock
        self._last = clock()

    def start(self, total: int) -> None:
        self.pace.start(total)
        self._last = self._clock()

    def done(self, action: Action, error: PublisherError | None) -> None:
        self.pace.step(failed=error is not None)
        if self._clock() - self._last >= LINE_SECONDS:
            self._last = self._clock()
            click.echo(f"{_counted(self.pace)}; {self.pace.words()}", err=True)


def _counted(pace: Pace) -> str:
    failed = f" ({pace.failed} failed)" if pace.failed else ""
    return f"{pace.done:,} of {pace.total:,} changes{failed}"


def progress_for(context: Context, as_json: bool, itglue: ITGlue, limit: RateLimit) -> Quiet:
    """A bar for people who watch, lines for those who read the log afterwards.

    Nothing with --quiet, and nothing in between what is to be JSON.
    """
    if context.verbosity < 0 or as_json or context.log_format == "json":
        return Quiet()
    pace = Pace(limit.requests / limit.seconds)
    shown = _bar(pace) if _is_watched() else Lines(pace)
    shown.open.callback(itglue.listen(pace))
    return shown


def _is_watched() -> bool:
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ


def _bar(pace: Pace) -> Quiet:
    from publisher.cli.bar import Bar  # rich takes its time to import

    return Bar(pace)
