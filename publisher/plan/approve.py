"""A saved plan is an approval: what it lists may be done, by content, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.errors import StalePlan
from publisher.plan.model import Action, Plan

WRITES = ("create", "update", "move", "adopt")


def approve(plan: Plan, reviewed: Plan) -> Plan:
    """Say that *plan*, made just now, does nothing but what was *reviewed*.

    What was reviewed and is done already is no longer in the plan, which is fine: so the same file
    can be applied again, and one whose apply was interrupted goes on.

    Raises:
        StalePlan: something would be done that was not reviewed, or something that was reviewed
            can no longer be done, since what it builds on has changed.
    """
    moved: list[str] = []
    if reviewed.instance != plan.instance:
        moved.append(f"it was made for instance {reviewed.instance}, this is {plan.instance}")
    if reviewed.base_url != plan.base_url:
        moved.append(f"it was made for {reviewed.base_url}, this is {plan.base_url}")
    moved += [*_unreviewed(plan, reviewed), *_overtaken(plan, reviewed)]
    if moved:
        raise StalePlan(moved)
    return plan


def _unreviewed(plan: Plan, reviewed: Plan) -> Iterator[str]:
    ids = {action.id for action in reviewed.changes}
    writes = {(a.key, a.content): a for a in reviewed.changes if a.verb in WRITES}
    for action in plan.changes:
        before = writes.get((action.key, action.content))
        rest = before is not None and _is_rest(action, before, reviewed.commit)
        if not (action.id in ids or action.duplicate or rest):
            yield f"{_named(action)} ({'; '.join(action.reasons)})"


def _is_rest(action: Action, before: Action, commit: str | None) -> bool:
    """Whether this is what an interrupted apply left over.

    It has made the asset, or a part of the change, and the same content is still to come. Had
    anybody else touched it in between, it would be drift; had we published a newer commit, the
    state would say so, or, if it was lost, there would be a text to turn back. An adoption is no
    such rest: what would be taken over is not what was looked at.
    """
    if action.verb not in ("update", "move") or action.drift:
        return False
    if action.former_commit:
        return action.former_commit in (before.former_commit, commit)
    return not action.texts


def _overtaken(plan: Plan, reviewed: Plan) -> Iterator[str]:
    """What was to be done and is held back now: its base was edited since."""
    before = {action.id for action in reviewed.actions if action.verb == "conflict"}
    held = {a.key: a for a in plan.actions if a.verb == "conflict" and a.id not in before}
    still = {action.id for action in plan.changes}
    for action in reviewed.changes:
        if action.id not in still and action.key in held:
            yield f"{_named(action)}, but now {'; '.join(held[action.key].reasons)}"


def _named(action: Action) -> str:
    return f"{action.document}: {action.verb} {action.title} in {action.organization.name}"
