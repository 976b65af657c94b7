"""Which charts there are: rate, errors and duration of runs and requests, waits, budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publisher.dashboard import words
from publisher.dashboard.charts import Limit, Point, Series, Tone, Unit, bars, lines
from publisher.dashboard.history import NOTHING, budget_used, error_rate, latency, waited
from publisher.dashboard.model import Dashboard
from publisher.targets import Run

SHOWN = 40
"""How many runs a chart shows: the newest."""
QUANTILES = ("p50", "p95", "p99")
NEAR = 0.8
"""The share of the budget from which on its use is marked."""

COUNT = Unit(words.count, words.count, (2, 4, 6, 8, 10))
"""Scales end at even numbers: half a failure is none."""
PERCENT = Unit(words.percent, words.percent)
MILLISECONDS = Unit(words.milliseconds, words.milliseconds)
_MINUTE, _HOUR = 60, 3600
SECONDS = Unit(
    words.seconds,
    words.brief,
    (1, 2, 4, 6, 10, 20, 30, *(n * _MINUTE for n in (1, 2, 4, 6, 10, 20, 30)), _HOUR, 2 * _HOUR),
)

Measured = Callable[[Run], float | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart with its heading."""

    title: str
    last: str
    """The newest value."""
    note: str
    svg: str


def panels(shown: Dashboard) -> list[Panel]:
    """The charts, over the newest runs."""
    runs = list(reversed(shown.runs[:SHOWN]))
    return [
        _bars("duration", "Duration", "of each run", runs, lambda run: run.seconds, SECONDS),
        _bars("changes", "Changes", "applied", runs, lambda run: run.applied, COUNT),
        _bars("failed", "Failures", "targets that failed", runs, lambda run: run.failed,
              COUNT, tone=lambda run: "bad"),
        _bars("requests", "Requests", "sent, repeats too", runs, lambda run: run.requests,
              COUNT, tone=lambda run: ""),
        _bars("errors", "Error rate", "of the requests", runs, error_rate, PERCENT,
              tone=lambda run: "bad"),
        _latency(runs),
        _bars("waits", "Throttle waits", "summed", runs, waited, SECONDS,
              tone=lambda run: "warn"),
        _budget(shown, runs),
    ]  # fmt: skip


def _tone(run: Run) -> Tone:
    return "bad" if run.failed or run.details.get("stopped") else ""


def _bars(
    name: str,
    title: str,
    note: str,
    runs: Sequence[Run],
    measured: Measured,
    unit: Unit,
    *,
    tone: Callable[[Run], Tone] = _tone,
    limit: Limit | None = None,
) -> Panel:
    points = [Point(words.when(run.started), measured(run), tone(run)) for run in runs]
    return Panel(title, _last(points, unit), note, bars(name, title, points, unit, limit))


def _budget(shown: Dashboard, runs: Sequence[Run]) -> Panel:
    def tone(run: Run) -> Tone:
        return "warn" if (budget_used(run) or 0.0) >= NEAR * shown.limit else ""

    note = f"most in {words.seconds(shown.window)}"
    limit = Limit(shown.limit, f"IT Glue's limit: {words.count(shown.limit)}")
    return _bars("budget", "Budget", note, runs, budget_used, COUNT, tone=tone, limit=limit)


def _latency(runs: Sequence[Run]) -> Panel:
    series = [Series(name, [latency(run, name) for run in runs]) for name in QUANTILES]
    when = [words.when(run.started) for run in runs]
    points = [Point("", latency(run, "p95")) for run in runs]
    svg = lines("latency", "Latency", series, when, MILLISECONDS)
    return Panel("Latency", _last(points, MILLISECONDS), "p95", svg)


def _last(points: Sequence[Point], unit: Unit) -> str:
    values = [point.value for point in points if point.value is not None]
    return unit.words(values[-1]) if values else NOTHING
