"""What somebody changed in IT Glue: shown, carried over, or held back; never crushed unasked."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import World, brief, document

from publisher.plan import Policy


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.save("a.md", document("One two.", id="a1", title="A", more="traits: {notes: ours}\n"))
    made.apply()
    return made


def test_an_edit_of_a_managed_trait_is_kept_and_shown(world: World) -> None:
    """No action; one drift that names the field; the same in every later plan."""
    world.edit("A", body="<p>Edited by a colleague.</p>")
    for _ in range(2):
        plan = world.plan()
        assert (plan.actions, plan.summary["drift"]) == ((), 1)
        assert plan.drifts[0].what == ("field body was edited in IT Glue",)
        assert world.apply().requests == 0
    assert world.asset("A")["traits"]["body"] == "<p>Edited by a colleague.</p>"


def test_an_edit_of_another_trait_is_nobodys_business(world: World) -> None:
    """And survives our next write byte for byte."""
    world.edit("A", category="Backup", reviewed="2026-01-02")
    assert world.plan().summary["unchanged"] == 1
    world.save("a.md", document("New.", id="a1", title="A", more="traits: {notes: ours}\n"))
    world.apply()
    traits = world.asset("A")["traits"]
    assert (traits["category"], traits["reviewed"]) == ("Backup", "2026-01-02")
    assert not world.plan().actions


def test_tags_survive_our_write(world: World) -> None:
    """A PATCH replaces all traits and takes tags as ids; they come back the same."""
    server = world.site.create(
        "configurations",
        {
            "name": "SRV-01",
            "organization-id": world.asset("A")["organization-id"],
            "configuration-type-id": world.site.all("configuration_types")[0].id,
        },
    )
    world.edit("A", servers=[server.id])
    tagged = world.asset("A")["traits"]["servers"]
    assert [value["id"] for value in tagged["values"]] == [server.id]
    world.save("a.md", document("New.", id="a1", title="A", more="traits: {notes: ours}\n"))
    world.apply()
    assert world.asset("A")["traits"]["servers"] == tagged


def test_an_upload_trait_with_a_file_blocks_the_write(world: World) -> None:
    """A PATCH would delete the file: the target fails with an explanation, the file stays."""
    upload = {"content": "aGVsbG8=", "file_name": "scan.txt"}
    world.edit("A", scan=upload)
    world.save("a.md", document("New.", id="a1", title="A", more="traits: {notes: ours}\n"))
    result = world.apply()
    assert "scan" in str(result.failed[0].error)
    assert world.asset("A")["traits"]["scan"]


def test_other_traits_edited_are_carried_over_as_drift(world: World) -> None:
    """Document and asset both changed, in different traits: both changes live."""
    world.edit("A", notes="theirs")
    world.save("a.md", document("New.", id="a1", title="A", more="traits: {notes: ours}\n"))
    plan = world.plan()
    assert [(a.verb, a.drift, a.carry) for a in plan.actions] == [("update", True, ("notes",))]
    assert not world.apply().failed
    traits = world.asset("A")["traits"]
    assert traits["notes"] == "theirs"
    assert "New." in traits["body"]
    after = world.plan()
    assert (after.actions, after.drifts[0].what) == ((), ("field notes was edited in IT Glue",))


def test_the_same_trait_changed_on_both_sides_is_a_conflict(world: World) -> None:
    """Held back until it is said which side wins."""
    world.edit("A", body="<p>Theirs.</p>")
    world.save("a.md", document("Ours.", id="a1", title="A", more="traits: {notes: ours}\n"))
    plan = world.plan()
    assert brief(plan.actions) == [("conflict", "a.md")]
    result = world.apply()
    assert (len(result.held), result.applied) == (1, [])
    assert world.asset("A")["traits"]["body"] == "<p>Theirs.</p>"
    key = plan.actions[0].key
    assert not world.apply(Policy(overwrite=frozenset([key]))).held
    assert "Ours." in world.asset("A")["traits"]["body"]
    assert not world.plan().actions


def test_so_it_is_for_a_text_with_links(world: World) -> None:
    """Its addresses may be a later write of ours, an edit of its words never is."""
    world.save("b.md", document("See [it](a.md).", id="b1", title="B"))
    world.apply()
    world.edit("B", body=world.asset("B")["traits"]["body"].replace("See", "Look at"))
    world.save("b.md", document("Read [it](a.md).", id="b1", title="B"))
    assert brief(world.plan().actions) == [("conflict", "b.md")]
    world.apply()
    assert "Look at" in world.asset("B")["traits"]["body"]


def test_overwrite_puts_back_what_git_says(world: World) -> None:
    """The plan says so first; afterwards nothing is left to do."""
    world.edit("A", body="<p>Theirs.</p>")
    policy = Policy(on_drift="overwrite")
    plan = world.plan(policy)
    assert [(a.verb, a.drift) for a in plan.actions] == [("update", True)]
    world.apply(policy)
    assert "One two." in world.asset("A")["traits"]["body"]
    plan = world.plan(policy)
    assert (plan.actions, plan.drifts) == ((), ())


def test_an_asset_deleted_in_it_glue_is_missing_and_stays_so(world: World) -> None:
    """Created again on overwrite only."""
    world.site.delete("flexible_assets", int(world.asset("A")["id"]))
    plan = world.plan()
    assert (plan.actions, plan.summary["drift"]) == ((), 1)
    assert "deleted" in plan.drifts[0].what[0]
    policy = Policy(on_drift="overwrite")
    assert brief(world.plan(policy).actions) == [("create", "a.md")]
    world.apply(policy)
    assert len(world.assets()) == 1
    assert not world.plan().drifts


def test_a_missing_asset_whose_document_changed_is_a_conflict(world: World) -> None:
    """Changed on both sides."""
    world.site.delete("flexible_assets", int(world.asset("A")["id"]))
    world.save("a.md", document("New.", id="a1", title="A"))
    assert brief(world.plan().actions) == [("conflict", "a.md")]


def test_an_asset_archived_in_it_glue_stays_archived(world: World) -> None:
    """Somebody had a reason; shown as drift."""
    world.ahead += 60
    world.site.update("flexible_assets", int(world.asset("A")["id"]), {"archived": True})
    plan = world.plan()
    assert (plan.actions, plan.drifts[0].what) == ((), ("the asset was archived in IT Glue",))


def test_a_gone_document_whose_asset_was_edited_is_held_back(world: World) -> None:
    """Gone and changed: nobody's edit is archived away unasked."""
    world.edit("A", body="<p>Theirs.</p>")
    world.remove("a.md")
    plan = world.plan()
    assert brief(plan.actions) == [("conflict", "a.md")]
    key = plan.actions[0].key
    assert brief(world.plan(Policy(overwrite=frozenset([key]))).actions) == [("archive", "a.md")]


