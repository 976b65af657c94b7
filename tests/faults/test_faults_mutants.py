"""The sweep sees what it is there for: three weaker protocols, each of them caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fault_sweep import Case, Strike, Sweep, Verdict, prepared

import publisher.apply.asset
import publisher.apply.run
from publisher.apply.desk import Desk
from publisher.errors import OutcomeUnknown
from publisher.gather import recovery
from publisher.itglue.resources import Resource


@pytest.fixture
def sweep() -> Sweep:
    return prepared()


def _verdicts(sweep: Sweep, fault: str) -> list[Verdict]:
    """What becomes of a first publication when *fault* strikes at each of its creates."""
    strikes = [s for s in sweep.singles("publish") if s.name == fault and s.where == "create"]
    return [sweep.run(Case("publish", (strike,))) for strike in strikes]


def _twice(verdicts: list[Verdict]) -> bool:
    return any(verdict.duplicate for verdict in verdicts)


def test_the_protocol_as_it_is_makes_no_duplicate(sweep: Sweep) -> None:
    """What the weaker ones are compared with."""
    for fault in ("hung, done late", "killed, done late", "reset, done"):
        verdicts = _verdicts(sweep, fault)
        assert verdicts
        assert all(verdict.good for verdict in verdicts)


def test_an_intent_after_the_post_is_caught(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while the create is under way: nobody knows that it may yet come."""
    create = Resource.create

    async def late_intent(
        self: Any, attributes: Any, *, before: Callable[[], None] | None = None, **more: Any
    ) -> Any:
        record = await create(self, attributes, **more)
        if before:
            before()
        return record

    monkeypatch.setattr(Resource, "create", late_intent)
    assert _twice(_impatient(sweep, "killed, done late"))


def test_a_post_that_is_repeated_at_once_is_caught(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a time-out the first one may still be carried out."""
    create = publisher.apply.asset.create

    async def stubborn(desk: Desk, key: str, **more: Any) -> Any:
        try:
            return await create(desk, key, **more)
        except OutcomeUnknown:
            return await create(desk, key, **more)

    monkeypatch.setattr("publisher.apply.target.create", stubborn)
    assert _twice(_verdicts(sweep, "hung, done late"))


def test_no_search_for_the_marker_is_caught(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settle time alone says nothing: what came in it must be looked for."""
    monkeypatch.setattr(recovery, "missing", lambda *args: {})
    monkeypatch.setattr(publisher.apply.run, "ours", lambda *args: {})
    assert _twice(_verdicts(sweep, "reset, done"))


def _impatient(sweep: Sweep, fault: str) -> list[Verdict]:
    """The same, but the next run comes at once, and is hit by nothing."""
    return [
        sweep.run(Case("publish", (strike, _PEACE)))
        for strike in sweep.singles("publish")
        if strike.name == fault and strike.where == "create"
    ]


_PEACE = Strike(0, "nowhere")
"""A run without trouble, right after the first one."""
