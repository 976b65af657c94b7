"""What a run remembers of its requests."""

from __future__ import annotations

from pathlib import Path

from world import World, document

from publisher.apply.measure import Measure, percentiles
from publisher.itglue.events import Exchange, Listener, Several
from publisher.simulator.faults import Rule, Status


def exchange(status: int | None, *, seconds: float = 0.1, left: int = 100) -> Exchange:
    good = status is not None and status < 400
    error = None if good else "trouble"
    return Exchange("GET", "/organizations", status, seconds, 1, left, error=error, waited=0.5)


def test_a_measure_counts() -> None:
    """Requests by method, failures by kind, waits, the highest use of the budget, the breaker."""
    measure = Measure(budget=100)
    for status, left in ((200, 99), (429, 60), (503, 70), (None, 80), (404, 90)):
        measure.exchanged(exchange(status, left=left))
    measure.paused(5)
    measure.breaker("open")
    measure.breaker("half-open")
    found = measure.as_json()
    assert found["sent"] == 5
    assert found["request_failures"] == {
        "no answer": 1, "rejected": 1, "server": 1, "throttled": 1
    }  # fmt: skip
    assert (found["waited_seconds"], found["pauses"], found["paused_seconds"]) == (2.5, 1, 5)
    assert found["budget"] == {"used": 40, "limit": 100}
    assert found["breaker"] == {"state": "half-open", "opened": 1}


def test_percentiles_are_measured_values() -> None:
    """By nearest rank; one measurement is all of them, and none gives none."""
    hundred = [n / 1000 for n in range(100, 0, -1)]
    assert percentiles(hundred) == {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    assert percentiles([0.25]) == {"p50": 250, "p95": 250, "p99": 250, "max": 250}
    assert percentiles([]) is None


def test_a_listener_comes_and_goes() -> None:
    """Events reach it from when it is added until it is taken away."""
    heard: list[float] = []

    class Hears(Listener):
        def paused(self, seconds: float) -> None:
            heard.append(seconds)

    several = Several()
    several.paused(1)
    remove = several.add(Hears())
    several.paused(2)
    remove()
    several.paused(3)
    assert heard == [2]


def test_an_apply_leaves_its_measure_in_the_state(tmp_path: Path) -> None:
    """Latency, budget and failures by kind are part of the run."""
    world = World(tmp_path)
    world.save("a.md", document(id="a"))
    world.apply()
    world.save("b.md", document(id="b", title="Another"))
    world.site.faults.add(Rule("POST", "/flexible_assets", Status(422)))
    world.apply()
    with world.open_state() as store:
        second, first = store.runs(5)
    assert first.details["sent"] == first.requests > 0
    assert first.details["actions"] == {"create": 1}
    assert first.details["latency_ms"]["p50"] > 0
    assert 0 < first.details["budget"]["used"] <= 2940 == first.details["budget"]["limit"]
    assert second.details["failures"] == {"Rejected": 1}
    assert second.details["request_failures"] == {"rejected": 1}
