"""What the sweep, the state machine and doubt have found: each once, in plain words."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
from fault_kinds import REQUEST_FAULTS, Fault
from fault_wire import Trouble
from fault_world import FaultWorld, live
from world import brief, document

from publisher.apply.publish import publish
from publisher.plan import Policy
from publisher.simulator import Switches

OVERWRITE = Policy(on_drift="overwrite")
DELETE = Policy(on_delete="delete")


def fault(name: str) -> Fault:
    return next(fault for fault in REQUEST_FAULTS if fault.name == name)


def published(folder: Path, **switches: Any) -> FaultWorld:
    """A world in which A is published."""
    world = FaultWorld(folder, switches=Switches(**switches))
    world.save("a.md", document("One two.", id="a1", title="A"))
    world.run(Policy())
    return world


@pytest.fixture
def world(tmp_path: Path) -> FaultWorld:
    return published(tmp_path)


def strike(world: FaultWorld, line: str, name: str, policy: Policy = Policy()) -> None:  # noqa: B008 (frozen)
    """Run into a fault at the first request that begins with *line*."""
    world.turn(600)
    trouble = Trouble(request=fault(name), at=1, line=line)
    world.run(policy, trouble)
    assert trouble.met


@pytest.mark.parametrize("policy", [Policy(), OVERWRITE], ids=["keep", "overwrite"])
def test_a_list_that_lags_behind_does_not_hide_what_we_made(tmp_path: Path, policy: Policy) -> None:
    """It is asked for by its id before anybody believes that it was deleted."""
    world = published(tmp_path, list_lag_seconds=30)
    plan = world.plan(policy)
    assert (plan.actions, plan.drifts) == ((), ())
    world.run(policy)
    assert len(world.assets()) == 1


def test_a_list_that_lags_behind_does_not_undo_what_we_wrote(tmp_path: Path) -> None:
    """A row that is older than IT Glue's own answer is no edit."""
    world = published(tmp_path, list_lag_seconds=30)
    world.turn(600)
    world.save("a.md", document("Three.", id="a1", title="A"))
    world.run(Policy())
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())


def test_an_archived_asset_that_lists_hide_is_restored_all_the_same(tmp_path: Path) -> None:
    """And not made a second time."""
    world = published(tmp_path, archived_in_lists=False)
    world.remove("a.md")
    world.run(Policy())
    world.turn(3600)
    assert not world.plan().actions
    world.git("revert", "--no-edit", "HEAD")
    assert brief(world.plan().actions) == [("update", "a.md")]
    world.run(Policy())
    assert [asset["archived"] for asset in world.assets()] == [False]
    world.turn(3600)
    assert not world.plan().actions


def test_a_deletion_is_noticed_beside_an_archived_asset(world: FaultWorld) -> None:
    """The count of the list is then what it would be if archived ones were hidden."""
    world.save("b.md", document("B.", id="b1", title="B"))
    world.run(Policy())
    world.remove("a.md")
    world.run(Policy())
    world.turn(3600)
    world.site.delete("flexible_assets", int(world.asset("B")["id"]))
    assert [drift.document for drift in world.plan().drifts] == ["b.md"]


@pytest.mark.parametrize("lost", [False, True], ids=["state kept", "state lost"])
@pytest.mark.parametrize("home", ["Acme Corp", "Internal"])
def test_a_copy_that_a_colleague_made_is_left_alone(
    world: FaultWorld, home: str, lost: bool
) -> None:
    """It carries our marker, but the same attempt: named, never changed, never taken for ours."""
    asset = world.asset("A")
    world.turn(60)
    copied = world.site.create(
        "flexible_assets",
        {
            "organization-id": world.organization(home),
            "flexible-asset-type-id": asset["flexible-asset-type-id"],
            "traits": {**asset["traits"], "notes": "a copy"},
        },
    )
    if lost:
        world.lose_state()
    world.save("a.md", document("Three.", id="a1", title="A"))
    assert world.until_quiet(Policy()) == 1
    there = {one["id"]: one for one in world.assets()}
    assert "Three" in there[asset["id"]]["traits"]["body"]
    assert "One two" in there[copied.id]["traits"]["body"]
    found = [diagnostic.code for diagnostic in world.plan().diagnostics]
    assert found == ["duplicate-asset"]


