"""A saved plan is an approval: what it lists may be done, by content, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publisher.errors import StalePlan
from publisher.model import Json
from publisher.plan.model import Action, Plan
from publisher.plan.saved import read_plan

WRITES = ("create", "update", "move", "adopt")


@dataclass(frozen=True, slots=True)
class Approved:
    """What was reviewed."""

    instance: str
    base_url: str
    commit: str | None
    ids: frozenset[str]
    contents: frozenset[tuple[str, str]]
    """(key, content) of all that may be written."""
    options: Mapping[str, Json]
    """The options that the plan was made with."""


def read_approval(text: str, name: str) -> Approved:
    """Read a plan file.

    Raises:
        BadConfig: it is none, or one of a newer publisher.
    """
    plan = read_plan(text, name)
    return Approved(
        plan.instance,
        plan.base_url,
        plan.commit,
        frozenset(action.id for action in plan.changes),
        frozenset((a.key, a.content) for a in plan.changes if a.verb in WRITES),
        plan.options,
    )


def approve(plan: Plan, approved: Approved) -> Plan:
    """The part of *plan* that may be carried out.

    Raises:
        StalePlan: something would be done that was not reviewed.
    """
    moved: list[str] = []
    if approved.instance != plan.instance:
        moved.append(f"it was made for instance {approved.instance}, this is {plan.instance}")
    if approved.base_url != plan.base_url:
        moved.append(f"it was made for {approved.base_url}, this is {plan.base_url}")
    moved += _unreviewed(plan.changes, approved)
    if moved:
        raise StalePlan(moved)
    return plan


def _unreviewed(changes: Sequence[Action], approved: Approved) -> list[str]:
    return [
        f"{action.document}: {action.verb} {action.title} in {action.organization.name} "
        f"({'; '.join(action.reasons)})"
        for action in changes
        if not _is_approved(action, approved)
    ]


def _is_approved(action: Action, approved: Approved) -> bool:
    if action.id in approved.ids or action.duplicate:
        return True
    # What an interrupted apply left over: it has made the asset, or a part of the change, and the
    # same content is still to come. Had anybody else touched it in between, it would be drift. An
    # adoption is no such rest: what would be taken over is not what was looked at.
    resumed = action.verb in ("update", "move") and not action.drift
    return resumed and (action.key, action.content) in approved.contents
