"""Values in words, for people."""

from __future__ import annotations

import datetime as dt


def count(value: float) -> str:
    """`2,940`."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def seconds(value: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if value < 10:
        return f"{value:.1f} s" if round(value, 1) % 1 else f"{value:.0f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    larger, unit, smaller, rest = (
        (whole // 60, "min", whole % 60, "s")
        if whole < 3600
        else (whole // 3600, "h", whole % 3600 // 60, "min")
    )
    return f"{larger} {unit} {smaller} {rest}" if smaller else f"{larger} {unit}"


def brief(value: float) -> str:
    """Seconds where there is little room: `30 s`, `2.5 min`, `1 h`."""
    for length, unit in ((3600, "h"), (60, "min")):
        if value >= length:
            return f"{value / length:g} {unit}"
    return f"{value:g} s"


def milliseconds(value: float) -> str:
    """`0.8 ms`, `120 ms`, `2.5 s`."""
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.1f} ms" if value % 1 and value < 10 else f"{value:.0f} ms"


def percent(value: float) -> str:
    """`3 %`, of 0 to 100."""
    return f"{value:.1f} %" if value % 1 and value < 10 else f"{value:.0f} %"


def when(at: float) -> str:
    """`24 Nov 19:51`, in UTC."""
    moment = _moment(at)
    return f"{moment.day} {moment:%b %H:%M}"


def full(at: float) -> str:
    """`2026-11-24 19:51 UTC`."""
    return f"{_moment(at):%Y-%m-%d %H:%M} UTC"


def ago(then: float, now: float) -> str:
    """`just now`, `5 min ago`, `3 days ago`."""
    passed = max(0.0, now - then)
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "min")):
        if passed >= length:
            number = int(passed // length)
            plural = "s" if number > 1 and unit != "min" else ""
            return f"{number} {unit}{plural} ago"
    return "just now"


def _moment(at: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(at, dt.UTC)
