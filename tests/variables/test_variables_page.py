"""docs/variables.md cannot lie: what it shows is published as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from world import World

from publisher.render import text
from publisher.simulator import load_seed
from publisher.variables.filters import FILTERS

PAGE = (Path(__file__).parents[2] / "docs" / "variables.md").read_text("utf-8")
TEMPLATE, OVERRIDE = re.findall(r"^```markdown\n(.*?)^```", PAGE, re.M | re.S)
(VALUES,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
WITHIN = {"code", "counted", "kept"}
"""Filters that the language puts in by itself."""
SOP = {
    "name": "SOP with an owner",
    "fields": [
        {"name": "Title", "kind": "Text", "required": True, "use_for_title": True},
        {"name": "Owner", "kind": "Text"},
        {"name": "Body", "kind": "Textbox"},
    ],
}


def test_the_template_the_values_and_the_override(tmp_path: Path) -> None:
    """One organization with values of its own, one with a block of its own, one with neither."""
    world = World(tmp_path)
    load_seed(world.site, {"types": [SOP]})
    world.write("patching.md", TEMPLATE.replace("type: SOP", f"type: {SOP['name']}"))
    world.write("vars/acme-corp.yaml", VALUES)
    world.save("patching.bsp.md", OVERRIDE)
    assert not world.apply().failed
    acme, bsp = (world.asset(f"Patching at {name}")["traits"] for name in ("ACME", "BSP"))
    said = text(acme["body"])
    assert said.startswith("Acme Corp is patched on Saturday 20:00.")
    assert "SRV-01, domain controller" in said
    assert "Call the service desk." in said
    assert acme["owner"] == "Service desk"
    said = text(bsp["body"])
    assert said.startswith("Baker, Stone & Partners is patched on Sunday 22:00.")
    assert "SRV-01" not in said
    assert "Call Jane Doe, then the service desk." in said
    assert len(world.assets()) == 3
    assert not world.plan().actions


def test_the_filters_on_the_page_are_those_of_the_program() -> None:
    """All are listed, none is invented."""
    listed = re.search(r"the filters (.*?)\. No calls", PAGE)
    assert listed is not None
    assert re.findall(r"`(\w+)`", listed[1]) == sorted(FILTERS.keys() - WITHIN)
