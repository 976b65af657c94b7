"""Every fault at every boundary of a run: afterwards nothing is there twice, and nothing lost.

Of the faults that look alike to the publisher (500, 503 and a broken connection all say as little)
the default run meets one of each. `make sweep`, which CI runs as well, meets all of them, from a
boundary on for good too, with the state kept, lost or an older one, and shows a table. `-m slow`
meets them in pairs besides.
"""

from __future__ import annotations

import pytest
from fault_sweep import Case, Sweep, Verdict, prepared

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
    verdicts = [sweep.run(Case(stage, (strike,))) for strike in strikes[share::SHARES]]
    assert all(verdict.met for verdict in verdicts)
    assert not _bad(verdicts)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_recovery_recovers_too(sweep: Sweep, stage: str) -> None:
    """A second fault at each boundary of the run that recovers from the first one."""
    verdicts = [sweep.run(Case(stage, pair)) for pair in sweep.pairs(stage)]
    assert not _bad(verdicts)


def _bad(verdicts: list[Verdict]) -> list[str]:
    return [f"{v.case}: {v.duplicate} {v.lost}" for v in verdicts if not v.good]
