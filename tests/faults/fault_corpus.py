"""The small corpus of the sweep: three commits, and what IT Glue must show after each.

The first publishes: a document with a picture and an attachment, two that link to each other in a
circle, one that goes to every organization. The second changes everything at once: an edit, other
bytes in the picture, an attachment dropped, a rename without an id, a removal, an organization
less. The third brings back what was gone, changes a type, and deletes for good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fault_world import FaultWorld, marker_of
from world import document

from publisher.plan import Policy

EVERYWHERE = '---\nid: f1\ntitle: Everywhere\norgs: "*"\ntype: Note\n---\n{}\n'
ELSEWHERE = EVERYWHERE.replace('"*"', '{{include: ["*"], exclude: [Internal]}}')
PICTURED = "![Net](net.png) and [b](b.md)."


@dataclass(frozen=True, slots=True)
class Stage:
    """One commit to be published, on what was there before."""

    name: str
    world: FaultWorld
    """As it is before; to be copied."""
    policy: Policy
    former: Mapping[str, Any]
    """What IT Glue shows before,"""
    wanted: Mapping[str, Any]
    """and afterwards."""


def stages(folder: Path, bulk_size: int = 1) -> list[Stage]:
    """Prepare the three stages in *folder*, where one request writes so many assets."""
    world = FaultWorld(folder / "prepared")
    world.settings = world.settings.model_copy(update={"bulk_size": bulk_size})
    strangers(world)
    found = []
    for name, write, policy in _COMMITS:
        write(world)
        if bulk_size > 1:
            _many(world, name)
        world.head = world.commit()
        world.rest()
        before = world.copy(folder / name)
        former = shown(before)
        before.rest()
        world = world.copy(folder / f"{name} done")
        world.run(policy)
        assert world.until_quiet(policy) == 0, name
        found.append(Stage(name, before, policy, former, shown(world)))
    return found


def strangers(world: FaultWorld) -> None:
    """Assets that are nobody's business: a colleague's, and another repository's."""
    organization, kind = world.organization("Acme Corp"), world.kind("SOP")
    for title, key in (
        ("A colleague's", None),
        ("Another's", "other-docs:x1@1;a=00;c=" + "0" * 16),
    ):
        traits = {"title": title, "body": "<p>Theirs.</p>", "publisher-key": key}
        world.site.create(
            "flexible_assets",
            {
                "organization-id": organization,
                "flexible-asset-type-id": kind,
                "traits": {name: value for name, value in traits.items() if value},
            },
        )


def _first(world: FaultWorld) -> None:
    world.write("net.png", b"\x89PNG one")
    world.write("list.csv", "a,b\n")
    more = "attachments: [list.csv]\n"
    world.write("a.md", document(PICTURED, id="a1", title="A", more=more))
    world.write("b.md", document("To [a](a.md).", title="B"))
    world.write("f.md", EVERYWHERE.format("Text."))
    world.write("g.md", document("Text.", id="g1", title="G"))


def _second(world: FaultWorld) -> None:
    world.write("net.png", b"\x89PNG two!")
    world.write("a.md", document("New. ![Net](net.png) and [b](c.md).", id="a1", title="A"))
    world.git("mv", "b.md", "c.md")
    world.write("f.md", ELSEWHERE.format("Other text."))
    world.git("rm", "--quiet", "g.md")


def _third(world: FaultWorld) -> None:
    world.write("g.md", document("Text, again.", id="g1", title="G"))
    world.write("c.md", document("To [a](a.md).", title="B", type="Note"))
    world.git("rm", "--quiet", "f.md")


def _many(world: FaultWorld, stage: str) -> None:
    """Plain documents beside the others, so that there is something to write at once."""
    there = {"publish": 4, "change": 3, "return": 0}[stage]
    for number in range(4):
        name = f"m{number}"
        if number < there:
            world.write(f"{name}.md", document(f"As of {stage}.", id=name, title=name.upper()))
        elif (world.root / f"{name}.md").exists():
            world.git("rm", "--quiet", f"{name}.md")


_COMMITS = (
    ("publish", _first, Policy()),
    ("change", _second, Policy()),
    ("return", _third, Policy(on_delete="delete")),
)


def shown(world: FaultWorld) -> dict[str, Any]:
    """What IT Glue shows, told without ids: the same after any detour that came to the same end."""
    names = _names(world)
    return {
        f"{names[str(asset['id'])]} ({asset['flexible-asset-type-name']})": {
            "archived": asset["archived"],
            "organization": asset["organization-name"],
            "traits": {key: _plain(value, names) for key, value in asset["traits"].items()},
            "files": _files(world, asset["id"]),
        }
        for asset in world.assets()
    }


def _names(world: FaultWorld) -> dict[str, str]:
    """Id -> a name that does not depend on how the asset came about."""
    names: dict[str, str] = {}
    for asset in world.assets():
        marker = marker_of(asset)
        names[str(asset["id"])] = marker.key if marker else asset["name"]
    for file in world.attachments():
        names[str(file["id"])] = file["attachment-file-name"]
    return names


def _plain(value: object, names: Mapping[str, str]) -> str:
    text = re.sub(r";a=[0-9a-z]+;", ";a=*;", str(value))
    return re.sub(r"(?<=/)\d{4,}\b", lambda found: names.get(found[0], found[0]), text)


def _files(world: FaultWorld, asset_id: int) -> list[tuple[str, bytes]]:
    found = [record for record in world.site.all("attachments") if record.parent_id == asset_id]
    files = filter(None, (world.site.file(record.id) for record in found))
    return sorted((file.name, file.content) for file in files)
