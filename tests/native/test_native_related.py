"""Related items from frontmatter: linked once, kept in step, and nobody else's touched."""

from __future__ import annotations

from typing import Any

import pytest
from world import World, brief, document

from publisher.plan import Policy
from publisher.simulator import load_seed

RECORDS: dict[str, Any] = {
    "configurations": [
        {"organization": "Acme Corp", "name": "SRV-01", "configuration_type": "Server"},
        {"organization": "Acme Corp", "name": "SRV-02", "configuration_type": "Server"},
    ],
    "contacts": [{"organization": "Acme Corp", "first_name": "Jane", "last_name": "Doe"}],
    "locations": [{"organization": "Acme Corp", "name": "HQ"}],
    "passwords": [{"organization": "Acme Corp", "name": "Firewall", "password": "S3cr3t!value"}],
    "documents": [{"organization": "Acme Corp", "name": "Contract"}],
}


@pytest.fixture
def world(tmp_path):  # type: ignore[no-untyped-def]  # a fixture's type is its name
    world = World(tmp_path)
    load_seed(world.site, RECORDS)
    return world


def related(*items: str, **more: Any) -> str:
    lines = "".join(f"  - {item}\n" for item in items)
    return document(more=f"related:\n{lines}" if items else "", **more)


def links(world: World) -> list[tuple[str, str]]:
    """(type, name) of what all links lead to."""
    records = world.site.all("related_items")
    found = zip(records, world.site.attributes(records), strict=True)
    return sorted((v["destination-type"], v["destination-name"]) for _, v in found)


def unlink(world: World) -> None:
    """A colleague removes every link."""
    world.site.store.delete(record.id for record in world.site.all("related_items"))


def test_every_kind_of_record_is_linked_once(world: World) -> None:
    """By name, id or path; the next plan is empty, and nothing more is written."""
    contract = world.site.all("documents")[0].id
    world.write("b.md", document(title="B"))
    world.save(
        "a.md",
        related(
            "configuration: SRV-01",
            "contact: Jane Doe",
            "location: HQ",
            "password: Firewall",
            f"document: {contract}",
            "document: b.md",
            title="A",
        ),
    )
    result = world.apply()
    assert not result.failed
    assert links(world) == [
        ("Configuration", "SRV-01"),
        ("Contact", "Jane Doe"),
        ("Document", "Contract"),
        ("FlexibleAsset", "B"),
        ("Location", "HQ"),
        ("Password", "Firewall"),
    ]
    assert not world.plan().actions
    assert world.apply().requests == 0


def test_a_link_costs_one_request_and_an_unchanged_plan_none(world: World) -> None:
    """Of a new asset nobody has to ask what it is linked to."""
    world.save("a.md", related("configuration: SRV-01", title="A"))
    world.apply()
    assert [line.split("/")[1] for line in world.writes()] == ["flexible_assets"] * 2
    before = len(world.requests())
    assert not world.plan().actions
    assert len(world.requests(before)) <= 3


def test_what_is_no_longer_named_is_unlinked_and_other_links_stay(world: World) -> None:
    """A colleague's link is not ours, even where the document named it too for a while."""
    world.save("a.md", document(title="A"))
    world.apply()
    asset = world.asset("A")["id"]
    second = next(r for r in world.site.all("configurations") if r.name == "SRV-02")
    world.site.create(
        "related_items",
        {"destination-type": "Configuration", "destination-id": second.id},
        parent=world.site.get("flexible_assets", asset),
    )
    world.save("a.md", related("configuration: SRV-01", "configuration: SRV-02", title="A"))
    assert brief(world.plan().actions) == [("update", "a.md")]
    world.apply()
    assert links(world) == [("Configuration", "SRV-01"), ("Configuration", "SRV-02")]
    world.save("a.md", document(title="A"))
    world.apply()
    assert links(world) == [("Configuration", "SRV-02")]
    assert not world.plan().actions


def test_links_alone_patch_no_text(world: World) -> None:
    """A change of related items is a POST and a DELETE, no PATCH."""
    world.save("a.md", related("configuration: SRV-01", title="A"))
    world.apply()
    before = len(world.requests())
    world.save("a.md", related("configuration: SRV-02", title="A"))
    world.apply()
    assert [line.split(" ")[0] for line in world.writes(before)] == ["POST", "DELETE"]
    assert links(world) == [("Configuration", "SRV-02")]