def test_an_adoption_that_was_cut_short_is_ours(tmp_path: Path) -> None:
    """The asset carries our marker by then, which the next run recognises."""
    world = FaultWorld(tmp_path)
    world.site.create(
        "flexible_assets",
        {
            "organization-id": world.organization("Acme Corp"),
            "flexible-asset-type-id": world.kind("SOP"),
            "traits": {"title": "A", "body": "<p>By hand.</p>"},
        },
    )
    world.save("a.md", document("One two.", id="a1", title="A"))
    strike(world, "PATCH", "killed, done", Policy(adopt=True))
    assert world.until_quiet(Policy()) == 0
    assert "One two" in world.asset("A")["traits"]["body"]


def test_a_document_comes_back_after_a_deletion_that_was_cut_short(world: FaultWorld) -> None:
    """Its asset is gone, but it was us: no colleague deleted it, so it is made again."""
    world.remove("a.md")
    strike(world, "DELETE", "killed, done", DELETE)
    world.git("revert", "--no-edit", "HEAD")
    world.turn(600)
    assert brief(world.plan().actions) == [("create", "a.md")]
    assert world.until_quiet(Policy()) == 1
    assert len(world.assets()) == 1


def test_a_document_comes_back_before_its_deletion_was_carried_out(world: FaultWorld) -> None:
    """The asset is still there, and stays."""
    world.remove("a.md")
    strike(world, "DELETE", "killed, not done", DELETE)
    world.git("revert", "--no-edit", "HEAD")
    assert world.until_quiet(Policy()) <= 1
    assert len(world.assets(archived=False)) == 1


def test_an_asset_that_is_made_again_is_made_once(world: FaultWorld) -> None:
    """A create that replaces a deleted asset is given its time too, before it is repeated."""
    world.turn(600)
    world.site.delete("flexible_assets", int(world.asset("A")["id"]))
    strike(world, "POST", "killed, done late", OVERWRITE)
    plan = world.plan(OVERWRITE)
    assert (plan.actions, plan.summary["pending"]) == ((), 1)
    assert world.until_quiet(OVERWRITE) == 0  # it has come, and is recognised
    assert len(world.assets()) == 1


def test_an_asset_of_another_type_waits_for_its_time_too(world: FaultWorld) -> None:
    """Its key is known, by the asset of the former type."""
    world.save("a.md", document("One two.", id="a1", title="A", type="Note"))
    strike(world, "POST", "killed, done late")
    assert world.plan().summary["pending"] == 1
    world.until_quiet(Policy())
    assert not world.doubled


def test_an_edited_asset_of_a_former_type_holds_the_new_one_back(world: FaultWorld) -> None:
    """One live asset a key: who edited the old one decides first."""
    world.turn(600)
    world.site.edit(int(world.asset("A")["id"]), {"body": "<p>Edited.</p>"})
    world.save("a.md", document("One two.", id="a1", title="A", type="Note"))
    assert [verb for verb, _ in brief(world.plan().actions)] == ["conflict", "conflict"]
    world.run(Policy())
    assert live(world) == {key: [ids[0]] for key, ids in live(world).items()}


def test_an_update_that_was_cut_short_is_ours_though_git_has_moved_on(world: FaultWorld) -> None:
    """The marker proves that we wrote last, so it is no conflict."""
    world.save("a.md", document("Second.", id="a1", title="A"))
    strike(world, "PATCH", "killed, done")
    world.save("a.md", document("Third.", id="a1", title="A"))
    assert world.until_quiet(Policy()) == 1
    assert "Third" in world.asset("A")["traits"]["body"]


def test_an_edit_after_an_update_that_was_cut_short_is_drift(world: FaultWorld) -> None:
    """What the asset says is not what was sent: somebody else wrote it."""
    world.save("a.md", document("Second.", id="a1", title="A"))
    strike(world, "PATCH", "killed, done")
    world.turn(60)
    world.site.edit(int(world.asset("A")["id"]), {"body": "<p>By hand.</p>"})
    plan = world.plan()
    assert (plan.actions, len(plan.drifts)) == ((), 1)


