"""Several assets with one request: every fault at it, a part of it carried out among them.

The default run meets each bulk request with the graver faults; `-m slow`, or the table of
`python tests/faults --bulk 3`, every boundary with every fault, whatever becomes of the state.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from fault_sweep import Case, StateIs, Strike, Sweep, is_bulk, prepared
from fault_wire import Trouble
from fault_world import FaultWorld, live, twice
from world import document

from publisher.apply.bulk import Bulk
from publisher.apply.writes import begin_now
from publisher.plan import Policy
from publisher.simulator import Switches
from publisher.simulator.errors import invalid

STAGES = ("publish", "change", "return")
SIZE = 3


@pytest.fixture
def sweep() -> Sweep:
    return prepared(SIZE)


def at_bulk(sweep: Sweep, stage: str) -> list[Strike]:
    """Every fault at the requests that write several."""
    lines = sweep.boundaries(stage).requests
    return [s for s in sweep.singles(stage) if s.request and is_bulk(lines[s.at - 1])]


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_recovers_from_faults_at_bulk_requests(sweep: Sweep, stage: str) -> None:
    """One live asset a key, as after an undisturbed run, and the next plan is empty."""
    grave = {"killed, part done", "422, part done", "less done than asked"}
    strikes = [strike for strike in at_bulk(sweep, stage) if strike.name in grave]
    assert len(strikes) >= 6
    _hold(sweep, stage, strikes, "kept")


def test_it_comes_to_the_same(sweep: Sweep) -> None:
    """Undisturbed, IT Glue shows what it shows when each asset has a request of its own."""
    for name, single in prepared().stages.items():
        several = sweep.stages[name].wanted
        wanted = {key: several.get(key) for key in single.wanted}
        assert _told(wanted) == _told(single.wanted), name


def _told(there: Any) -> str:
    """What IT Glue shows, but for the commits, as the two repositories have their own."""
    return re.sub(r"changed at [0-9a-f]+", "changed", json.dumps(there, default=repr))


@pytest.mark.slow
@pytest.mark.parametrize("state", ["kept", "lost", "older"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_run_recovers_from_every_fault(sweep: Sweep, stage: str, state: StateIs) -> None:
    """At every boundary, once and for good, whatever became of the state."""
    _hold(sweep, stage, [*sweep.singles(stage), *sweep.singles(stage, always=True)], state)


class Picky(FaultWorld):
    """An IT Glue that saves what is good, refuses the whole, and lists it after a while only."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, switches=Switches(bulk_atomic=False, list_lag_seconds=25.0))
        self.settings = self.settings.model_copy(update={"bulk_size": 4})
        for name in "ABCD":
            self.write(f"{name}.md", document(f"This is {name}.", id=name, title=name))
        self.head = self.commit()
        self.site.create = functools.partial(_create, self.site.create)  # type: ignore[method-assign]  # a double


def _create(inner: Any, resource: str, attributes: Any, **more: Any) -> Any:
    if resource == "flexible_assets" and attributes["traits"]["title"] == "C":
        raise invalid("/data/attributes/traits.title", "is not to our taste")
    return inner(resource, attributes, **more)


def test_what_was_saved_of_a_refused_request_is_not_made_again(tmp_path: Path) -> None:
    """It is looked for when lists have caught up; the bad document alone fails."""
    world = Picky(tmp_path)
    result = world.run(Policy())
    assert result
    assert [failed.action.document for failed in result.failed] == ["C.md"]
    assert sorted(live(world)) == [f"{name}@{world.organization('Acme Corp')}" for name in "ABD"]
    assert not twice(world)


def test_to_look_at_once_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A weaker protocol, which does not wait for the lists, makes duplicates."""
    monkeypatch.setattr("publisher.apply.bulk.LIST_LAG", 0.0)
    world = Picky(tmp_path)
    world.run(Policy())
    assert twice(world)


@pytest.mark.parametrize("weaker", [False, True], ids=["as it is", "one intent for all"])
def test_one_intent_for_all_is_caught(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, weaker: bool
) -> None:
    """Killed while the request is under way, and run again at once: each of them may yet come."""
    if weaker:
        first = lambda store, now, *intents: begin_now(store, now, intents[0])  # noqa: E731 (one use)
        monkeypatch.setattr("publisher.apply.bulk.begin_now", first)
    strikes = [s for s in at_bulk(sweep, "publish") if s.name == "killed, done late"]
    assert strikes
    verdicts = [sweep.run(Case("publish", (s, Strike(0, "nowhere")))) for s in strikes]
    assert any(verdict.duplicate for verdict in verdicts) == weaker


def test_to_go_by_the_place_in_the_answer_is_caught(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A weaker protocol, which takes the first record for the first document, mixes them up when a
    part was done."""

    async def by_place(self: Bulk, records: Any, writes: Any) -> dict[str, Any]:
        attempts = [write.intent.attempt for write in writes]
        return dict(zip(attempts, [*records, *records], strict=False))

    monkeypatch.setattr(Bulk, "_by_attempt", by_place)
    strikes = [s for s in at_bulk(sweep, "publish") if s.name == "less done than asked"]
    verdicts = [sweep.run(Case("publish", (strike,))) for strike in strikes]
    assert any(not verdict.good for verdict in verdicts)


@pytest.mark.parametrize("count", [300, pytest.param(3000, marks=pytest.mark.slow)])
def test_requests(tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty at once: 3,000 documents cost 60 requests to create, and a few to look."""
    monkeypatch.setattr("publisher.gather.ahead.WORTH_IT", 1000)
    world = FaultWorld(tmp_path)
    world.settings = world.settings.model_copy(update={"bulk_size": 50})
    for number in range(count):
        world.write(f"d{number}.md", document("Text.", id=f"d{number}", title=f"D{number}"))
    world.head = world.commit()
    peace = Trouble()
    result = world.run(Policy(), peace)
    assert result
    assert len(result.applied) == count
    assert result.requests == count / 50
    assert len(peace.requests) <= count / 50 + 5
    assert {len(ids) for ids in live(world).values()} == {1}


def _hold(sweep: Sweep, stage: str, strikes: list[Strike], state: StateIs) -> None:
    verdicts = [sweep.run(Case(stage, (strike,), state)) for strike in strikes]
    assert all(verdict.met for verdict in verdicts)
    assert not [f"{v.case}: {v.duplicate} {v.lost}" for v in verdicts if not v.good]
