"""From Git to IT Glue and back to nothing to do, through all rooms."""

from __future__ import annotations

import pytest
from world import World, brief, document

from publisher.plan import Policy


@pytest.fixture
def world(tmp_path):  # type: ignore[no-untyped-def]  # a fixture's type is its name
    return World(tmp_path)


def test_a_new_document_is_created_once_and_then_nothing_is_to_do(world: World) -> None:
    """Create, then an empty plan, and one POST in all."""
    world.save("sops/a.md", document("Hello **world**.", id="a1"))
    assert brief(world.plan().actions) == [("create", "sops/a.md")]
    result = world.apply()
    assert (len(result.applied), result.failed) == (1, [])
    assert world.plan().summary["unchanged"] == 1
    assert world.apply().requests == 0
    assert world.writes() == ["POST /flexible_assets"]
    traits = world.asset("A document")["traits"]
    assert "<strong>world</strong>" in traits["body"]
    assert traits["publisher-key"].startswith("test-docs:a1@")


def test_an_unchanged_plan_costs_one_request_a_type_and_two_more(world: World) -> None:
    """However many documents there are, only lists of types are asked for."""
    for number in range(30):
        kind = "Note" if number % 2 else "SOP"
        world.write(f"d{number}.md", document(title=f"Document {number}", type=kind))
    world.commit()
    world.apply()
    before = len(world.requests())
    plan = world.plan()
    assert plan.summary["unchanged"] == 30
    assert len(world.requests(before)) <= 4
    before = len(world.requests())
    assert not world.plan(refresh="none").actions
    assert world.requests(before) == []


def test_one_edit_is_one_patch(world: World) -> None:
    """Only the edited document is written, and only once."""
    for number in range(5):
        world.write(f"d{number}.md", document(title=f"Document {number}", id=f"d{number}"))
    world.commit()
    world.apply()
    before = len(world.requests())
    world.save("d3.md", document("Something else.", title="Document 3", id="d3"))
    assert brief(world.plan().actions) == [("update", "d3.md")]
    world.apply()
    assert [line.split("/")[0] for line in world.writes(before)] == ["PATCH "]
    assert not world.plan().actions


@pytest.mark.parametrize("kind", ["SOP", "Note"])
def test_a_lost_state_is_rebuilt_from_the_markers(world: World, kind: str) -> None:
    """With the marker in a field or in the footer: no change, no duplicate."""
    world.write("a.md", document("See [b](b.md).", id="a1", title="A", type=kind))
    world.write("b.md", document("| x | y |\n|---|---|\n| 1 | 2 |", title="B", type=kind))
    world.commit()
    world.apply()
    world.lose_state()
    plan = world.plan()
    assert (plan.actions, plan.drifts, plan.summary["unchanged"]) == ((), (), 2)
    assert world.apply().requests == 0
    assert len(world.assets()) == 2


@pytest.mark.parametrize("kind", ["SOP", "Note"])
def test_an_edit_made_while_the_state_was_lost_is_drift(world: World, kind: str) -> None:
    """The digest says that Git is the same, the text that somebody edited: kept, and shown."""
    world.save("a.md", document("One two three.", title="A", type=kind))
    world.apply()
    field = "body" if kind == "SOP" else "text"
    html = world.asset("A")["traits"][field].replace("two", "four")
    world.edit("A", **{field: html})
    world.lose_state()
    plan = world.plan()
    assert (plan.actions, len(plan.drifts)) == ((), 1)
    assert "four" in world.asset("A")["traits"][field]


def test_a_change_made_while_the_state_was_lost_is_an_update(world: World) -> None:
    """The digest in the marker says that Git has changed."""
    world.save("a.md", document("One two three.", title="A"))
    world.apply()
    world.lose_state()
    world.save("a.md", document("One two four.", title="A"))
    assert brief(world.plan().actions) == [("update", "a.md")]
    world.apply()
    assert len(world.assets()) == 1
    assert not world.plan().actions


def test_a_renamed_document_with_an_id_keeps_its_asset(world: World) -> None:
    """One PATCH at most, and the same asset."""
    world.save("a.md", document("Text.", id="a1", title="A", type="Note"))
    world.apply()
    before = len(world.requests())
    world.git("mv", "a.md", "b.md")
    world.commit()
    assert brief(world.plan().actions) == [("move", "b.md")]
    asset_id = world.asset("A")["id"]
    world.apply()
    assert len(world.writes(before)) <= 1
    assert world.asset("A")["id"] == asset_id
    assert not world.plan().actions


