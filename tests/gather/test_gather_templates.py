"""Templates through all rooms: copies per organization, and what a change costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from world import World, brief, document

from publisher.gather import copies
from publisher.gather.cache import Pages
from publisher.plan import Plan
from publisher.render import render, text
from publisher.simulator import load_seed

TEMPLATE = """\
---
id: patching
template: true
title: "Patching at {{ org.short_name }}"
orgs: "*"
type: SOP
traits: {notes: "Window: {{ window }}"}
vars: {window: Sunday, firewall: none}
---

# Patching

{{ org.name }} uses {{ firewall }}.

<!-- publisher: block contacts -->
Call the desk.
<!-- publisher: end -->
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three organizations, one template, values for one of them."""
    world = World(tmp_path)
    world.write("vars/acme.yaml", "firewall: FortiGate\n")
    world.save("sops/patching.md", TEMPLATE)
    return world


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the pages that are rendered."""
    titles: list[str] = []

    def counted(body: str, **more: Any) -> Any:
        titles.append(more["title"])
        return render(body, **more)

    monkeypatch.setattr(
        Pages, "get", lambda self, sources: {}
    )  # what is looked at, not what is new
    monkeypatch.setattr(copies, "render", counted)
    return titles


def said(world: World, name: str) -> str:
    body = text(world.asset(name)["traits"]["body"])
    return body.removeprefix("Patching ")


def codes(plan: Plan) -> list[tuple[str, str, int | None]]:
    return [(one.code, one.document, one.line) for one in plan.diagnostics]


def test_each_organization_gets_its_own(world: World) -> None:
    """Title, traits and text; values from its file, else from the frontmatter; then quiet."""
    result = world.apply()
    assert not result.failed
    assert len(result.applied) == 3
    assert said(world, "Patching at ACME") == "Acme Corp uses FortiGate. Call the desk."
    expected = "Baker, Stone & Partners uses none. Call the desk."
    assert said(world, "Patching at BSP") == expected
    assert world.asset("Patching at BSP")["traits"]["notes"] == "Window: Sunday"
    assert world.plan().changes == ()


Change = Callable[[World], object]


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        (lambda w: w.save("vars/acme.yaml", "firewall: Sophos\n"), ["ACME"]),
        (lambda w: w.remove("vars/acme.yaml"), ["ACME"]),
        (lambda w: w.save("vars/internal.yaml", "window: Monday\n"), ["INT"]),
        (lambda w: w.save("sops/patching.bsp.md", "All is different."), ["BSP"]),
        (lambda w: w.save("sops/patching.md", TEMPLATE + "\nMore.\n"), ["ACME", "BSP", "INT"]),
        (lambda w: w.save("vars/unrelated.yaml", "a: 1\n"), []),
    ],
    ids=["value", "values-gone", "new-values", "new-override", "template", "nobody's"],
)
def test_a_change_costs_the_copies_that_it_concerns(
    world: World, rendered: list[str], change: Change, touched: list[str]
) -> None:
    """Only these are rendered, and only these are updated."""
    world.apply()
    change(world)
    rendered.clear()
    plan = world.plan()
    assert sorted(title[-4:].strip() for title in rendered) == sorted(touched)
    assert sorted(action.title[-4:].strip() for action in plan.changes) == sorted(touched)
    assert not world.apply().failed
    rendered.clear()
    assert world.plan().changes == ()
    assert rendered == []


def test_an_override_is_no_document_of_its_own(world: World) -> None:
    """Not even where a default would make it one; its block and its values count."""
    config = (world.root / "publisher.toml").read_text()
    default = '[[defaults]]\npath = "sops/**"\norg = "Internal"\ntype = "SOP"\n'
    world.write("publisher.toml", config + default)
    block = "<!-- publisher: block contacts -->\nCall Jane.\n<!-- publisher: end -->\n"
    world.save("sops/patching.bsp.md", f"---\nvars: {{firewall: pfSense}}\n---\n{block}")
    assert len(world.apply().applied) == 3
    expected = "Baker, Stone & Partners uses pfSense. Call Jane."
    assert said(world, "Patching at BSP") == expected
    assert world.plan().skip == 1
    world.remove("sops/patching.bsp.md")
    assert brief(world.plan().changes) == [("update", "sops/patching.md")]


