"""What others wrote is kept before an apply replaces it: named, in files for their owner alone."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from world import World, brief, document

from publisher.apply.result import Result
from publisher.errors import StateUnusable
from publisher.plan import Policy
from publisher.targets import Replaced

THEIRS = "<p>Théirs, at length.</p>"
OVERWRITE = Policy(on_drift="overwrite")


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.save("sops/a.md", document("One two.", id="a1", title="A", more="traits: {notes: ours}\n"))
    made.apply()
    return made


def kept(world: World, result: Result) -> dict[str, str]:
    """Trait -> the text that is kept, of what an apply says that it replaced."""
    return {one.trait: (world.root / one.file).read_text("utf-8") for one in result.replaced}


def in_state(world: World) -> list[Replaced]:
    with world.open_state() as store:
        return store.replaced(100)


def test_an_overwritten_edit_is_kept(world: World) -> None:
    """Only the traits that were edited; the state has no text, the result names the file."""
    world.edit("A", body=THEIRS)
    result = world.apply(OVERWRITE)
    assert kept(world, result) == {"body": THEIRS}
    (one,) = in_state(world)
    assert result.replaced == [one]
    assert (one.document, one.why, one.asset_id) == (
        "sops/a.md",
        "overwritten",
        str(world.asset("A")["id"]),
    )
    assert "at length" not in repr(one)
    (said,) = result.as_json()["replaced"]
    assert said["file"] == one.file
    assert "One two." in world.asset("A")["traits"]["body"]


def test_kept_files_are_for_their_owner_alone(world: World) -> None:
    """Mode 0600 in a folder of 0700, below the docs root, out of Git, with a speaking name."""
    world.edit("A", body=THEIRS)
    (one,) = world.apply(OVERWRITE).replaced
    file = world.root / one.file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert one.file.startswith(".publisher/replaced/a1@")
    assert one.file.endswith("Z.html")
    assert world.git("status", "--short") == ""


def test_one_target_can_be_overwritten_by_its_key(world: World) -> None:
    """Both sides changed the same trait, and the user decides for the document's."""
    world.edit("A", body=THEIRS)
    world.save("sops/a.md", document("New.", id="a1", title="A", more="traits: {notes: ours}\n"))
    (held,) = world.plan().actions
    result = world.apply(Policy(overwrite=frozenset({held.key})))
    assert (kept(world, result), result.held) == ({"body": THEIRS}, [])


def test_an_ordinary_update_keeps_nothing(world: World) -> None:
    """What it replaces is in Git; edits of other traits stay where they are."""
    world.edit("A", notes="theirs", category="Backup")
    world.save("sops/a.md", document("New.", id="a1", title="A", more="traits: {notes: ours}\n"))
    assert world.apply().replaced == []
    assert in_state(world) == []
    assert not (world.root / ".publisher" / "replaced").exists()


def test_a_field_that_a_document_begins_to_manage_is_kept(world: World) -> None:
    """A colleague had filled it in; from now on the document does."""
    world.edit("A", category="Backup")
    more = "traits: {notes: ours, category: Patching}\n"
    world.save("sops/a.md", document("One two.", id="a1", title="A", more=more))
    assert kept(world, world.apply()) == {"category": "Backup"}


def test_an_adoption_keeps_what_it_replaces(world: World) -> None:
    """Nothing of an asset that is taken over was ours."""
    there = world.asset("A")
    sop = {"organization-id": there["organization-id"]}
    sop |= {"flexible-asset-type-id": there["flexible-asset-type-id"]}
    traits = {"title": "B", "body": THEIRS, "category": "Backup"}
    world.site.create("flexible_assets", sop | {"traits": traits})
    world.save("b.md", document("Ours.", id="b1", title="B"))
    assert kept(world, world.apply(Policy(adopt=True))) == {"body": THEIRS}


def test_deleting_an_edited_asset_keeps_all_that_others_wrote(world: World) -> None:
    """Edits of our traits, and the traits that no document manages."""
    world.edit("A", body=THEIRS, reviewed="2026-01-02")
    key = next(iter(world.planned().known))
    world.remove("sops/a.md")
    assert brief(world.plan(Policy(on_delete="delete")).actions) == [("conflict", "sops/a.md")]
    result = world.apply(Policy(on_delete="delete", overwrite=frozenset({key})))
    assert kept(world, result) == {"body": THEIRS, "reviewed": "2026-01-02"}
    assert {one.why for one in in_state(world)} == {"deleted"}
    assert world.assets() == []


def test_nothing_is_replaced_that_cannot_be_kept(world: World) -> None:
    """A full disk, or a file in the folder's place: the edit stays in IT Glue."""
    world.edit("A", body=THEIRS)
    shutil.rmtree(world.root / ".publisher")  # the cache of pages lies there
    (world.root / ".publisher").write_text("in the way")
    result = world.apply(OVERWRITE)
    assert isinstance(result.failed[0].error, StateUnusable)
    assert world.asset("A")["traits"]["body"] == THEIRS
