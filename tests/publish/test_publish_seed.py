"""Traits that are set at creation only: IT Glue's own from then on."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import World, brief, document

SEEDED = "traits: {notes: first, category: Patching}\nseed: [Notes]\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.save("a.md", document("One.", id="a1", title="A", more=SEEDED))
    made.apply()
    return made


def test_a_seed_is_set_when_the_asset_is_created(world: World) -> None:
    """With everything else; and there is nothing to do afterwards."""
    traits = world.asset("A")["traits"]
    assert (traits["notes"], traits["category"]) == ("first", "Patching")
    assert not world.plan().actions
    assert not world.plan(refresh="full").drifts


def test_a_seed_is_never_compared_or_overwritten(world: World) -> None:
    """Neither when a colleague edits it, nor when the document changes in it or elsewhere."""
    world.edit("A", notes="theirs")
    assert world.plan().summary["unchanged"] == 1
    world.save("a.md", document("One.", id="a1", title="A", more=SEEDED.replace("first", "second")))
    assert not world.plan().actions
    world.save("a.md", document("Two.", id="a1", title="A", more=SEEDED))
    assert brief(world.plan().actions) == [("update", "a.md")]
    world.apply()
    traits = world.asset("A")["traits"]
    assert (traits["notes"], "Two." in traits["body"]) == ("theirs", True)
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())


def test_a_seed_survives_the_loss_of_the_state(world: World) -> None:
    """What a colleague made of it is no drift then either."""
    world.edit("A", notes="theirs")
    world.lose_state()
    plan = world.plan()
    assert (plan.actions, plan.drifts, plan.summary["unchanged"]) == ((), (), 1)


@pytest.mark.parametrize("edited", [False, True])
def test_a_managed_trait_can_be_left_to_it_glue(world: World, edited: bool) -> None:
    """It stays as it is found there, an earlier edit of it included."""
    world.save("b.md", document(id="b1", title="B", more="traits: {notes: ours}\n"))
    world.apply()
    if edited:
        world.edit("B", notes="theirs")
    world.save("b.md", document(id="b1", title="B", more="traits: {notes: ours}\nseed: [notes]\n"))
    plan = world.plan()
    assert (brief(plan.actions), plan.drifts) == ([("update", "b.md")], ())
    assert plan.actions[0].reasons == ("field notes is left to IT Glue from now on",)
    assert not world.apply().failed
    assert world.asset("B")["traits"]["notes"] == ("theirs" if edited else "ours")
    world.edit("B", notes="again")
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())


def test_a_seed_can_become_managed_again(world: World) -> None:
    """Then it is sent, and the plan says so."""
    world.save("a.md", document("One.", id="a1", title="A", more=SEEDED.replace("[Notes]", "[]")))
    assert world.plan().actions[0].reasons == ("field notes changed",)
    world.apply()
    assert not world.plan().actions


def test_a_seed_that_is_no_field_is_an_error(world: World) -> None:
    """At its line, with the near name; the body and the marker cannot be seeds."""
    for name, code in (("Note", "unknown-trait"), ("body", "reserved-trait")):
        text = document(id="b1", title="B", more=f"traits: {{notes: x}}\nseed: [{name}]\n")
        world.save("b.md", text)
        (error,) = world.plan().errors
        assert (error.code, error.line) == (code, 7)