def test_an_attachment_removed_in_it_glue_is_drift(world: World) -> None:
    """Ours alone; what others attach is no drift."""
    world.write("list.csv", "a,b\n")
    more = "traits: {notes: ours}\nattachments: [list.csv]\n"
    world.save("a.md", document("One two.", id="a1", title="A", more=more))
    world.apply()
    world.ahead += 60
    asset = world.site.get("flexible_assets", int(world.asset("A")["id"]))
    theirs = {"attachment": {"content": "aGVsbG8=", "file_name": "theirs.txt"}}
    world.site.create("attachments", theirs, parent=asset)
    assert not world.plan().drifts
    world.site.delete("attachments", int(world.attachments()[0]["id"]))
    plan = world.plan()
    assert (plan.actions, plan.drifts[0].what) == (
        (),
        ("attachment list.csv was removed in IT Glue",),
    )
    world.apply(Policy(on_drift="overwrite"))
    names = sorted(file["attachment-file-name"] for file in world.attachments())
    assert names == ["list.csv", "theirs.txt"]
    assert not world.plan().drifts


def test_an_unmarked_asset_of_the_same_title_is_held_back(world: World) -> None:
    """Until it is taken over, or a second one is wanted."""
    there = world.asset("A")
    sop = {"organization-id": there["organization-id"]}
    sop |= {"flexible-asset-type-id": there["flexible-asset-type-id"]}
    theirs = world.site.create("flexible_assets", sop | {"traits": {"title": "B", "notes": "x"}})
    world.save("b.md", document("Ours.", id="b1", title="B"))
    plan = world.plan()
    assert brief(plan.actions) == [("conflict", "b.md")]
    assert str(theirs.id) in plan.actions[0].reasons[0]
    assert brief(world.plan(Policy(adopt=False)).actions) == [("create", "b.md")]
    assert brief(world.plan(Policy(adopt=True)).actions) == [("adopt", "b.md")]
    world.apply(Policy(adopt=True))
    adopted = world.asset("B")
    assert (adopted["id"], adopted["traits"]["notes"]) == (theirs.id, "x")
    assert "Ours." in adopted["traits"]["body"]
    assert not world.plan().actions