@pytest.mark.parametrize("lost", [False, True])
def test_a_renamed_document_without_an_id_is_followed(world: World, lost: bool) -> None:
    """By the same content; also when only the marker knows what was published."""
    world.save("a.md", document("Text enough.", title="A"))
    world.apply()
    asset_id = world.asset("A")["id"]
    world.git("mv", "a.md", "sub.md")
    world.commit()
    if lost:
        world.lose_state()
    assert brief(world.plan().actions) == [("move", "sub.md")]
    world.apply()
    assert world.asset("A")["id"] == asset_id
    assert "sub.md@" in world.asset("A")["traits"]["publisher-key"]
    assert not world.plan().actions


def test_a_removed_document_is_archived_and_comes_back(world: World) -> None:
    """Archived, not deleted; restored when the document is there again."""
    world.save("a.md", document("Text.", id="a1", title="A"))
    world.save("b.md", document("Text.", id="b1", title="B"))
    world.apply()
    world.remove("a.md")
    assert brief(world.plan().actions) == [("archive", "a.md")]
    world.apply()
    assert world.asset("A")["archived"] is True
    assert not world.plan().actions
    world.git("revert", "--no-edit", "HEAD")
    assert brief(world.plan().actions) == [("update", "a.md")]
    world.apply()
    assert world.asset("A")["archived"] is False
    assert not world.plan().actions


def test_an_archived_asset_is_restored_after_the_state_was_lost(world: World) -> None:
    """The marker says that it was us who archived it."""
    world.save("a.md", document("Text.", id="a1", title="A"))
    world.apply()
    world.remove("a.md")
    world.apply()
    world.lose_state()
    assert not world.plan().actions
    world.git("revert", "--no-edit", "HEAD")
    assert brief(world.plan().actions) == [("update", "a.md")]
    world.apply()
    (asset,) = world.assets()
    assert asset["archived"] is False


def test_on_delete_delete_removes_the_asset(world: World) -> None:
    """And the state forgets it."""
    world.save("a.md", document(id="a1", title="A"))
    world.apply()
    world.remove("a.md")
    world.apply(Policy(on_delete="delete"))
    assert world.assets() == []
    assert not world.plan().actions


def test_on_delete_keep_leaves_the_asset(world: World) -> None:
    """Counted as skipped."""
    world.save("a.md", document(id="a1", title="A"))
    world.apply()
    world.remove("a.md")
    plan = world.plan(Policy(on_delete="keep"))
    assert (plan.actions, plan.summary["skip"]) == ((), 1)


def test_documents_in_a_circle_link_to_each_other_after_one_apply(world: World) -> None:
    """One of the two is written twice, no more."""
    world.write("a.md", document("To [b](b.md#x).\n\n## X", title="A"))
    world.write("b.md", document("To [a](a.md).\n\n## X", title="B"))
    world.write("c.md", document("To [a](a.md) and [b](b.md).", title="C"))
    world.commit()
    world.apply()
    a, b, c = (world.asset(name) for name in "ABC")
    assert f'href="{b["resource-url"]}#x"' in a["traits"]["body"]
    assert a["resource-url"] in b["traits"]["body"]
    assert a["resource-url"] in c["traits"]["body"]
    assert len(world.writes()) == 4
    assert not world.plan().actions


def test_pictures_and_attachments_are_uploaded_once(world: World) -> None:
    """The picture is shown from IT Glue; a changed one is replaced, a removed one removed."""
    world.write("files/list.csv", "a,b\n")
    world.write("net.png", b"\x89PNG one")
    world.write(
        "a.md", document("![Net](net.png)", title="A", more="attachments: [files/list.csv]\n")
    )
    world.commit()
    world.apply()
    assert sorted(file["attachment-file-name"] for file in world.attachments()) == [
        "list.csv",
        "net.png",
    ]
    body = world.asset("A")["traits"]["body"]
    url = next(f["download-url"] for f in world.attachments() if f["ext"] == "png")
    assert f'src="{url}"' in body
    assert not world.plan().actions
    before = len(world.requests())
    world.save("net.png", b"\x89PNG two!")
    world.apply()
    assert [line.split(" ")[0] for line in world.writes(before)] == ["POST", "PATCH", "DELETE"]
    assert len(world.attachments()) == 2
    assert not world.plan().actions
    world.save("a.md", document("No picture.", title="A"))
    world.apply()
    assert world.attachments() == []
    assert not world.plan().actions


