"""IT Glue's own documents: created once, changed section by section, with the same promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from native_world import PAGE, documents, edit_section, native, sections
from world import World, brief, document

from publisher.plan import Policy
from publisher.simulator import Switches

FILLED = [
    ("Text", "<p>Before all headings.</p>"),
    ("Heading", "Purpose"),
    ("Text", "<p>Why this is done.</p>"),
    ("Heading", "Steps"),
    ("Text", "<ol>\n<li>Stop the service.</li>\n<li>Start it.</li>\n</ol>"),
    ("Heading", "Contacts"),
    ("Text", '<p>Ask <a href="mailto:desk@acme.test">the desk</a>.</p>'),
]


@pytest.fixture
def world(tmp_path):  # type: ignore[no-untyped-def]  # a fixture's type is its name
    return World(tmp_path)


def methods(world: World, since: int) -> list[str]:
    """``METHOD last-part`` of the writes since then, ids left out."""
    found = []
    for line in world.writes(since):
        method, path = line.split(" ")
        parts = [part for part in path.split("/") if not part.isdecimal()]
        found.append(f"{method} {parts[-1]}")
    return found


def test_a_document_is_created_with_its_sections_and_published(world: World) -> None:
    """Headings and texts in their order, the marker in the last one; then nothing is to do."""
    world.save("a.md", native(id="a1"))
    assert brief(world.plan().actions) == [("create", "a.md")]
    result = world.apply()
    assert (len(result.applied), result.failed) == (1, [])
    assert sections(world) == FILLED
    (made,) = documents(world)
    assert (made["published"], made["draft"]) == (True, False)
    assert "publisher-key: test-docs:a1@" in made["content"][-1]["content"]
    plan = world.plan()
    assert (plan.actions, plan.drifts, plan.summary["unchanged"]) == ((), (), 1)
    assert world.apply().requests == 0


def test_an_unchanged_plan_costs_two_lists_an_organization(world: World) -> None:
    """However many documents it has; beside the lists of organizations and types."""
    for number in range(12):
        world.write(f"d{number}.md", native(title=f"Document {number}"))
    world.commit()
    world.apply()
    before = len(world.requests())
    assert world.plan().summary["unchanged"] == 12
    lists = [line for line in world.requests(before) if line.endswith("/documents")]
    assert (len(lists), len(world.requests(before))) == (2, 4)
    before = len(world.requests())
    assert not world.plan(refresh="none").actions
    assert world.requests(before) == []


@pytest.mark.parametrize(("old", "new"), [("Why this", "How this"), ("the desk", "the help desk")])
def test_one_changed_section_is_one_patch_and_a_publish(world: World, old: str, new: str) -> None:
    """All other sections cost nothing, wherever the change is."""
    world.save("a.md", native())
    world.apply()
    before = len(world.requests())
    world.save("a.md", native(PAGE.replace(old, new)))
    assert brief(world.plan().actions) == [("update", "a.md")]
    assert not world.apply().failed
    assert methods(world, before) == ["PATCH sections", "PATCH publish"]
    assert any(new in text for _, text in sections(world))
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())


def test_sections_come_go_and_move(world: World) -> None:
    """What is gone is deleted, what is new stands in its place, what moved is moved."""
    world.save("a.md", native("## A\n\nOne.\n\n## B\n\nTwo.\n\n## C\n\nThree.\n"))
    world.apply()
    world.save("a.md", native("## C\n\nThree.\n\n## New\n\nFour.\n\n## A\n\nOne.\n"))
    world.apply()
    assert [text for _, text in sections(world)] == [
        "C", "<p>Three.</p>", "New", "<p>Four.</p>", "A", "<p>One.</p>",
    ]  # fmt: skip
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())


def test_items_of_ordered_lists_are_steps_if_asked_for(world: World) -> None:
    """One step an item; a document that ends in steps gets its footer in a text behind them."""
    text = "Do this:\n\n1. Stop **it**.\n2. Start it.\n"
    world.save("a.md", native(text, more="steps: true\n"))
    world.apply()
    assert sections(world) == [
        ("Text", "<p>Do this:</p>"),
        ("Step", "Stop <strong>it</strong>."),
        ("Step", "Start it."),
        ("Text", ""),
    ]
    assert not world.plan().actions


def test_an_edit_in_it_glue_is_drift_and_is_kept(world: World) -> None:
    """Shown, not touched; overwritten only if asked for, and kept in a file before."""
    world.save("a.md", native())
    world.apply()
    edit_section(world, "Why this", "Whyever this")
    plan = world.plan()
    assert (plan.actions, [d.document for d in plan.drifts]) == ((), ["a.md"])
    world.save("a.md", native(PAGE.replace("the desk", "the help desk")))
    world.apply()
    assert ("Text", "<p>Whyever this is done.</p>") in sections(world)
    assert len(world.plan().drifts) == 1
    result = world.apply(Policy(on_drift="overwrite"))
    assert [one.why for one in result.replaced] == ["overwritten"]
    assert ("Text", "<p>Why this is done.</p>") in sections(world)
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())


def test_a_section_that_both_sides_changed_is_a_conflict(world: World) -> None:
    """Held back; the others of the run go on."""
    world.save("a.md", native())
    world.apply()
    edit_section(world, "Why this", "Whyever this")
    world.save("a.md", native(PAGE.replace("Why this", "How this")))
    assert brief(world.plan().actions) == [("conflict", "a.md")]


def test_a_section_that_a_colleague_added_stays(world: World) -> None:
    """It is nobody's drift, and keeps its place behind the one that it followed."""
    world.save("a.md", native())
    world.apply()
    (made,) = documents(world)
    world.site.create(
        "document_sections",
        {"resource-type": "Document::Text", "content": "<p>Theirs.</p>", "sort": 2},
        parent=world.site.get("documents", made["id"]),
    )
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())
    world.save("a.md", native("New.\n\n" + PAGE.replace("Why", "How")))
    world.apply()
    texts = [text for _, text in sections(world)]
    assert texts.index("<p>Theirs.</p>") == texts.index("<p>How this is done.</p>") + 1
    assert not world.plan().actions