def test_another_repositorys_asset_is_never_touched(world: World) -> None:
    """Not taken over, not archived, only named."""
    world.save("publisher.toml", (world.root / "publisher.toml").read_text() + "# other\n")
    world.lose_state()
    other = World(world.root.parent / "other")
    other.site.close()
    other.site, other.ahead = world.site, world.ahead
    other.write("publisher.toml", '[docs]\nid = "other-docs"\n')
    other.save("a.md", document("Theirs.", id="a1", title="A2"))
    plan = other.plan()
    assert brief(plan.actions) == [("conflict", "a.md")]
    assert "belongs to repository test-docs" in plan.actions[0].reasons[0]
    other.remove("a.md")
    assert not other.plan().actions


def test_an_edit_in_the_second_of_our_own_write_is_drift_all_the_same(tmp_path: Path) -> None:
    """Time stamps are whole seconds: only what an asset says tells whether somebody edited it."""
    world = World(tmp_path)
    world.save("a.md", document("One two.", id="a1", title="A"))
    world.apply()
    world.site.edit(int(world.asset("A")["id"]), {"body": "<p>Edited at once.</p>"})
    assert world.plan().summary["drift"] == 1


@pytest.mark.parametrize("kind", ["SOP", "Note"])
def test_a_word_made_bold_in_a_text_with_links_is_an_edit(tmp_path: Path, kind: str) -> None:
    """Our own late writes are told from edits by every tag that an author can set."""
    world = World(tmp_path)
    world.write("b.md", document("Other.", id="b1", title="B", type=kind))
    world.save("a.md", document("See [b](b.md), please.", id="a1", title="A", type=kind))
    world.apply()
    field = "body" if kind == "SOP" else "text"
    html = world.asset("A")["traits"][field].replace("please", "<strong>please</strong>")
    world.edit("A", **{field: html})
    plan = world.plan()
    assert (plan.actions, plan.summary["drift"]) == ((), 1)
    world.save("a.md", document("See [b](b.md), now.", id="a1", title="A", type=kind))
    assert brief(world.plan().actions) == [("conflict", "a.md")]


def test_links_to_an_asset_that_is_created_again_follow_in_the_same_run(world: World) -> None:
    """The plan after it is empty."""
    world.write("c.md", document("To [b](b.md).", title="C"))
    world.write("b.md", document(title="B"))
    world.commit()
    world.apply()
    world.ahead += 60
    world.site.delete("flexible_assets", int(world.asset("B")["id"]))
    world.ahead += 60
    world.apply()
    plan = world.plan(Policy(on_drift="overwrite"))
    assert brief(plan.actions) == [("update", "c.md"), ("create", "b.md")]
    world.apply(Policy(on_drift="overwrite"))
    assert not world.plan().actions
    assert str(world.asset("B")["resource-url"]) in world.asset("C")["traits"]["body"]


def test_what_links_to_an_adopted_asset_follows_in_the_same_apply(world: World) -> None:
    """Documents published before and new ones: one apply, and the next plan is empty."""
    there = world.asset("A")
    sop = {"organization-id": there["organization-id"]}
    sop |= {"flexible-asset-type-id": there["flexible-asset-type-id"]}
    world.site.create("flexible_assets", sop | {"traits": {"title": "B", "notes": "x"}})
    world.write("b.md", document("Ours. [C](c.md)", id="b1", title="B"))
    world.save("a.md", document("One [B](b.md).", id="a1", title="A"))
    world.apply()
    world.save("c.md", document("[B](b.md)", id="c1", title="C"))
    plan = world.plan(Policy(adopt=True))
    assert sorted(brief(plan.actions)) == [
        ("adopt", "b.md"),
        ("create", "c.md"),
        ("update", "a.md"),
    ]
    world.apply(Policy(adopt=True))
    assert not world.plan().actions
    address = world.asset("B")["resource-url"]
    assert all(address in world.asset(title)["traits"]["body"] for title in "AC")
