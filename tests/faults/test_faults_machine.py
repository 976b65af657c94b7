"""Anything in any order: writers, colleagues, faults and a second runner, with checks in between.

What is checked are the promises of ARCHITECTURE.md: one live asset a key (I1), no POST without an
intent (I2), nobody else's assets touched (I3), traits of others kept (I4), no edit overwritten
unasked (I5), nothing left to do after an apply (I6), plans write nothing (I7) and say the same
twice (I12).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_corpus import strangers
from fault_kinds import COMMIT_FAULTS, LATE_SECONDS, REQUEST_FAULTS, CommitFault, Fault
from fault_wire import Trouble
from fault_world import FaultWorld, live, marker_of, said
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from publisher.plan import Plan, Policy

POLICY = Policy()
PLACES = ("Acme Corp", "Internal", "Acme Corp, Internal")
NUMBERS = st.integers(0, 3)


@dataclass(frozen=True, slots=True)
class Page:
    """One document as its writer left it."""

    number: int
    path: str
    has_id: bool
    place: str = "Acme Corp"
    kind: str = "SOP"
    version: int = 1

    def text(self) -> str:
        """The file: a page links to the next one, where there is one, and carries a picture."""
        identity = f"id: d{self.number}\n" if self.has_id else ""
        head = f"title: Page {self.number}\norgs: [{self.place}]\ntype: {self.kind}\n"
        other = f"[next](p{(self.number + 1) % 4}.md)"
        return (
            f"---\n{identity}{head}---\nVersion {self.version}, {other}, ![x](x{self.number}.png)\n"
        )


class WatchedWorld(FaultWorld):
    """A world that looks at each write."""

    unannounced: list[str]
    writes_seen: int

    def serve(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            self.writes_seen += 1
        if request.method == "POST" and request.url.path == "/flexible_assets":
            body = request.content.decode()
            if not any(attempt in body for attempt in self._intents()):
                self.unannounced.append(body)
        return super().serve(request)

    def _intents(self) -> list[str]:
        db = sqlite3.connect(self.state)
        try:
            return [row[0] for row in db.execute("SELECT attempt FROM intent")]
        finally:
            db.close()


class Publishing(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=_memory())
        self.world = WatchedWorld(Path(self.folder.name) / "world")
        self.world.unannounced, self.world.writes_seen = [], 0
        strangers(self.world)
        self.pages: dict[int, Page] = {}
        self.dirty = False
        self.sure = True
        """The state knows all that was written, so that an edit cannot be taken for ours."""
        self.single = True
        """No other state has ever been at work, so that there is no second asset at any time."""
        self.notes: dict[int, str] = {}
        self.edits: dict[int, str] = {}
        self.copies: dict[int, Any] = {}
        self.foreign = self._foreign()

    def teardown(self) -> None:
        self.world.rest()
        self.folder.cleanup()

    # The writers

    @initialize(has_ids=st.lists(st.booleans(), min_size=3, max_size=3))
    def begin(self, has_ids: list[bool]) -> None:
        for number, has_id in enumerate(has_ids):
            self._save(Page(number, f"p{number}.md", has_id))

    @rule(number=NUMBERS, has_id=st.booleans())
    def write(self, number: int, has_id: bool) -> None:
        page = self.pages.get(number) or Page(number, f"p{number}.md", has_id)
        self._save(replace(page, version=page.version + 1))

    @rule(number=NUMBERS, place=st.sampled_from(PLACES))
    def send_elsewhere(self, number: int, place: str) -> None:
        if number in self.pages:
            self._save(replace(self.pages[number], place=place))

    @rule(number=NUMBERS)
    def give_another_type(self, number: int) -> None:
        if number in self.pages:
            page = self.pages[number]
            self._save(replace(page, kind="Note" if page.kind == "SOP" else "SOP"))

    @rule(number=NUMBERS)
    def rename(self, number: int) -> None:
        if number in self.pages:
            page = self.pages[number]
            path = f"moved/p{number}.md" if "/" not in page.path else f"p{number}.md"
            (self.world.root / page.path).unlink()
            self._save(replace(page, path=path))

    @rule(number=NUMBERS)
    def remove(self, number: int) -> None:
        if number in self.pages:
            (self.world.root / self.pages.pop(number).path).unlink()
            self.dirty = True

    # The colleagues

    @rule(data=st.data())
    def edit_the_body(self, data: st.DataObject) -> None:
        if asset := self._some_asset(data):
            key = "body" if "title" in asset["traits"] else "text"
            said = f"Edited {self.world.ahead:.1f}."
            former = asset["traits"][key]
            footer = former[former.index("<hr>") :] if "<hr>" in former else ""
            self._edit(asset["id"], {key: f"<p>{said}</p>{footer}"})
            if self.sure:
                self.edits[asset["id"]] = said

    @rule(data=st.data(), text=st.sampled_from(["one", "two"]))
    def note_something(self, data: st.DataObject, text: str) -> None:
        if asset := self._some_asset(data):
            name = "notes" if "title" in asset["traits"] else "hint"
            self._edit(asset["id"], {name: text})
            self.notes[asset["id"]] = text

    @rule(data=st.data())
    def copy(self, data: st.DataObject) -> None:
        if asset := self._some_asset(data):
            copied = self.world.site.create(
                "flexible_assets",
                {
                    "organization-id": asset["organization-id"],
                    "flexible-asset-type-id": asset["flexible-asset-type-id"],
                    "traits": asset["traits"],
                },
            )
            self.copies[copied.id] = self._asset(copied.id)["traits"]

    @rule(data=st.data())
    def delete_by_hand(self, data: st.DataObject) -> None:
        if (asset := self._some_asset(data)) and not self.copies:
            self.world.turn(1)
            self.world.site.delete("flexible_assets", asset["id"])

    @rule(data=st.data())
    def archive_by_hand(self, data: st.DataObject) -> None:
        if (asset := self._some_asset(data)) and not self.copies:
            self.world.turn(1)
            self.world.site.update("flexible_assets", asset["id"], {"archived": True})

    # What goes wrong

    @rule(
        fault=st.sampled_from(REQUEST_FAULTS),
        at=st.integers(1, 16),
        always=st.booleans(),
    )
    def run_into_a_fault(self, fault: Fault, at: int, always: bool) -> None:
        self._run(Trouble(request=fault, at=at, always=always))

    @rule(fault=st.sampled_from(COMMIT_FAULTS), at=st.integers(1, 30))
    def run_into_a_full_disk(self, fault: CommitFault, at: int) -> None:
        self._run(Trouble(commit=fault, at=at))

    @rule()
    def lose_the_state(self) -> None:
        self.world.lose_state()
        self.sure = self.single = False
        self.edits.clear()

    @rule()
    def back_the_state_up(self) -> None:
        if self.world.state.exists():
            shutil.copyfile(self.world.state, self._backup)

    @precondition(lambda self: self._backup.exists())
    @rule()
    def restore_an_older_state(self) -> None:
        self.world.lose_state()
        shutil.copyfile(self._backup, self.world.state)
        self.sure = self.single = False
        self.edits.clear()

    @rule()
    def let_the_other_runner_work(self) -> None:
        """It has a state of its own; from here on it is the one that runs."""
        name = "other.db" if self.world.state.name == "state.db" else "state.db"
        self.world.state = self.world.state.parent / name
        self.sure = self.single = False
        self.edits.clear()

    @rule(seconds=st.sampled_from([1, 100, 241, 4000]))
    def wait(self, seconds: int) -> None:
        self.world.turn(seconds)

    # What holds

    @rule()
    def plan(self) -> None:
        """Plans write nothing, and say the same twice."""
        self._commit()
        before = self.world.writes_seen
        first, second = (self._plan().as_json() for _ in range(2))
        first.pop("requests"), second.pop("requests")
        assert first == second
        assert self.world.writes_seen == before

    @rule()
    def apply_in_peace(self) -> None:
        """Then nothing is left to do but what people have to decide, and one asset is there."""
        for _ in range(3):  # what is late has come; seconds are found; links lead to what stays
            self.world.turn(241)
            self._run(Trouble())
        plan = self._plan()
        assert not plan.changes, said(plan)
        assert not plan.pending, said(plan)
        self.sure = True
        told = {action.key for action in plan.actions} | {drift.key for drift in plan.drifts}
        there = self._live()
        assert all(len(ids) == 1 for ids in there.values()), there
        for key in self._wanted():
            assert key in there or key in told, (key, said(plan))

    @invariant()
    def nothing_is_there_twice(self) -> None:
        if self.single:
            assert all(len(ids) == 1 for ids in self._live().values()), self._live()

    @invariant()
    def no_post_leaves_unannounced(self) -> None:
        assert not self.world.unannounced

    @invariant()
    def nobody_elses_asset_is_touched(self) -> None:
        assert self._foreign() == self.foreign
        for asset_id, traits in self.copies.items():
            assert self._asset(asset_id)["traits"] == traits

    @invariant()
    def notes_stay(self) -> None:
        for asset in self.world.assets():
            if asset["id"] in self.notes:
                traits = asset["traits"]
                assert traits.get("notes", traits.get("hint")) == self.notes[asset["id"]]

    @invariant()
    def edits_stay(self) -> None:
        for asset in self.world.assets():
            if asset["id"] in self.edits:
                assert self.edits[asset["id"]] in str(asset["traits"])

    # Beneath

    @property
    def _backup(self) -> Path:
        return Path(self.folder.name) / "backup.db"

    def _save(self, page: Page) -> None:
        self.pages[page.number] = page
        self.world.write(page.path, page.text())
        picture = Path(page.path).parent / f"x{page.number}.png"
        self.world.write(str(picture), b"\x89PNG" + bytes(page.version))
        self.dirty = True

    def _commit(self) -> None:
        if self.dirty or not self.world.head:
            self.world.head = self.world.commit()
            self.dirty = False

    def _run(self, trouble: Trouble) -> None:
        self._commit()
        self.world.turn(1)
        self.world.run(POLICY, trouble)
        if trouble.met:  # the state may lack what was written last
            self.sure = False
            self.edits.clear()

    def _plan(self) -> Plan:
        self.world.turn(1)
        return self.world.plan(POLICY)

    def _edit(self, asset_id: int, traits: dict[str, str]) -> None:
        # Nobody can keep a late write from coming after an edit of these two minutes.
        self.world.turn(LATE_SECONDS + 1)
        self.world.site.edit(asset_id, traits)
        self.world.turn(1)

    def _some_asset(self, data: st.DataObject) -> dict[str, Any] | None:
        """One of our live assets, drawn."""
        ids = sorted(id_ for ids in self._live().values() for id_ in ids)
        return self._asset(data.draw(st.sampled_from(ids))) if ids else None

    def _asset(self, asset_id: int) -> dict[str, Any]:
        (found,) = self.world.assets(id=asset_id)
        return found

    def _live(self) -> dict[str, list[int]]:
        found = {
            key: [id_ for id_ in ids if id_ not in self.copies]
            for key, ids in live(self.world).items()
        }
        return {key: ids for key, ids in found.items() if ids}

    def _wanted(self) -> set[str]:
        return {
            f"{f'd{page.number}' if page.has_id else page.path}@{self.world.organization(name)}"
            for page in self.pages.values()
            for name in page.place.split(", ")
        }

    def _foreign(self) -> list[Any]:
        return [
            (asset["id"], asset["traits"], asset["updated-at"])
            for asset in self.world.assets()
            if not (marker := marker_of(asset)) or marker.repository != "test-docs"
        ]


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=QUIET
)


class LongPublishing(Publishing):
    """The same, longer."""


TestLongPublishing = pytest.mark.slow(LongPublishing.TestCase)
TestLongPublishing.settings = settings(
    max_examples=300, stateful_step_count=30, deadline=None, suppress_health_check=QUIET
)