def test_links_lead_from_and_to_documents(world: World) -> None:
    """Between native documents and assets, in circles too, resolved in one apply."""
    world.write("a.md", native("To [b](b.md) and [c](c.md).", title="A"))
    world.write("b.md", native("To [a](a.md).", title="B"))
    world.write("c.md", document("To [a](a.md).", title="C"))
    world.commit()
    world.apply()
    urls = {one["name"]: one["resource-url"] for one in [*documents(world), *world.assets()]}
    assert urls["B"] in sections(world, "A")[0][1]
    assert urls["C"] in sections(world, "A")[0][1]
    assert urls["A"] in sections(world, "B")[0][1]
    assert urls["A"] in world.asset("C")["traits"]["body"]
    assert not world.plan().actions


def test_pictures_are_shown_by_the_address_that_it_glue_gives(world: World) -> None:
    """Uploaded once; a changed one is replaced, the old one removed; other files are attached."""
    world.write("files/list.csv", "a,b\n")
    world.write("net.png", b"\x89PNG\r\n\x1a\n one")
    text = "## Net\n\n![Net](net.png)\n\n## Rest\n\nText.\n"
    more = "attachments: [files/list.csv]\n"
    world.save("a.md", native(text, more=more))
    world.apply()
    (image,) = world.site.all("document_images")
    body = next(text for _, text in sections(world) if "<img" in text)
    assert f'/images/{image.id}"' in body
    assert [file["attachment-file-name"] for file in world.attachments()] == ["list.csv"]
    assert not world.plan().actions
    before = len(world.requests())
    world.save("net.png", b"\x89PNG\r\n\x1a\n two!")
    world.apply()
    assert methods(world, before) == [
        "POST document_images", "PATCH sections", "PATCH publish", "DELETE document_images",
    ]  # fmt: skip
    assert len(world.site.all("document_images")) == 1
    assert not world.plan().actions


@pytest.mark.parametrize("folder", ["folder: Runbooks/Backup\n", "folder: path\n"])
def test_folders_are_made_once_and_found_again(world: World, folder: str) -> None:
    """By name and parent; two documents that need the same new one share it."""
    for name in ("a", "b"):
        path = f"Runbooks/Backup/{name}.md"
        world.write(path, native(title=name, more=folder))
    world.commit()
    world.apply()
    made = {record.id: record for record in world.site.all("document_folders")}
    assert sorted(record.name for record in made.values()) == ["Backup", "Runbooks"]
    homes = {one["document-folder-id"] for one in documents(world)}
    assert [made[home].name for home in homes] == ["Backup"]
    assert not world.plan().actions
    world.save("Runbooks/Backup/a.md", native(title="a", more="folder: runbooks\n"))
    world.apply()
    assert len(world.site.all("document_folders")) == 2
    assert not world.plan().actions


def test_a_lost_state_is_rebuilt_from_the_marker(world: World) -> None:
    """Sections, pictures, links and related items are recognised; nothing is written."""
    world.write("net.png", b"\x89PNG\r\n\x1a\n one")
    world.write("b.md", native("To [a](a.md).", title="B"))
    related = "related:\n  - document: b.md\nfolder: Runbooks\n"
    world.save("a.md", native(PAGE + "\n![Net](net.png) and [b](b.md).\n", more=related))
    world.apply()
    world.save("a.md", native(PAGE.replace("Why", "How") + "\n![Net](net.png)\n", more=related))
    world.apply()
    world.lose_state()
    plan = world.plan()
    assert (plan.actions, plan.drifts, plan.summary["unchanged"]) == ((), (), 2)
    assert world.apply().requests == 0


