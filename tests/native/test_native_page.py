"""docs/native-documents.md cannot lie: what it shows is published as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from native_world import PAGE as TEXT
from native_world import sections
from world import World, document

from publisher.simulator import load_seed

PAGE = Path(__file__).parents[2] / "docs" / "native-documents.md"
FRONT, RELATED = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
APPLICATION = {
    "name": "Application",
    "fields": [
        {"name": "Name", "kind": "Text", "required": True, "use_for_title": True},
        {"name": "Notes", "kind": "Textbox"},
    ],
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    acme, server = {"organization": "Acme Corp"}, {"configuration_type": "Server"}
    records = {
        "configurations": [acme | server | {"name": name} for name in ("SRV-01", "SRV-02")],
        "contacts": [
            acme
            | {
                "first_name": "Jane",
                "last_name": "Doe",
                "contact_emails": [{"value": "jane@acme.test", "primary": True}],
            }
        ],
        "locations": [acme | {"name": "HQ"}],
        "passwords": [acme | {"name": "Firewall admin", "password": "S3cr3t!value"}],
        "documents": [acme | {"name": "Service contract"}],
        "types": [APPLICATION],
    }
    load_seed(world.site, records)
    return world


def links(world: World) -> list[tuple[str, str]]:
    """(type, name) of what all links lead to."""
    plain = world.site.attributes(world.site.all("related_items"))
    return sorted((found["destination-type"], found["destination-name"]) for found in plain)


def test_the_document(world: World) -> None:
    """A folder in a folder, steps, two related items; the next plan is empty."""
    world.write("sops/patching.md", document(title="Patching"))
    world.save("runbooks/backup.md", f"{FRONT}\n{TEXT}")
    assert not world.apply().failed
    assert [text for kind, text in sections(world) if kind == "Step"] == [
        "Stop the service.",
        "Start it.",
    ]
    plain = world.site.attributes(world.site.all("document_folders"))
    assert sorted(found["name"] for found in plain) == ["Backup", "Runbooks"]
    assert links(world) == [("Configuration", "SRV-01"), ("FlexibleAsset", "Patching")]
    plan = world.plan()
    assert (plan.actions, plan.drifts) == ((), ())


def test_the_related_items(world: World) -> None:
    """One of each kind, by name, address, path and id."""
    records = world.site.all("configurations")
    names = [found["name"] for found in world.site.attributes(records)]
    named = RELATED.replace("815", str(records[names.index("SRV-02")].id))
    assert named != RELATED
    world.write("network.md", document(title="Network"))
    world.write("erp.md", document(title="ERP", type="Application"))
    world.commit()
    world.apply()
    world.save("a.md", document(title="A", more=named))
    assert not world.apply().failed
    assert links(world) == [
        ("Configuration", "SRV-01"),
        ("Configuration", "SRV-02"),
        ("Contact", "Jane Doe"),
        ("Document", "Service contract"),
        ("FlexibleAsset", "ERP"),
        ("FlexibleAsset", "Network"),
        ("Location", "HQ"),
        ("Password", "Firewall admin"),
    ]
    (notes,) = {found["notes"] for found in world.site.attributes(world.site.all("related_items"))}
    assert str(notes).startswith("Kept by publisher: ")
    assert not world.plan().actions