def test_a_link_that_somebody_removed_is_drift(world: World) -> None:
    """Shown and kept, until it is to be overwritten."""
    world.save("a.md", related("configuration: SRV-01", title="A"))
    world.apply()
    unlink(world)
    plan = world.plan(refresh="full")
    assert (plan.actions, [d.document for d in plan.drifts]) == ((), ["a.md"])
    assert len(world.plan().drifts) == 1
    world.apply()
    assert links(world) == []
    world.apply(Policy(on_drift="overwrite"))
    assert links(world) == [("Configuration", "SRV-01")]
    plan = world.plan(refresh="full")
    assert (plan.actions, plan.drifts) == ((), ())


def test_an_edit_of_the_text_leaves_a_removed_link_removed(world: World) -> None:
    """What a colleague removed stays so, although the document is written again."""
    world.save("a.md", related("configuration: SRV-01", title="A"))
    world.apply()
    unlink(world)
    world.save("a.md", related("configuration: SRV-01", title="A", text="Other."))
    result = world.apply()
    assert not result.failed
    assert links(world) == []
    assert len(world.plan().drifts) == 1


def test_a_lost_state_finds_its_links_again(world: World) -> None:
    """By the marker in their notes: nothing is linked twice, and ours can still be removed."""
    world.write("b.md", document(title="B", type="Note"))
    world.save("a.md", related("configuration: SRV-01", "document: b.md", title="A"))
    world.apply()
    world.lose_state()
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())
    assert world.apply().requests == 0
    world.save("a.md", document(title="A"))
    world.apply()
    assert links(world) == []


def test_documents_that_name_each_other_share_one_link(world: World) -> None:
    """IT Glue shows a link from both sides and refuses a second one: that counts as done."""
    world.write("a.md", related("document: b.md", title="A"))
    world.write("b.md", related("document: a.md", title="B"))
    world.commit()
    result = world.apply()
    assert not result.failed
    assert len(links(world)) == 1
    assert not world.plan().actions


def test_a_shared_link_stays_until_neither_names_the_other(world: World) -> None:
    """Whoever made it: it goes with the last document that names it."""
    world.write("a.md", related("document: b.md", title="A"))
    world.write("b.md", related("document: a.md", title="B"))
    world.commit()
    world.apply()
    for left, path in ((1, "a.md"), (0, "b.md")):
        world.save(path, document(title=path[0].upper()))
        world.apply()
        assert len(links(world)) == left
        plan = world.plan(refresh="full")
        assert (plan.actions, plan.drifts) == ((), ())


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("configuration: SRV-99", "unknown-tag"),
        ("toaster: T1", "bad-related"),
        ("document: nowhere.md", "broken-link"),
        ("document: a.md", "bad-related"),
        ("flexible_asset: B", "bad-related"),
    ],
)
def test_what_leads_nowhere_is_an_error_that_names_its_line(
    world: World, item: str, code: str
) -> None:
    """The document is held, and the others are published."""
    world.save("a.md", related(item, title="A"))
    plan = world.plan()
    assert [(found.code, bool(found.line)) for found in plan.errors] == [(code, True)]
    assert not plan.actions


def test_a_link_to_what_a_colleague_deleted_is_gone_with_it(world: World) -> None:
    """That is one edit and not two: the document that named it is not held back."""
    world.write("a.md", related("document: b.md", title="A"))
    world.write("b.md", document(title="B"))
    world.commit()
    world.apply()
    before = len(world.requests())
    world.ahead += 60
    world.site.delete("flexible_assets", int(world.asset("B")["id"]))
    world.ahead += 60
    plan = world.plan()
    assert brief(plan.actions) == [("update", "a.md")]
    assert [drift.document for drift in plan.drifts] == ["b.md"]
    result = world.apply()
    assert not result.failed
    assert not [line for line in world.writes(before) if not line.startswith("DELETE")]
    assert not world.plan().actions
    world.apply(Policy(on_drift="overwrite"))
    assert links(world) == [("FlexibleAsset", "B")]
    assert not world.plan().actions
