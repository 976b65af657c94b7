"""A question that IT Glue's documentation leaves open, and how an account is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from live_account import Account

Ask = Callable[[Account], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One question."""

    question: str
    ask: Ask


def probe(question: str) -> Callable[[Ask], Probe]:
    """Make a question of the function that asks it; its name is how the tests call it."""
    return lambda ask: Probe(question, ask)