def test_beside_a_plain_document_it_is_a_document(tmp_path: Path) -> None:
    """`notes.old.md` beside `notes.md` has nothing to do with organizations."""
    world = World(tmp_path)
    world.write("notes.md", document(title="Notes"))
    world.save("notes.acme.md", document(title="Old notes"))
    assert len(world.plan().changes) == 2


def test_mistakes_are_placed_and_hold_the_document(world: World) -> None:
    """In the template, the values or the override; nothing is archived because of them."""
    world.apply()
    world.write("vars/acme.yaml", "firewall: x\nwi-fi: y\n")
    world.write("vars/acmee.yaml", "a: 1\n")
    world.write("sops/patching.bsp.md", "Hi\n{{ nope }}\n")
    world.save("sops/patching.nobody.md", "Hi")
    plan = world.plan()
    assert plan.changes == ()
    assert sorted(codes(plan)) == [
        ("bad-vars", "vars/acme.yaml", 2),
        ("undefined-variable", "sops/patching.bsp.md", 2),
        ("unknown-override", "sops/patching.nobody.md", None),
        ("unknown-vars", "vars/acmee.yaml", None),
    ]


def test_a_secret_in_a_value_is_found_where_it_is_filled_in(world: World) -> None:
    """The copy is scanned, not only the template; the message never holds the value."""
    world.write("vars/acme.yaml", "firewall: Tr0ub4dor-and-3\n")
    world.save("sops/patching.md", TEMPLATE.replace("uses {{", "has password: {{"))
    found = [one for one in world.plan().diagnostics if one.code == "secret"]
    assert [(one.document, one.line) for one in found] == [("sops/patching.md", 13)]
    assert "Tr0ub4dor" not in str(found)


def test_links_lead_to_the_same_organization(world: World) -> None:
    """From each copy of one template to the same organization's copy of another."""
    other = TEMPLATE.replace("id: patching", "id: backup").replace("Patching", "Backup")
    linked = other + "\nSee [patching](patching.md#patching).\n"
    world.save("sops/backup.md", linked)
    assert not world.apply().failed
    urls = {asset["organization-id"]: asset["resource-url"] for asset in world.assets()
            if asset["name"].startswith("Patching")}  # fmt: skip
    backups = [asset for asset in world.assets() if asset["name"].startswith("Backup")]
    assert len(backups) == 3
    for asset in backups:
        assert f'{urls[asset["organization-id"]]}#patching"' in asset["traits"]["body"]


def test_one_organization_can_be_planned_alone(world: World, rendered: list[str]) -> None:
    """``--org`` renders its copy, and no other."""
    assert [action.title for action in world.plan(org="ACME Corp").changes] == ["Patching at ACME"]
    assert rendered == ["Patching at ACME"]


@pytest.mark.parametrize("count", [30, pytest.param(300, marks=pytest.mark.slow)])
def test_hundreds_of_organizations(tmp_path: Path, rendered: list[str], count: int) -> None:
    """A plain document is rendered once for all; unchanged ones, templates too, not at all."""
    world = World(tmp_path)
    names = [{"name": f"Client {n:03}", "short_name": f"C{n:03}"} for n in range(count - 3)]
    load_seed(world.site, {"organizations": names})
    plain = document("Text", id="all", title="For all").replace('org: "Acme Corp"', 'orgs: "*"')
    world.save("all.md", plain)
    assert len(world.plan().changes) == count
    assert rendered == ["For all"]
    world.save("sops/patching.md", TEMPLATE)
    assert len(world.apply().applied) == 2 * count
    rendered.clear()
    begun = time.perf_counter()
    assert world.plan(refresh="none").changes == ()
    assert rendered == []
    assert time.perf_counter() - begun < 5
    world.save("vars/c007.yaml", "firewall: Walther\n")
    assert [action.title for action in world.plan().changes] == ["Patching at C007"]
    assert rendered == ["Patching at C007"]


def test_a_secret_in_an_organizations_values_holds_the_template(world: World) -> None:
    """Filled into a sentence it looks like nothing; where it comes from it has a name."""
    world.apply()
    world.save("vars/acme.yaml", "firewall: FortiGate\nadmin_password: Hunter2!x\n")
    plan = world.plan()
    assert codes(plan) == [("secret", "vars/acme.yaml", 2)]
    assert not plan.actions
    world.save(
        "vars/acme.yaml",
        "firewall: FortiGate\n# publisher: allow-secret a test\nadmin_password: Hunter2!x\n",
    )
    assert codes(world.plan()) == []
