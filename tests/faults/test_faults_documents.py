"""Faults at every write of a native document: afterwards it is there once, whole and published.

A document takes many requests: itself, its folder, its pictures, each section, its publication. The
default run meets the two faults after which most is open, at the writes; `-m slow` all, anywhere.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from fault_kinds import COMMIT_FAULTS
from fault_sweep import faults_of
from fault_wire import Trouble
from fault_world import FaultWorld
from world import document

from publisher.plan import Policy
from publisher.simulator import Switches

GRAVE = frozenset({"killed, done", "hung, done late"})
PICTURE = b"\x89PNG\r\n\x1a\n"
FIRST = """\
Before.

## Same

This stays. ![Net](net.png)

## Other

This changes.

## Gone

This goes.
"""
SECOND = """\
Before, differently.

## Other

This has changed, see [b](b.md).

## New

This is new.

## Same

This stays. ![Net](net.png)
"""


def _page(text: str, title: str, more: str = "") -> str:
    return document(text, id=title.lower(), title=title, type="document", more=more)


def _publish(world: FaultWorld) -> None:
    world.write("net.png", PICTURE + b"one")
    world.write("a.md", _page(FIRST, "A", "folder: Runbooks/Daily\n"))
    world.write("b.md", _page("To [a](a.md).", "B"))


def _change(world: FaultWorld) -> None:
    world.write("net.png", PICTURE + b"two!")
    world.write("a.md", _page(SECOND, "A", "folder: Runbooks\nrelated: [document: b.md]\n"))
    world.write("b.md", _page("To [a](a.md).", "B, renamed").replace("id: b, renamed", "id: b"))


def _remove(world: FaultWorld) -> None:
    world.git("rm", "--quiet", "a.md")


STAGES = {"publish": _publish, "change": _change, "remove": _remove}


def shown(world: FaultWorld) -> dict[str, Any]:
    """What IT Glue shows of the documents, told without ids."""
    records = world.site.all("documents")
    folders = {record.id: record.name for record in world.site.all("document_folders")}
    urls = {str(record.id): record.name for record in records}
    found: dict[str, Any] = {}
    for values in world.site.attributes(records):
        rows = [(row["resource-type"], _plain(row["content"], urls)) for row in values["content"]]
        found[f"{values['name']} {len(found) if values['name'] in found else ''}"] = {
            "archived": values["archived"],
            "published": (values["published"], values["draft"]),
            "folder": folders.get(values["document-folder-id"]),
            "sections": rows,
        }
    links = len(world.site.all("related_items"))
    return found | {"folders": sorted(folders.values()), "links": links}


def _plain(content: str, urls: dict[str, str]) -> str:
    text = re.sub(r";a=[0-9a-z]+;c=[0-9a-f]+", "", content)
    text = re.sub(r"images/\d+", "images/*", text)
    return re.sub(r"(?<=docs/)\d+", lambda found: urls.get(found[0], found[0]), text)


class Stage:
    """One commit to be published, on what was there before."""

    def __init__(self, name: str, folder: Path, **options: Any) -> None:
        self.folder, self.count = folder, 0
        world = FaultWorld(folder / "prepared", **options)
        for each, write in STAGES.items():
            write(world)
            world.head = world.commit()
            world.rest()
            self.before = world
            world = world.copy(folder / each)
            self.peace = Trouble()
            world.run(Policy(), self.peace)
            assert world.until_quiet(Policy()) == 0, each
            if each == name:
                break
        self.wanted = shown(world)
        world.site.close()

    def troubles(self, names: frozenset[str] | None = None) -> Iterator[Trouble]:
        """Faults, all of them or those of that name, at the requests that they can hit."""
        for number, line in enumerate(self.peace.requests, 1):
            for fault in faults_of(line):
                if names is None or (fault.name in names and not line.startswith("GET ")):
                    yield Trouble(request=fault, at=number)

    def outcome(self, trouble: Trouble, *, lost: bool = False) -> str:
        """Run into it, then until quiet; what is otherwise than without it."""
        self.count += 1
        world = self.before.copy(self.folder / str(self.count))
        try:
            world.run(Policy(), trouble)
            if lost:
                world.lose_state()
            world.turn(1)
            world.until_quiet(Policy())
            there = shown(world)
            return "" if there == self.wanted else f"{there} instead of {self.wanted}"
        except AssertionError as restless:
            return str(restless)
        finally:
            world.site.close()
            shutil.rmtree(world.state.parent)


def _hold(stage: Stage, troubles: Iterator[Trouble]) -> None:
    wrong = []
    for trouble in troubles:
        name = trouble.request.name if trouble.request else trouble.commit
        line = stage.peace.requests[trouble.at - 1] if trouble.request else ""
        found = stage.outcome(trouble)
        if found:
            wrong.append(f"{name} at {trouble.at} {line}: {found}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", STAGES)
def test_a_document_recovers_from_a_fault_at_each_of_its_writes(name: str, tmp_path: Path) -> None:
    """Sections once and in order, the folder once, published, and the next plan is empty."""
    stage = Stage(name, tmp_path)
    _hold(stage, stage.troubles(GRAVE))


@pytest.mark.slow
@pytest.mark.parametrize("content", ["draft", "live"])
@pytest.mark.parametrize("name", STAGES)
def test_a_document_recovers_from_every_fault(
    name: str, content: Literal["draft", "live"], tmp_path: Path
) -> None:
    """Whichever text IT Glue gives of a document with unpublished changes."""
    stage = Stage(name, tmp_path, switches=Switches(document_content=content))
    _hold(stage, stage.troubles())
    commits = range(1, len(stage.peace.commits) + 1)
    _hold(stage, (Trouble(commit=c, at=n) for n in commits for c in COMMIT_FAULTS))
