"""A repository without ``[docs] id``: another one of the account may be called the same."""

from __future__ import annotations

from pathlib import Path

from world import CONFIG, World, brief, document

from publisher.plan import Policy


def unnamed(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.save("publisher.toml", CONFIG.replace('id = "test-docs"', ""))
    world.write("a.md", document("One.", id="a1", title="A"))
    world.save("b.md", document("Two.", id="b1", title="B"))
    world.apply()
    return world


def test_what_a_marker_alone_says_was_ours_is_reported(tmp_path: Path) -> None:
    """After a lost state, or in another folder of the same name, nothing is archived."""
    world = unnamed(tmp_path)
    world.lose_state()
    world.remove("a.md")
    plan = world.plan()
    assert not plan.actions
    found = [one for one in plan.diagnostics if one.code == "not-surely-ours"]
    assert [one.document for one in found] == ["a1"]
    assert str(world.asset("A")["id"]) in found[0].message


def test_what_the_state_says_was_ours_is_archived(tmp_path: Path) -> None:
    """The state knows, whatever the repository is called."""
    world = unnamed(tmp_path)
    world.remove("a.md")
    assert brief(world.plan(Policy()).actions) == [("archive", "a.md")]