@pytest.mark.parametrize("kind", ["SOP", "Note"])
@pytest.mark.parametrize("name", ["killed, done", "killed, not done"])
def test_a_move_that_was_cut_short_goes_on(tmp_path: Path, name: str, kind: str) -> None:
    """And keeps its asset, with or without an id."""
    world = FaultWorld(tmp_path)
    world.write("a.md", document("One two.", title="A", type=kind))
    world.write("b.md", document("Three.", id="b1", title="B", type=kind))
    world.commit()
    world.run(Policy())
    ids = {asset["name"]: asset["id"] for asset in world.assets()}
    world.git("mv", "a.md", "c.md")
    world.git("mv", "b.md", "d.md")
    world.commit()
    strike(world, "PATCH", name)
    world.until_quiet(Policy())
    assert {asset["name"]: asset["id"] for asset in world.assets()} == ids


def test_an_upload_that_nobody_wants_any_more_is_removed(world: FaultWorld) -> None:
    """Its answer was lost, and the document has dropped it since."""
    world.write("list.csv", "a,b\n")
    world.save("a.md", document("One two.", id="a1", title="A", more="attachments: [list.csv]\n"))
    strike(world, "POST", "killed, done late")
    world.save("a.md", document("One two.", id="a1", title="A"))
    world.turn(200)
    world.until_quiet(Policy())
    assert world.attachments() == []


def test_two_plans_with_a_new_state_are_the_same(world: FaultWorld) -> None:
    """The second one, too, looks at the type that no document has any more."""
    world.write("b.md", document("B.", id="b1", title="B", type="Note"))
    world.remove("a.md")
    world.lose_state()
    plans = [world.plan().as_json() for _ in range(2)]
    assert [[action["action"] for action in plan["actions"]] for plan in plans] == [
        ["archive", "create"]
    ] * 2


def test_an_asset_of_a_former_type_is_archived_when_the_state_is_lost(world: FaultWorld) -> None:
    """Also when the one of the new type is there already, and only has to be restored."""
    note = document("One two.", id="a1", title="A", type="Note")
    world.save("a.md", note)
    world.until_quiet(Policy())
    world.save("a.md", document("One two.", id="a1", title="A"))
    world.lose_state()
    world.until_quiet(Policy())
    there = {asset["flexible-asset-type-name"]: asset["archived"] for asset in world.assets()}
    assert there == {"SOP": False, "Note": True}


def test_a_copy_of_an_asset_that_we_archived_is_left_alone(world: FaultWorld) -> None:
    """Its attempt tells that it is a copy, whatever has become of what it was copied from."""
    sop = world.asset("A")
    copied = world.site.create(
        "flexible_assets",
        {
            "organization-id": sop["organization-id"],
            "flexible-asset-type-id": sop["flexible-asset-type-id"],
            "traits": sop["traits"],
        },
    )
    world.save("a.md", document("One two.", id="a1", title="A", type="Note"))
    world.until_quiet(Policy())
    world.save("a.md", document("Three.", id="a1", title="A", type="Note"))
    world.until_quiet(Policy())
    (there,) = world.assets(id=copied.id)
    assert (there["archived"], there["traits"]) == (False, sop["traits"])


def test_a_text_that_was_examined_once_warns_at_each_plan(tmp_path: Path) -> None:
    """Whether a warning shows must not depend on what an earlier plan has noted."""
    world = FaultWorld(tmp_path)
    world.save("a.md", document("One [dead](no.md).", id="a1", title="A", type="Note"))
    world.run(Policy())
    asset = world.asset("A")
    edited = asset["traits"]["text"].replace("One", "Edited")
    world.site.edit(int(asset["id"]), {"text": edited})
    plans = [world.plan().as_json() for _ in range(2)]
    codes = [[found["code"] for found in plan["diagnostics"]] for plan in plans]
    assert codes[0] == codes[1]
    assert len(plans[0]["drift"]) == 1


