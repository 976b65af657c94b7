"""Every fault at every boundary of a run: afterwards nothing is there twice, and nothing lost.

Of the faults that look alike to the publisher (500, 503 and a broken connection all say as little)
the default run meets one of each. `-m sweep`, which CI runs as well, meets all the others, so that
none is left out. `-m slow`, or `python tests/faults` with a table, meets all from a boundary on for
good too, with the state lost or an older one, and in pairs.
"""

from __future__ import annotations

import pytest
from fault_sweep import Case, StateIs, Strike, Sweep, prepared

STAGES = ("publish", "change", "return")
UNLIKE = frozenset({
    "killed, done", "reset, not done", "hung, done late", "429", "no JSON, done",
    "commit killed after",
})  # fmt: skip
"""One fault of each kind; to be killed before a request is to be killed after the commit before."""
SHARES = 4
"""Each stage is shared out among so many tests, to be run side by side."""


@pytest.fixture
def sweep() -> Sweep:
    return prepared()


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("stage", STAGES)
def test_a_run_recovers_from_each_kind_of_fault_at_each_boundary(
    sweep: Sweep, stage: str, share: int
) -> None:
    """One live asset a key, attachments once, links resolved, and the next plan is empty."""
    strikes = [strike for strike in sweep.singles(stage) if strike.name in UNLIKE]
    _hold(sweep, stage, strikes[share::SHARES], "kept")


@pytest.mark.more
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("stage", STAGES)
def test_a_run_recovers_from_every_other_fault_at_each_boundary(
    sweep: Sweep, stage: str, share: int
) -> None:
    """The rest, so that each boundary has met each fault."""
    strikes = [strike for strike in sweep.singles(stage) if strike.name not in UNLIKE]
    _hold(sweep, stage, strikes[share::SHARES], "kept")


@pytest.mark.slow
@pytest.mark.parametrize("state", ["kept", "lost", "older"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_run_recovers_from_every_fault_whatever_became_of_the_state(
    sweep: Sweep, stage: str, state: StateIs
) -> None:
    """All of them, once and for good; the markers tell what the state does not."""
    _hold(sweep, stage, [*sweep.singles(stage), *sweep.singles(stage, always=True)], state)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_recovery_recovers_too(sweep: Sweep, stage: str) -> None:
    """A second fault at each boundary of the run that recovers from the first one."""
    verdicts = [sweep.run(Case(stage, pair)) for pair in sweep.pairs(stage)]
    assert not [f"{v.case}: {v.duplicate} {v.lost}" for v in verdicts if not v.good]


def _hold(sweep: Sweep, stage: str, strikes: list[Strike], state: StateIs) -> None:
    verdicts = [sweep.run(Case(stage, (strike,), state)) for strike in strikes]
    assert all(verdict.met for verdict in verdicts)
    assert not [f"{v.case}: {v.duplicate} {v.lost}" for v in verdicts if not v.good]
