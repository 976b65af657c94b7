"""Creates whose answer is lost: found again by their marker, or given time to appear."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import World, document

from publisher.simulator import Lost, Rule


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.save("a.md", document("Text.", id="a1", title="A"))
    return made


def test_an_answer_lost_after_the_commit_is_found_in_the_same_run(world: World) -> None:
    """By its marker, at the end of the run; nothing failed, nothing twice."""
    world.site.faults.add(Rule("POST", "/flexible_assets", Lost("after")))
    result = world.apply()
    assert (len(result.applied), result.failed) == (1, [])
    assert not world.plan().actions
    assert world.writes() == ["POST /flexible_assets"]


def test_an_answer_lost_before_the_commit_waits_and_is_sent_again(world: World) -> None:
    """Not before the settle time is over; named meanwhile."""
    world.site.faults.add(Rule("POST", "/flexible_assets", Lost("before")))
    assert len(world.apply().failed) == 1
    plan = world.plan()
    assert (plan.actions, plan.summary["pending"]) == ((), 1)
    result = world.apply()
    assert [pending.document for pending in result.pending] == ["a.md"]
    assert result.as_json()["failed"][0]["document"] == "a.md"
    world.ahead += 241
    assert len(world.apply().applied) == 1
    assert len(world.assets()) == 1
    assert not world.plan().actions
