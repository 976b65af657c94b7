"""Several assets with one request: every fault at it, a part of it carried out among them.

The default run meets each bulk request with the graver faults; `-m slow`, or
`python tests/faults --bulk 3`, meets every boundary with every fault, whatever becomes of the state.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_sweep import Case, StateIs, Strike, Sweep, is_bulk, prepared
from fault_wire import Trouble
from fault_world import FaultWorld, live
from world import document

from publisher.apply.bulk import Bulk
from publisher.errors import Rejected
from publisher.plan import Policy
from publisher.simulator import Switches

STAGES = ("publish", "change", "return")
SIZE = 3


@pytest.fixture
def sweep() -> Sweep:
    return prepared(SIZE)


def at_bulk(sweep: Sweep, stage: str) -> list[Strike]:
    """Every fault at the requests that write several."""
    lines = sweep.boundaries(stage).requests
    return [s for s in sweep.singles(stage) if s.request and is_bulk(lines[s.at - 1])]


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_recovers_from_faults_at_bulk_requests(sweep: Sweep, stage: str) -> None:
    """One live asset a key, as after an undisturbed run, and the next plan is empty."""
    grave = {"killed, done", "hung, done late", "no JSON, done"}
    strikes = [s for s in at_bulk(sweep, stage) if "part" in s.name or s.name in grave]
    assert len(strikes) >= 6
    _hold(sweep, stage, strikes, "kept")


@pytest.mark.slow
@pytest.mark.parametrize("state", ["kept", "lost", "older"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_run_recovers_from_every_fault(sweep: Sweep, stage: str, state: StateIs) -> None:
    """At every boundary, once and for good, whatever became of the state."""
    _hold(sweep, stage, [*sweep.singles(stage), *sweep.singles(stage, always=True)], state)


def _hold(sweep: Sweep, stage: str, strikes: list[Strike], state: StateIs) -> None:
    verdicts = [sweep.run(Case(stage, (strike,), state)) for strike in strikes]
    assert all(verdict.met for verdict in verdicts)
    assert not [f"{v.case}: {v.duplicate} {v.lost}" for v in verdicts if not v.good]
