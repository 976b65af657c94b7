"""A saved plan: what was reviewed is done, no more; the same file again does nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from docs_desk import Docs
from plans import action, drift, plan

from publisher.errors import StalePlan
from publisher.model import Diagnostic, digest
from publisher.plan.approve import approve
from publisher.plan.saved import read_plan


@pytest.fixture
def docs(tmp_path: Path) -> Docs:
    made = Docs(tmp_path, "max_change_percent = 100\n")
    for name in ("a", "b", "c"):
        made.write(name)
    made.commit()
    return made


def test_the_file_is_applied_and_again_does_nothing(docs: Docs) -> None:
    """Exit code 0 both times."""
    assert docs.plan()["summary"]["create"] == 3
    assert "Applied 3 of 3" in docs.apply(str(docs.planfile))
    assert "Applied 0 of 0" in docs.apply(str(docs.planfile))
    assert docs.live() == ["Page a", "Page b", "Page c"]


def test_the_file_is_applied_at_its_own_commit(docs: Docs) -> None:
    """What was pushed after the review is not published by it."""
    docs.plan()
    docs.write("d")
    docs.write("a", "Other text.")
    docs.commit()
    docs.apply(str(docs.planfile))
    assert docs.live() == ["Page a", "Page b", "Page c"]
    assert [a["action"] for a in docs.plan()["actions"]] == ["update", "create"]


def test_an_interrupted_apply_goes_on_from_the_same_file(docs: Docs) -> None:
    """What was done before is not done twice."""
    docs.plan()
    docs.apply("--only", "a.md")
    assert "Applied 2 of 2" in docs.apply(str(docs.planfile))
    assert len(docs.live()) == 3


def test_a_newer_publication_makes_the_plan_stale(docs: Docs) -> None:
    """What was reviewed before is not published over what is newer, with the state or without."""
    docs.apply()
    docs.write("a", "New text.")
    docs.commit()
    docs.plan()
    docs.write("a", "Newer text.")
    docs.commit()
    docs.apply()
    assert "a.md: update Page a" in docs.apply(str(docs.planfile), code=3)
    for file in (docs.root / ".publisher").glob("local.db*"):
        file.unlink()
    assert "a.md: update Page a" in docs.apply(str(docs.planfile), code=3)


def test_an_edited_asset_makes_the_plan_stale(docs: Docs) -> None:
    """Exit code 3, naming what moved; nothing is written, not even the others."""
    docs.apply()
    docs.write("a", "New text.")
    docs.write("b", "New text too.")
    docs.commit()
    docs.plan()
    docs.edit("Page a", body="<p>A colleague was quicker.</p>")
    said = docs.apply(str(docs.planfile), code=3)
    assert "no longer what would be done" in said
    assert "a.md: update Page a in Acme Corp, but now" in said
    assert "b.md" not in said
    assert docs.plan()["summary"]["update"] == 1


def test_an_asset_that_appeared_meanwhile_makes_the_plan_stale(docs: Docs) -> None:
    """Somebody made the same page by hand: no second one beside it."""
    docs.plan()
    with docs.site() as site:
        sop = next(t for t in site.all("flexible_asset_types") if docs._name(site, t) == "SOP")
        acme = next(o for o in site.all("organizations") if docs._name(site, o) == "Acme Corp")
        ids = {"organization-id": acme.id, "flexible-asset-type-id": sop.id}
        site.create("flexible_assets", ids | {"traits": {"title": "Page a", "body": "x"}})
    assert "a.md: create Page a in Acme Corp, but now asset" in docs.apply(
        str(docs.planfile), code=3
    )


def test_the_options_of_the_plan_are_applied(docs: Docs) -> None:
    """A plan of one folder, or organization, does not publish the rest."""
    docs.plan("--only", "a.md")
    docs.apply(str(docs.planfile))
    assert docs.live() == ["Page a"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("instance", "production", "made for instance production, this is local"),
        ("base_url", "https://api.eu.itglue.com", "made for https://api.eu.itglue.com"),
    ],
)
def test_another_instance_is_refused(docs: Docs, field: str, value: str, words: str) -> None:
    """A plan for one account is never carried out in another."""
    data = docs.plan() | {field: value}
    docs.planfile.write_text(json.dumps(data))
    assert words in docs.apply(str(docs.planfile), code=3)
    assert docs.live() == []


def test_an_action_smuggled_out_of_the_file_is_refused(docs: Docs) -> None:
    """What the file does not list is not done, also where its checksum was mended."""
    data = docs.plan()
    data["actions"] = data["actions"][1:]
    data["checksum"] = digest(data["actions"])
    docs.planfile.write_text(json.dumps(data))
    assert "a.md: create Page a" in docs.apply(str(docs.planfile), code=3)


def test_a_plan_file_holds_no_text_of_documents(docs: Docs) -> None:
    """So it can be kept as an artifact."""
    docs.write("a", "Very particular wording.")
    docs.commit()
    docs.run("plan", "--format", "markdown", "--out", str(docs.planfile))
    assert "particular" not in docs.planfile.read_text()


def test_files_that_cannot_be_used_are_named(docs: Docs) -> None:
    """A sentence and exit code 1, no traceback."""
    nowhere = docs.root / "no" / "plan.json"
    assert "cannot be written" in docs.run("plan", "--out", str(nowhere), code=1).output
    docs.planfile.write_bytes(b"\xff\xfe")
    assert "cannot be read" in docs.apply(str(docs.planfile), code=1)


# By itself


def test_a_plan_is_read_back_as_it_was_written() -> None:
    """The same bytes, the same actions by content."""
    found = Diagnostic("a.md", 3, 4, "dead-link", "warning", "leads nowhere", "Mend it.")
    whole = plan(action("create", 1), action("archive", 2, drift=True), drifts=(drift(3),))
    whole = replace(whole, diagnostics=(found,), options={"only": ["a"]}, requests_used=7)
    text = json.dumps(whole.as_json())
    again = read_plan(text, "plan.json")
    assert json.dumps(again.as_json()) == text
    assert again.checksum == whole.checksum


def test_a_plan_that_was_changed_by_hand_is_refused() -> None:
    """Its checksum is that of other actions than those that somebody looked at."""
    text = json.dumps(plan(action("create", 1), action("archive", 2)).as_json())
    changed = json.loads(text)
    changed["actions"].pop()
    with pytest.raises(StalePlan, match="was changed since"):
        read_plan(json.dumps(changed), "plan.json")


def test_the_order_of_actions_does_not_matter() -> None:
    """They are compared by content."""
    whole = plan(action("create", 1), action("update", 2))
    approve(whole, replace(whole, actions=whole.actions[::-1]))


@pytest.mark.parametrize(
    ("reviewed", "now", "stale"),
    [
        (action("create", 1, content="x"), action("update", 1, content="x", base="b"), False),
        (action("create", 1, content="x"), action("update", 1, content="y", base="b"), True),
        (action("create", 1, content="x"), action("update", 1, content="x", texts=True), True),
        (action("update", 1, content="x"), action("update", 1, content="x", drift=True), False),
        (action("create", 1, content="x"), action("adopt", 1, content="x", base="b"), True),
        (
            action("adopt", 1, content="x", base="a"),
            action("adopt", 1, content="x", base="b"),
            True,
        ),
        (action("update", 1, content="x"), action("delete", 1), True),
        (action("update", 1, content="x"), action("delete", 1, duplicate=True), False),
        (action("archive", 1, base="a"), action("archive", 1, base="b"), True),
    ],
    ids=[
        "the rest of a create",
        "other content",
        "a text to turn back",
        "the same with a drift that was reviewed",
        "an adoption instead",
        "another thing to adopt",
        "a removal instead",
        "our own duplicate",
        "a removal of what has changed",
    ],
)
def test_what_passes_for_reviewed(reviewed: object, now: object, stale: bool) -> None:
    """The same work, or what is left of it; nothing else."""
    before, after = plan(reviewed), plan(now)  # type: ignore[arg-type]  # two actions
    if not stale:
        approve(after, before)
        return
    with pytest.raises(StalePlan) as caught:
        approve(after, before)
    assert "docs/page-1.md" in caught.value.details[0]
