"""Progress of an apply: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from publisher.apply.result import Silent
from publisher.cli.context import Context
from publisher.errors import PublisherError
from publisher.plan import Action

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Quiet(Silent):
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


class Bar(Quiet):
    """A progress bar on stderr, with the document that was just done."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed

        columns = (BarColumn(), MofNCompleteColumn(), Elapsed(), TextColumn("{task.description}"))
        self.bar: Progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task: TaskID | None = None
        self.failed = 0

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.bar.stop()

    def start(self, total: int) -> None:
        self.task = self.bar.add_task("", total=total)

    def done(self, action: Action, error: PublisherError | None) -> None:
        self.failed += error is not None
        failures = f"  [red]{self.failed} failed[/red]" if self.failed else ""
        if self.task is not None:
            self.bar.update(self.task, advance=1, description=f"{action.document}{failures}")


def progress_for(context: Context, as_json: bool) -> Quiet:
    """A bar for people who watch; nothing in pipes, in CI, with --quiet or NO_COLOR."""
    watched = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    return Bar() if watched and context.verbosity >= 0 and not as_json else Quiet()