@pytest.mark.parametrize("shared", [False, True], ids=["separate states", "one state, no lease"])
def test_two_runs_that_planned_at_the_same_time_end_with_one_asset(
    tmp_path: Path, shared: bool
) -> None:
    """For a moment there are two; the next apply of either removes the younger, and says so."""
    world = FaultWorld(tmp_path)
    world.save("a.md", document("One two.", id="a1", title="A"))
    states = [world.state, world.state if shared else world.state.parent / "other.db"]

    async def both() -> None:
        async with contextlib.AsyncExitStack() as stack:
            runs = []
            for world.state in states:
                itglue = await stack.enter_async_context(world.client())
                store = stack.enter_context(world.open_state())
                session = await world.session(store, itglue, Policy())
                runs.append((session, await session.plan()))
            await asyncio.gather(*(publish(*run) for run in runs))

    asyncio.run(both())
    older, younger = sorted(asset["id"] for asset in world.assets())
    world.turn(60)
    assert [action.asset_id for action in world.plan().changes if action.duplicate] == [
        str(younger)
    ]
    world.run(Policy())
    assert [asset["id"] for asset in world.assets()] == [older]
    for world.state in states:
        assert world.until_quiet(Policy()) == 0


def test_a_copy_of_an_asset_that_went_stays_when_the_state_is_lost(world: FaultWorld) -> None:
    """It is not taken for the live asset of a document that is gone."""
    asset = world.asset("A")
    copied = world.site.create(
        "flexible_assets",
        {
            "organization-id": asset["organization-id"],
            "flexible-asset-type-id": asset["flexible-asset-type-id"],
            "traits": asset["traits"],
        },
    )
    world.remove("a.md")
    world.run(Policy())
    world.lose_state()
    assert world.until_quiet(Policy()) == 0
    (there,) = world.assets(id=copied.id)
    assert (there["archived"], there["traits"]) == (False, asset["traits"])


def test_a_copy_of_an_asset_that_moved_is_left_alone(tmp_path: Path) -> None:
    """It carries the key that the original had, and no document wants that any more."""
    world = FaultWorld(tmp_path)
    world.save("a.md", document("One two.", title="A"))
    world.run(Policy())
    asset = world.asset("A")
    world.turn(60)
    copied = world.site.create(
        "flexible_assets",
        {
            "organization-id": asset["organization-id"],
            "flexible-asset-type-id": asset["flexible-asset-type-id"],
            "traits": asset["traits"],
        },
    )
    world.git("mv", "a.md", "b.md")
    world.commit()
    world.until_quiet(Policy())
    (there,) = world.assets(id=copied.id)
    assert (there["archived"], there["traits"]) == (False, asset["traits"])


def test_a_link_to_what_is_held_back_is_no_change(world: FaultWorld) -> None:
    """Nothing is left to do for it until somebody has decided."""
    world.save("b.md", document("To [a](a.md).", id="b1", title="B"))
    world.run(Policy())
    world.site.edit(int(world.asset("A")["id"]), {"body": "<p>Edited.</p>"})
    world.save("a.md", document("One two.", id="a1", title="A", type="Note"))
    world.run(Policy())
    assert not world.plan().changes


def test_two_plans_of_what_is_held_back_are_the_same(world: FaultWorld) -> None:
    """They name the asset by its title, whether a list has just told it or not."""
    world.site.edit(int(world.asset("A")["id"]), {"body": "<p>Edited.</p>"})
    world.remove("a.md")
    first = world.plan()
    world.turn(3600)
    for plan in (first, world.plan(), world.plan()):
        assert [(action.verb, action.title) for action in plan.actions] == [("conflict", "A")]


def test_links_to_a_document_whose_move_is_held_back_stay(tmp_path: Path) -> None:
    """Its asset lies where it was: what links to it is not written for nothing, again and again."""
    world = FaultWorld(tmp_path)
    world.write("a.md", document("To [b](b.md).", title="A"))
    world.write("b.md", document("Text.", title="B"))
    world.commit()
    assert world.until_quiet(Policy()) == 1
    world.turn(600)
    world.site.update("flexible_assets", int(world.asset("B")["id"]), {"archived": True})
    world.write("moved/keep", "")
    world.git("mv", "a.md", "b.md", "moved")
    world.commit()
    world.run(Policy())
    assert brief(world.plan().actions) == [("conflict", "moved/b.md")]
    assert world.asset("A")["traits"]["publisher-key"].startswith("test-docs:moved/a.md@")
