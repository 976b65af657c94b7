"""The progress bar of an apply, on a terminal."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from publisher.cli.pace import Pace
from publisher.cli.progress import Quiet
from publisher.errors import PublisherError
from publisher.plan import Action


class Bar(Quiet):
    """A progress bar, with the document that was just done."""

    def __init__(self, pace: Pace, console: Console | None = None) -> None:
        super().__init__()
        self.pace = pace
        whole, rest = Column(no_wrap=True), Column(no_wrap=True, overflow="ellipsis", ratio=1)
        document = TextColumn("[dim]{task.description}", table_column=rest)
        columns = (BarColumn(12), MofNCompleteColumn(table_column=whole), _Words(pace), document)
        console = console or Console(stderr=True)
        self._bar = Progress(*columns, console=console, transient=True, expand=True)
        self._task = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> Self:
        self.open.enter_context(self._bar)
        return self

    def start(self, total: int) -> None:
        self.pace.start(total)
        self._bar.update(self._task, total=total, visible=total > 0)

    def done(self, action: Action, error: PublisherError | None) -> None:
        self.pace.step(failed=error is not None)
        self._bar.update(self._task, advance=1, description=escape(action.document))


class _Words(ProgressColumn):
    """Rate, budget and time to go; drawn anew while nothing is done too, as in a pause."""

    max_refresh = 0.5

    def __init__(self, pace: Pace) -> None:
        super().__init__(Column(no_wrap=True))
        self._pace = pace

    def render(self, task: Task) -> Text:
        failed = f"{self._pace.failed} failed  " if self._pace.failed else ""
        return Text.assemble((failed, "red"), self._pace.words())
