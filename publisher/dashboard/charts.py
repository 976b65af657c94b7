"""Small charts as SVG text, by hand: values in, one `<svg>` out.

Colours are classes, which the page's style sheet fills in for light and dark. Each chart has a
title and a description for screen readers, each mark its value as a tooltip; the newest value
stands at the right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

WIDTH, HEIGHT = 360.0, 168.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 16.0, 24.0
"""Room around the plot, in the units of the view box (about pixels)."""
LEAST_SLOTS = 12
"""As wide as for so many, however few there are: two bars should not fill the plot."""
LABEL_HEIGHT = 13.0

Tone = Literal["", "warn", "bad"]
Words = Callable[[float], str]
Steps = Sequence[float]


@dataclass(frozen=True, slots=True)
class Unit:
    """How values are said, and where a scale may end."""

    words: Words
    brief: Words
    """The same at the axis, where there is little room."""
    steps: Steps = (1, 2, 4, 5, 6, 8, 10)
    """Ends of scales; beyond the last one, they are repeated times powers of ten."""


@dataclass(frozen=True, slots=True)
class Point:
    """One run's value."""

    when: str
    value: float | None
    """None: not measured, so a gap."""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Limit:
    """A dashed line that should not be reached."""

    value: float
    name: str


def bars(
    name: str, title: str, points: Sequence[Point], unit: Unit, limit: Limit | None = None
) -> str:
    """A bar for each run.

    Args:
        name: unique within the page.
        title: what is measured.
        points: the oldest first.
        unit: what is measured in.
        limit: a line to compare with; the scale reaches up to it.
    """
    values = [point.value for point in points if point.value is not None]
    top = ceiling([*values, limit.value if limit else 0.0], unit.steps)
    slot = _slot(len(points))
    drawn = [
        _bar(_x(at, len(points)), slot * 0.68, point, top, unit.words)
        for at, point in enumerate(points)
        if point.value is not None
    ]
    parts = [*_frame(top, unit.brief, [point.when for point in points]), *drawn]
    if limit:
        parts.append(_limit(limit, top))
    return _svg(name, title, _told(values, unit.words), parts)


def lines(name: str, title: str, series: Sequence[Series], when: Sequence[str], unit: Unit) -> str:
    """A line for each series, named at its right end; at most three, told apart by class."""
    known = [value for one in series for value in one.values if value is not None]
    top = ceiling(known, unit.steps)
    parts = _frame(top, unit.brief, when, _NAMES)
    for number, one in enumerate(series, 1):
        parts += _line(number, one, when, top, unit.words)
    parts += _names(series, top)
    ends = [(one.name, _last(one.values)) for one in series]
    last = ", ".join(f"{name} {unit.words(end)}" for name, end in ends if end is not None)
    return _svg(name, title, f"Last: {last}." if last else "Not measured yet.", parts)


def ceiling(values: Sequence[float], steps: Steps) -> float:
    """The end of a scale: the smallest step (or power of ten of one) that no value exceeds."""
    most, power = max([*values, 0.0]), 1.0
    while power * steps[-1] < most:
        power *= 10.0
    return next(step * power for step in steps if step * power >= most)


def _svg(name: str, title: str, told: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img"'
        f' aria-labelledby="{name}-title {name}-told">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-told">{escape(told)}</desc>{"".join(parts)}</svg>'
    )


def _told(values: Sequence[float], words: Words) -> str:
    if not values:
        return "Not measured yet."
    least, most = words(min(values)), words(max(values))
    return f"{len(values)} runs, from {least} to {most}. Last: {words(values[-1])}."


def _frame(top: float, brief: Words, when: Sequence[str], room: float = 0.0) -> list[str]:
    """Grid lines with their values, and from when to when."""
    parts = []
    for value in (0.0, top / 2, top):
        y = _y(value, top)
        shape = "base" if value == 0 else "grid"
        parts.append(
            f"{_across(shape, y)}"
            f'<text class="tick end" x="{LEFT - 6:g}" y="{y + 4:.1f}">{escape(brief(value))}</text>'
        )
    if when:
        y = HEIGHT - 7
        right = f'<text class="tick end" x="{WIDTH - RIGHT:g}" y="{y:g}">{escape(when[-1])}</text>'
        parts.append(right)
    if len(when) > LEAST_SLOTS // 2:
        x = _x(0, len(when), room) - _slot(len(when), room) / 2
        parts.append(f'<text class="tick" x="{x:.1f}" y="{y:g}">{escape(when[0])}</text>')
    return parts


def _across(shape: str, y: float) -> str:
    return f'<line class="{shape}" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _bar(x: float, width: float, point: Point, top: float, words: Words) -> str:
    value = point.value or 0.0
    y = _y(value, top)
    height = max(HEIGHT - BOTTOM - y, 1.5 if value else 0.0)
    y = HEIGHT - BOTTOM - height
    tip = escape(f"{point.when}: {words(value)}")
    return (
        f'<g class="slot"><rect class="reach" x="{x - width / 2:.1f}" y="{TOP:g}"'
        f' width="{width:.1f}" height="{HEIGHT - BOTTOM - TOP:g}"/>'
        f'<rect class="bar {point.tone}" x="{x - width / 2:.1f}" y="{y:.1f}"'
        f' width="{width:.1f}" height="{height:.1f}" rx="{min(2.0, width / 4):.1f}"/>'
        f"<title>{tip}</title></g>"
    )


def _limit(limit: Limit, top: float) -> str:
    y = _y(limit.value, top)
    x, name = LEFT + 4, escape(limit.name)
    return f'{_across("limit", y)}<text class="tick" x="{x:g}" y="{y - 4:.1f}">{name}</text>'


def _line(number: int, series: Series, when: Sequence[str], top: float, words: Words) -> list[str]:
    count = len(series.values)
    path, dots, pen = "", [], "M"
    for at, value in enumerate(series.values):
        if value is None:
            pen = "M"
            continue
        x, y = _x(at, count, _NAMES), _y(value, top)
        path, pen = f"{path}{pen}{x:.1f} {y:.1f}", "L"
        tip = escape(f"{when[at]}: {series.name} {words(value)}")
        dots.append(
            f'<circle class="dot s{number}" cx="{x:.1f}" cy="{y:.1f}" r="2.5">'
            f"<title>{tip}</title></circle>"
        )
    return [f'<path class="line s{number}" d="{path}"/>', *dots] if path else []


_NAMES = 26.0
"""Room at the right for the names of the lines."""


def _names(series: Sequence[Series], top: float) -> list[str]:
    """The lines' names at their right ends, kept apart from each other."""
    ends = [
        (_y(value, top), -number, one.name)
        for number, one in enumerate(series, 1)
        if (value := _last(one.values)) is not None
    ]
    lowest, parts = HEIGHT - BOTTOM + LABEL_HEIGHT, []
    for y, number, name in sorted(ends, reverse=True):
        lowest = min(y, lowest - LABEL_HEIGHT)
        parts.append(
            f'<text class="name s{-number}" x="{WIDTH - RIGHT - _NAMES + 3:g}"'
            f' y="{lowest + 4:.1f}">{escape(name)}</text>'
        )
    return parts


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _slot(count: int, room: float = 0.0) -> float:
    return (WIDTH - LEFT - RIGHT - room) / max(count, LEAST_SLOTS)


def _x(at: int, count: int, room: float = 0.0) -> float:
    """The middle of a slot; the last one ends at the right, less the *room* for names."""
    return WIDTH - RIGHT - room - _slot(count, room) * (count - at - 0.5)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * min(value / top, 1.0)
