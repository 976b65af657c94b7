"""A saved plan is an approval: what it lists may be done, by content, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.errors import BadConfig, StalePlan
from publisher.model import Json
from publisher.plan.model import FORMAT_VERSION, Action, Plan

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
    try:
        data: dict[str, Any] = json.loads(text)
        version = data["format_version"]
        if version != FORMAT_VERSION:
            raise BadConfig(name, f"is a plan of format {version}, this publisher knows 1")
        actions = data["actions"]
        return Approved(
            data["instance"],
            data["base_url"],
            data["commit"],
            frozenset(action["id"] for action in actions if action["action"] != "conflict"),
            frozenset((a["key"], a["content"]) for a in actions if a["action"] in WRITES),
            data.get("options", {}),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "Make one with: publisher plan --out FILE"
        raise BadConfig(name, f"is no plan file ({error})", hint) from None


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
    # What an interrupted apply left over: the same content for the same target, and nobody has
    # touched it in between, or it would be drift.
    resumed = action.verb in WRITES and not action.drift
    return resumed and (action.key, action.content) in approved.contents
