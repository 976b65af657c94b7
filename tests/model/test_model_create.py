"""The create protocol, checked in every state that it can get into."""

from __future__ import annotations

import pytest
from create_model import TICK, Protocol, search

from publisher.config import Instance

FRESH, LATE, LAG = 60, 120, 30
"""Seconds between intent and request, until a late commit comes, until a list shows it."""


def _protocol(settle: float = Instance().settle_seconds, **weaker: object) -> Protocol:
    ticks = {"slow": FRESH // TICK, "late": LATE // TICK, "lag": LAG // TICK}
    return Protocol(settle=int(settle) // TICK, **ticks, **weaker)  # type: ignore[arg-type]  # each test names one field


def test_the_settle_time_is_longer_than_all_that_it_waits_for() -> None:
    """As configured by default, with a margin."""
    assert Instance().settle_seconds > FRESH + LATE + LAG


def test_one_runner_never_makes_a_second_asset() -> None:
    """Whatever it loses and however often it dies; and in the end there is one."""
    outcome = search(_protocol(), deaths=2, losses=2, until=26)
    assert (outcome.twice, outcome.stuck) == (None, None)
    assert outcome.states > 10_000


def test_the_settle_time_cannot_be_shorter() -> None:
    """Just as long as all that it waits for is too short: the last list may miss the asset."""
    assert search(_protocol(FRESH + LATE + LAG), only_twice=True).twice


@pytest.mark.parametrize(
    "weaker",
    [{"settle": 0}, {"intent": "after"}, {"searches": False}, {"patient": False}],
    ids=["no settle time", "intent after the POST", "no search", "POST repeated at once"],
)
def test_without_one_of_its_parts_it_makes_a_second_asset(weaker: dict[str, object]) -> None:
    """Each of them is needed."""
    assert search(_protocol(**weaker), only_twice=True).twice  # type: ignore[arg-type]  # see _protocol


def test_two_runners_with_separate_states_end_with_one_asset() -> None:
    """For a moment there may be two; the next run of either keeps the older."""
    outcome = search(_protocol(), runners=2, deaths=0, losses=1, until=9)
    assert outcome.twice
    assert outcome.stuck is None