def test_a_removed_document_is_archived_and_comes_back(world: World) -> None:
    """Also when the state was lost in between: the marker says that it was us."""
    world.save("a.md", native(id="a1"))
    world.apply()
    for lost in (False, True):
        world.remove("a.md")
        assert brief(world.plan().actions) == [("archive", "a.md")]
        world.apply()
        assert documents(world)[0]["archived"] is True
        assert not world.plan().actions
        if lost:
            world.lose_state()
        world.git("revert", "--no-edit", "HEAD")
        assert brief(world.plan().actions) == [("update", "a.md")]
        world.apply()
        (made,) = documents(world)
        assert made["archived"] is False
        assert not world.plan().actions


def test_on_delete_delete_removes_the_document(world: World) -> None:
    """For good, where the configuration says so."""
    world.save("a.md", native(id="a1"))
    world.apply()
    world.remove("a.md")
    policy = Policy(on_delete="delete")
    assert brief(world.plan(policy).actions) == [("delete", "a.md")]
    world.apply(policy)
    assert documents(world) == []
    assert not world.plan(policy).actions


def test_a_document_of_the_same_title_is_held_until_it_is_adopted(world: World) -> None:
    """Adopted, its text is replaced, and what stood there is kept."""
    acme = world.site.all("organizations")[0].id
    made = world.site.create("documents", {"organization-id": acme, "name": "Backup runbook"})
    world.site.create(
        "document_sections",
        {"resource-type": "Document::Text", "content": "<p>Old.</p>"},
        parent=made,
    )
    world.save("a.md", native())
    (held,) = world.plan().actions
    assert (held.verb, held.document) == ("conflict", "a.md")
    assert held.reasons[0].startswith(f"document {made.id} has this organization, type and title")
    assert brief(world.plan(Policy(adopt=True)).actions) == [("adopt", "a.md")]
    result = world.apply(Policy(adopt=True))
    assert not result.failed
    assert [one["id"] for one in documents(world)] == [made.id]
    assert sections(world) == FILLED
    assert len(result.replaced) == 1
    assert not world.plan().actions


def test_a_renamed_document_keeps_its_sections(world: World) -> None:
    """The footer is written once more, since it names the place."""
    world.save("a.md", native(id="a1"))
    world.apply()
    before = len(world.requests())
    world.git("mv", "a.md", "b.md")
    world.commit()
    assert brief(world.plan().actions) == [("move", "b.md")]
    world.apply()
    assert methods(world, before) == ["PATCH sections", "PATCH publish"]
    assert not world.plan().actions


def test_folder_and_steps_are_for_native_documents(world: World) -> None:
    """Elsewhere they have no effect, which is said."""
    world.save("a.md", document(more="folder: Runbooks\nsteps: true\n"))
    assert [found.code for found in world.plan().diagnostics] == ["unused-key"] * 2


def test_fields_of_a_native_document_are_an_error(world: World) -> None:
    """It has none."""
    world.save("a.md", native(more="traits: {category: Backup}\n"))
    assert [found.code for found in world.plan().errors] == ["unknown-trait"]


def test_another_type_makes_a_document_of_an_asset(world: World) -> None:
    """One live target a key, whatever type it has."""
    world.save("a.md", document(id="a1", title="A"))
    world.apply()
    world.save("a.md", native(id="a1", title="A"))
    assert [verb for verb, _ in brief(world.plan().actions)] == ["archive", "create"]
    world.apply()
    assert world.asset("A")["archived"] is True
    assert len(documents(world)) == 1
    assert not world.plan().actions


@pytest.mark.parametrize(
    "switches",
    [
        Switches(document_content="live"),
        Switches(move_document=False),
        Switches(document_folder_null="root"),
        Switches(duplicate_related_item="accept"),
        Switches(list_related_items=False),
    ],
    ids=["live-text", "no-move", "null-is-root", "links-twice", "no-links-in-lists"],
)
def test_what_it_glue_leaves_open_makes_no_difference(tmp_path: Path, switches: Switches) -> None:
    """Published, changed and moved under each reading of the API; the next plan is empty."""
    world = World(tmp_path, switches=switches)
    world.write("b.md", native(title="B"))
    more = "folder: {}\nrelated: [document: b.md]\n"
    world.save("a.md", native(more=more.format("Runbooks")))
    assert not world.apply().failed
    assert not world.plan().actions
    changed = "New.\n\n" + PAGE.replace("Why", "How")
    world.save("a.md", native(changed, more=more.format("Runbooks/Backup")))
    assert not world.apply().failed
    assert ("Text", "<p>How this is done.</p>") in sections(world)
    assert len(world.site.all("related_items")) == 1
    plan = world.plan(refresh="full")
    assert (plan.actions, plan.drifts) == ((), ())
