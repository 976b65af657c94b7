"""One run in numbers and words. Runs of former versions lack what these did not record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from publisher.dashboard import words
from publisher.targets import Run

NOTHING = "–"


def error_rate(run: Run) -> float | None:
    """Failed requests in percent; None where they were not counted, or none was sent."""
    sent = run.details.get("sent")
    if not sent:
        return None
    failed: int = sum(run.details.get("request_failures", {}).values())
    return 100.0 * failed / float(sent)


def waited(run: Run) -> float | None:
    """Seconds that requests waited for the budget, summed."""
    found = run.details.get("waited_seconds")
    return None if found is None else float(found)


def budget_used(run: Run) -> float | None:
    """The most requests of one window that were in use while it ran."""
    found = run.details.get("budget")
    return None if found is None else float(found["used"])


def latency(run: Run, quantile: str) -> float | None:
    """`p50`, `p95`, `p99` or `max` of the requests, in milliseconds."""
    found = run.details.get("latency_ms")
    return None if found is None else float(found[quantile])


def verdict(run: Run) -> tuple[str, str]:
    """How a run went, in a word, and its tone."""
    if run.details.get("stopped"):
        return "stopped", "bad"
    if run.failed:
        return f"{run.failed} failed", "bad"
    return ("done", "good") if run.applied else ("no change", "good")


@dataclass(frozen=True, slots=True)
class Line:
    """One run as a line of a table."""

    started: str
    outcome: str
    tone: str
    numbers: tuple[str, ...]
    """In the order of `NUMBERS`."""
    failures: str
    commit: str


NUMBERS = ("Changes", "Duration", "Requests", "Errors", "p95", "Waited", "Pauses")


def line(run: Run) -> Line:
    """Put a run in words."""
    outcome, tone = verdict(run)
    pauses = run.details.get("pauses")
    numbers = (
        words.count(run.applied),
        words.seconds(run.seconds),
        words.count(run.requests),
        _or(error_rate(run), words.percent),
        _or(latency(run, "p95"), words.milliseconds),
        _or(waited(run), words.seconds),
        NOTHING if pauses is None else words.count(pauses),
    )
    commit = run.commit[:10] if run.commit else "work tree"
    return Line(words.full(run.started), outcome, tone, numbers, _failures(run), commit)


def _failures(run: Run) -> str:
    """`Rejected 2, OutOfReach 1; stopped by OutOfReach`."""
    kinds = ", ".join(f"{kind} {n}" for kind, n in run.details.get("failures", {}).items())
    stopped = run.details.get("stopped")
    return "; ".join(part for part in (kinds, f"stopped by {stopped}" if stopped else "") if part)


def _or(value: float | None, said: Callable[[float], str]) -> str:
    return NOTHING if value is None else said(value)
