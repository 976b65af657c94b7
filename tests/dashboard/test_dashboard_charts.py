"""Charts: values in, SVG out."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.dashboard import words
from publisher.dashboard.charts import (
    HEIGHT,
    LEFT,
    RIGHT,
    WIDTH,
    Limit,
    Point,
    Series,
    bars,
    ceiling,
    lines,
)
from publisher.dashboard.panels import COUNT, MILLISECONDS, SECONDS

VALUES = st.lists(st.none() | st.floats(0, 1e7, allow_nan=False), max_size=50)


def parts(svg: str, tag: str, shape: str) -> list[ElementTree.Element]:
    """Elements of one class. The text must be well-formed for that."""
    found = ElementTree.fromstring(svg).iter(tag)
    return [one for one in found if shape in (one.get("class") or "").split()]


@given(st.lists(st.floats(0, 1e9, allow_nan=False), max_size=20))
def test_a_scale_holds_its_values_and_is_not_far_too_large(values: list[float]) -> None:
    """Its end is a round number; in time, one that a clock knows."""
    for unit in (COUNT, SECONDS):
        top = ceiling(values, unit.steps)
        assert max([*values, 0]) <= top
        assert top <= max(2.5 * max([*values, 0]), unit.steps[0])


@given(VALUES)
def test_every_bar_stands_inside_of_the_plot(values: list[float | None]) -> None:
    """One for each value, none for a gap, from the base upwards."""
    points = [Point(f"day {at}", value) for at, value in enumerate(values)]
    drawn = parts(bars("b", "Bars", points, COUNT), "rect", "bar")
    assert len(drawn) == sum(value is not None for value in values)
    for bar in drawn:
        x, y, width, height = (float(bar.get(name, "")) for name in ("x", "y", "width", "height"))
        assert x >= LEFT - 0.1
        assert x + width <= WIDTH - RIGHT + 0.1
        assert y >= 0
        assert y + height <= HEIGHT


@given(st.tuples(VALUES, VALUES, VALUES))
def test_every_line_stays_inside_and_its_name_apart(
    found: tuple[list[float | None], ...],
) -> None:
    """However near to each other the lines end."""
    most = max(len(values) for values in found)
    padded = [[*values, *[None] * (most - len(values))] for values in found]
    series = [Series(name, values) for name, values in zip(("a", "b", "c"), padded, strict=True)]
    svg = lines("l", "Lines", series, ["x"] * most, MILLISECONDS)
    for dot in parts(svg, "circle", "dot"):
        assert LEFT - 0.1 <= float(dot.get("cx", "")) <= WIDTH - RIGHT
    names = sorted(float(one.get("y", "")) for one in parts(svg, "text", "name"))
    assert all(later - former >= 12.9 for former, later in itertools.pairwise(names))


def test_lines_that_end_together_are_named_in_their_order() -> None:
    """The slowest at the top."""
    series = [Series(name, [5.0]) for name in ("p50", "p95", "p99")]
    names = parts(lines("l", "Lines", series, ["x"], MILLISECONDS), "text", "name")
    assert sorted(names, key=lambda one: -float(one.get("y", ""))) == names
    assert [one.text for one in names] == ["p50", "p95", "p99"]


def test_a_chart_speaks() -> None:
    """A title, a description, and each mark its value; nothing that is told is taken as markup."""
    points = [Point("<Mon>", 3.0), Point("Tue", 1500.0, "bad")]
    svg = bars("b", "A & B", points, COUNT, Limit(3000, "the <limit>"))
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert [one.text for one in root.iter("title")] == ["A & B", "<Mon>: 3", "Tue: 1,500"]
    assert root.findtext("desc") == "2 runs, from 3 to 1,500. Last: 1,500."
    assert "the <limit>" in [one.text for one in root.iter("text")]
    assert len(parts(svg, "rect", "bad")) == 1


def test_a_chart_of_nothing_says_so() -> None:
    """No run at all, or none that measured."""
    for svg in (
        bars("b", "Bars", [], COUNT),
        bars("b", "Bars", [Point("Mon", None)], COUNT),
        lines("l", "Lines", [Series("a", [])], [], COUNT),
    ):
        assert ElementTree.fromstring(svg).findtext("desc") == "Not measured yet."


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (words.seconds(0), "0 s"),
        (words.seconds(0.44), "0.4 s"),
        (words.seconds(59.7), "1 min"),
        (words.seconds(200), "3 min 20 s"),
        (words.seconds(7500), "2 h 5 min"),
        (words.brief(150), "2.5 min"),
        (words.count(2940), "2,940"),
        (words.milliseconds(0.84), "0.8 ms"),
        (words.milliseconds(2500), "2.5 s"),
        (words.percent(0.34), "0.3 %"),
        (words.when(1_800_000_000), "15 Jan 08:00"),
        (words.full(1_800_000_000), "2027-01-15 08:00 UTC"),
        (words.ago(0, 30), "just now"),
        (words.ago(0, 300), "5 min ago"),
        (words.ago(0, 90_000), "1 day ago"),
        (words.ago(0, 200_000), "2 days ago"),
    ],
)
def test_values_in_words(said: str, text: str) -> None:
    """As people say them."""
    assert said == text
