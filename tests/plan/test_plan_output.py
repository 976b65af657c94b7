"""A plan in words: counts, organizations, removals first, fan-outs once, texts by words."""

from __future__ import annotations

import dataclasses

from plans import action, drift, plan

from publisher.plan.difference import Wording
from publisher.plan.model import FileChange
from publisher.plan.output import Wordings, as_text


def text(*args: object, **more: object) -> str:
    return "\n".join(as_text(*args, **more))  # type: ignore[arg-type]  # passed on as they are


def test_organizations_are_counted_and_removals_come_first() -> None:
    """What is lost is what a reviewer must see."""
    shown = text(plan(action("create", 1), action("archive", 2), action("update", 3)))
    lines = shown.splitlines()
    assert lines[0] == "Client 001  (1 archive, 1 update, 1 create)"
    verbs = [line.split()[1] for line in lines if line[2:4] in ("- ", "~ ", "+ ")]
    assert verbs == ["archive", "update", "create"]
    assert lines[-1].startswith("Plan for production: 1 to create, 1 to update, 1 to archive")


def test_one_document_for_many_organizations_is_one_line() -> None:
    """With a count and some names; --full unfolds it."""
    fan_out = plan(*(action("update", 1, org) for org in range(1, 41)), action("create", 2, 7))
    shown = text(fan_out)
    assert "~ update   Page 1  [SOP]  docs/page-1.md  in 40 organizations" in shown
    assert "Client 001, Client 002, Client 003, … and 37 more" in shown
    assert shown.count("page-1.md") == 1
    assert text(fan_out, full=True).count("page-1.md") == 40


def test_a_title_that_names_the_organization_is_one_title() -> None:
    """As a template makes it; a single one is shown in full."""
    named = [
        dataclasses.replace(action("create", 1, org), title=f"How to reach us, Client {org:03}")
        for org in range(1, 5)
    ]
    shown = text(plan(*named))
    assert "+ create   How to reach us, …  [SOP]  docs/page-1.md  in 4 organizations" in shown
    assert "How to reach us, Client 002" in text(plan(*named), full=True)
    assert "How to reach us, Client 001" in text(plan(named[0]))


def test_different_reasons_are_different_lines() -> None:
    """Only what is the same everywhere is folded; an id in a reason is no difference."""
    same = [action("update", 1, org, files=()) for org in range(1, 4)]
    other = action("update", 1, 9, drift=True)
    assert text(plan(*same, other)).count("page-1.md") == 2


def test_long_lists_are_folded_but_not_removals() -> None:
    """What is folded is counted; what goes is named."""
    many = [action("create", n) for n in range(100)] + [
        action("archive", n) for n in range(200, 260)
    ]
    shown = text(plan(*many))
    assert shown.count("+ create") == 40
    assert shown.count("- archive") == 60
    assert "… and 60 create more; --full shows them" in shown
    assert text(plan(*many), full=True).count("+ create") == 100


def test_texts_are_compared_by_words() -> None:
    """Below the heading where they change; a long difference is cut, unless --full."""
    wording = Wording("body", ("# Steps", "Stop it."), ("# Steps", "Start it."))
    long = Wording("body", (), tuple(f"line {n}" for n in range(50)))
    wordings = Wordings({"d1@1": [wording], "d2@1": [long]})
    both = plan(action("update", 1), action("update", 2))
    shown = text(both, wordings)
    assert "        body, Steps:\n          [-Stop-]{+Start+} it." in shown
    assert "… 39 more lines; --full shows them" in shown
    assert "line 49" in text(both, wordings, full=True)


def test_a_drift_shows_what_was_edited() -> None:
    """From what Git says to what IT Glue holds."""
    wordings = Wordings({}, {"d1@1": [Wording("body", ("Call Ann.",), ("Call Bob.",))]})
    said = text(plan(drifts=(drift(),), unchanged=3), wordings)
    assert "Call [-Ann-]{+Bob+}." in said
    assert "asset 1, key d1@1, last changed 2026-01-02" in said
    assert "publisher apply --overwrite KEY" in said


def test_replaced_files_are_named_with_both_hashes() -> None:
    """A picture that changes is one line, not an upload and a removal."""
    file = FileChange("net.png", "img/net.png", "a" * 40, "b" * 40)
    changed = action("update", 1, add=("img/net.png", "x.pdf"), remove=("net.png",), files=(file,))
    shown = text(plan(changed))
    assert "replace img/net.png  aaaaaaaa -> bbbbbbbb" in shown
    assert "attach x.pdf" in shown
    assert "attach img/net.png" not in shown
    assert "detach" not in shown


def test_a_drawn_picture_is_called_one() -> None:
    """It lies in no repository, so its path would tell nobody anything."""
    path = ".publisher/diagrams/36d4c9d5d25fde5e/erp-36d4c9d5.png"
    made = action("create", 1, add=(path,))
    assert "attach erp-36d4c9d5.png (drawn)" in text(plan(made))
