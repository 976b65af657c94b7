"""Runs into one fault after the other, recovers, and compares with an undisturbed run."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fault_corpus import Stage, shown, stages
from fault_kinds import COMMIT_FAULTS, PART_FAULTS, REQUEST_FAULTS, CommitFault, Fault
from fault_wire import Trouble
from fault_world import FaultWorld, twice

StateIs = Literal["kept", "lost", "older"]
"""What has become of the state when the next run begins."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault at a boundary."""

    at: int
    """The boundary's number, from 1 on."""
    where: str
    """What kind of boundary it is, as a column of the table."""
    request: Fault | None = None
    commit: CommitFault | None = None
    always: bool = False

    def trouble(self) -> Trouble:
        return Trouble(self.request, self.commit, self.at, self.always)

    @property
    def name(self) -> str:
        """What strikes, as a line of the table."""
        fault = self.request.name if self.request else f"commit {self.commit}"
        return fault + (", for good" if self.always else "")


@dataclass(frozen=True, slots=True)
class Case:
    """One way through a stage: a run into a fault, perhaps a second one, then peace."""

    stage: str
    strikes: tuple[Strike, ...]
    state: StateIs = "kept"

    def __str__(self) -> str:
        said = ", then ".join(f"{strike.name} at {strike.at}" for strike in self.strikes)
        return f"{self.stage}, state {self.state}: {said}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a case ended."""

    case: Case
    met: bool
    """Whether every fault struck: later ones may find the work done."""
    duplicate: bool
    """Two live assets of one key: at the end, or (with the state kept) at any time."""
    lost: str
    """What differs from an undisturbed run; '' for nothing."""

    @property
    def good(self) -> bool:
        return not self.duplicate and not self.lost


class Sweep:
    """The cases of some stages, and a place to run them in."""

    def __init__(self, stages: list[Stage], folder: Path) -> None:
        self.stages = {stage.name: stage for stage in stages}
        self._folder, self._count = folder, 0

    def boundaries(self, stage: str) -> Trouble:
        """An undisturbed run, with all that it crossed."""
        world, peace = self._copy(stage), Trouble()
        world.run(self.stages[stage].policy, peace)
        self._drop(world)
        return peace

    def singles(self, stage: str, *, always: bool = False) -> Iterator[Strike]:
        """Every fault at every boundary of a stage, once or from there on."""
        crossed = self.boundaries(stage)
        for number, line in enumerate(crossed.requests, 1):
            for fault in faults_of(line):
                if not (always and fault.kills):
                    yield Strike(number, kind_of(line), request=fault, always=always)
        for number, _ in enumerate(crossed.commits, 1):
            for commit in COMMIT_FAULTS:
                if not (always and commit != "disk full"):
                    yield Strike(number, "commit", commit=commit, always=always)

    def pairs(self, stage: str) -> Iterator[tuple[Strike, Strike]]:
        """A fault, and one at every boundary of the run that recovers from it."""
        for first in _grave(self.boundaries(stage)):
            for second in _grave(self._recovery(stage, first)):
                yield first, second

    def _recovery(self, stage: str, first: Strike) -> Trouble:
        """What the next run crosses after a fault."""
        world, peace = self._copy(stage), Trouble()
        world.run(self.stages[stage].policy, first.trouble())
        world.turn(1)
        world.run(self.stages[stage].policy, peace)
        self._drop(world)
        return peace

    def run(self, case: Case) -> Verdict:
        """Run into the faults, then until quiet, and compare."""
        stage = self.stages[case.stage]
        world, met = self._copy(case.stage), True
        for strike in case.strikes:
            trouble = strike.trouble()
            world.run(stage.policy, trouble)
            met = met and trouble.met
            self._state(world, stage, case.state)
            world.turn(1)
        try:
            world.until_quiet(stage.policy)
            lost = difference(stage, shown(world), case.state)
        except AssertionError as restless:
            lost = str(restless)
        doubled = (world.doubled and case.state == "kept") or bool(twice(world))
        self._drop(world)
        return Verdict(case, met, doubled, lost)

    def _state(self, world: FaultWorld, stage: Stage, state: StateIs) -> None:
        if state != "kept":
            world.lose_state()
        if state == "older" and stage.world.state.exists():
            shutil.copyfile(stage.world.state, world.state)

    def _copy(self, stage: str) -> FaultWorld:
        self._count += 1
        return self.stages[stage].world.copy(self._folder / f"{os.getpid()}-{self._count}")

    def _drop(self, world: FaultWorld) -> None:
        world.site.close()
        shutil.rmtree(world.state.parent)


def kind_of(line: str) -> str:
    """What a request does, in a word."""
    method, path = line.split(" ")
    if method == "POST":
        return "upload" if path.endswith("/attachments") else "create"
    return {"GET": "read", "PATCH": "update", "DELETE": "delete"}[method]


def faults_of(line: str) -> list[Fault]:
    """The faults that make a difference at a request: reading has no effect that could be late."""
    if line.startswith("GET "):
        also = {"truncated, done", "504, done"}  # half an answer; a page that takes too long
        return [f for f in REQUEST_FAULTS if f.carried_out == "not" or f.name in also]
    return [*REQUEST_FAULTS, *(PART_FAULTS if is_bulk(line) else ())]


def is_bulk(line: str) -> bool:
    """Whether a request writes several assets at once."""
    method, path = line.split(" ")
    below = path.startswith("/organizations/") and path.endswith("/flexible_assets")
    return below if method == "POST" else path == "/flexible_assets" and method != "GET"


GRAVE = frozenset({"killed, done", "hung, done late"})
"""Of the faults at a request, those after which most is open."""


def _grave(crossed: Trouble) -> Iterator[Strike]:
    for number, line in enumerate(crossed.requests, 1):
        for fault in REQUEST_FAULTS:
            if fault.name in GRAVE and not line.startswith("GET "):
                yield Strike(number, kind_of(line), request=fault)
    for number, _ in enumerate(crossed.commits, 1):
        yield Strike(number, "commit", commit="killed after")


def difference(stage: Stage, now: dict[str, Any], state: StateIs) -> str:
    """What IT Glue shows otherwise than after an undisturbed run; '' for nothing.

    Without the state that knew them, two things cannot be told for ours, and are left: attachments
    that nobody wants any more, and texts that nobody can know to be unedited, so that what was to
    be deleted is archived.
    """
    parts = []
    for name in sorted({*stage.wanted, *now}):
        wanted, there = stage.wanted.get(name), now.get(name)
        if state != "kept" and name in stage.former:
            wanted, there = _forgiving(stage.former[name], wanted, there)
        if wanted != there:
            parts.append(f"{name}: {there} instead of {wanted}")
    return "\n".join(parts)


def _forgiving(former: Any, wanted: Any, there: Any) -> tuple[Any, Any]:
    if wanted is None:
        return None, None if there is None or there["archived"] else there
    left = [file for file in former["files"] if file not in wanted["files"]]
    files = [file for file in there["files"] if file not in left] if there else []
    return wanted, there and there | {"files": files}


@functools.cache
def prepared(bulk_size: int = 1) -> Sweep:
    """The sweep over the small corpus, made once for each process, and in memory if there is a
    file system of that kind."""
    memory = Path("/dev/shm")
    folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
    atexit.register(folder.cleanup)
    return Sweep(stages(Path(folder.name), bulk_size), Path(folder.name) / "runs")