def test_attachments_are_recognised_after_the_state_was_lost(world: World) -> None:
    """By name and size; nothing is uploaded again."""
    world.write("net.png", b"\x89PNG one")
    world.save("a.md", document("![Net](net.png)", title="A"))
    world.apply()
    world.lose_state()
    assert not world.plan().actions


def test_one_document_goes_to_every_organization(world: World) -> None:
    """And stops going to one that is excluded later."""
    text = '---\nid: f1\ntitle: Everywhere\norgs: "*"\ntype: SOP\n---\nText.\n'
    world.save("f.md", text)
    world.apply()
    assert len(world.assets()) == 3
    world.save("f.md", text.replace('orgs: "*"', "orgs: {include: ['*'], exclude: [Internal]}"))
    assert brief(world.plan().actions) == [("archive", "f.md")]
    world.apply()
    assert not world.plan().actions


def test_a_document_with_an_error_is_held_and_its_asset_stays(world: World) -> None:
    """Not gone: it is there, it only cannot be read."""
    world.save("a.md", document(id="a1", title="A"))
    world.apply()
    world.save("a.md", "---\ntitle: [\n---\n")
    plan = world.plan()
    assert (plan.actions, [found.code for found in plan.errors]) == ((), ["bad-yaml"])
    world.lose_state()
    assert not world.plan().actions


def test_a_published_document_that_becomes_a_draft_stays_as_it_is(world: World) -> None:
    """A draft is skipped, not removed."""
    world.save("a.md", document(id="a1", title="A"))
    world.apply()
    world.save("a.md", document("Other.", id="a1", title="A", more="publish: false\n"))
    plan = world.plan()
    assert (plan.actions, plan.summary["skip"]) == ((), 1)


def test_another_type_makes_a_new_asset_and_archives_the_old(world: World) -> None:
    """One live asset a key, whatever type it has."""
    world.save("a.md", document(id="a1", title="A"))
    world.apply()
    world.save("a.md", document(id="a1", title="A", type="Note"))
    assert [verb for verb, _ in brief(world.plan().actions)] == ["archive", "create"]
    world.apply()
    live = [asset for asset in world.assets() if not asset["archived"]]
    assert [asset["flexible-asset-type-name"] for asset in live] == ["Note"]
    assert not world.plan().actions


def test_the_same_sides_give_the_same_bytes(world: World) -> None:
    """Two plans differ in nothing, and neither do a refreshed and a full one."""
    world.save("a.md", document(id="a1", title="A"))
    world.apply()
    world.save("b.md", document(id="b1", title="B"))
    first, second = world.plan().as_json(), world.plan(refresh="full").as_json()
    first.pop("requests"), second.pop("requests")
    assert first == second


def test_only_and_org_leave_the_rest_alone(world: World) -> None:
    """What is out of scope is neither planned nor missed."""
    world.write("x/a.md", document(id="a1", title="A"))
    world.write("b.md", document(id="b1", title="B", org="Internal"))
    world.commit()
    world.apply()
    world.write("x/a.md", document("New.", id="a1", title="A"))
    world.write("b.md", document("New.", id="b1", title="B", org="Internal"))
    world.commit()
    assert brief(world.plan(only=("x/**",)).actions) == [("update", "x/a.md")]
    assert brief(world.plan(org="Internal").actions) == [("update", "b.md")]


def test_a_document_that_gets_an_id_keeps_its_asset(world: World) -> None:
    """As ``check --fix`` gives one: the key changes, one PATCH puts it into the marker."""
    world.save("a.md", document(title="A"))
    world.apply()
    before = len(world.requests())
    world.save("a.md", document(title="A", id="a1"))
    assert brief(world.plan().actions) == [("move", "a.md")]
    world.apply()
    assert [line.split("/")[0] for line in world.writes(before)] == ["PATCH "]
    assert world.asset("A")["traits"]["publisher-key"].startswith("test-docs:a1@")
    assert not world.plan().actions
