"""Checks that refuse before the first write. Each says its numbers; each can be forced alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from publisher.errors import Refused
from publisher.plan.model import Action, Plan, Policy

FEW = 10
"""Below this many known targets a share says nothing."""

CHECKS = (
    "max-deletes",
    "max-change-percent",
    "empty-source",
    "base-url",
    "type-change",
    "organization-change",
    "drift",
)
"""What ``--force`` takes."""


def refusals(
    plan: Plan,
    policy: Policy,
    *,
    max_deletes: int,
    max_change_percent: int,
    former_base_url: str | None = None,
) -> Iterator[Refused]:
    """Yield every reason not to carry *plan* out.

    Args:
        plan: what would be done.
        policy: of which only ``on_drift`` matters here.
        max_deletes: more removals than this refuse.
        max_change_percent: a larger share of the known targets changed refuses, from `FEW` on.
        former_base_url: where the state's assets were published to; None: nowhere yet.
    """
    if former_base_url and former_base_url != plan.base_url and plan.known:
        moved = f"the state was published to {former_base_url}, this is {plan.base_url}"
        yield Refused("base-url", moved)
    if policy.on_drift == "refuse" and plan.drifts:
        said = [f"{drift.document}: {'; '.join(drift.what)}" for drift in plan.drifts]
        yield Refused("drift", f"{len(said)} target(s) were edited in IT Glue", said)
    removed = [a for a in plan.changes if a.verb in ("archive", "delete") and not a.duplicate]
    retyped = [a for a in removed if a.reasons[0].startswith("the document's type changed")]
    if retyped:
        said = [f"{action.document}: {action.title}" for action in retyped]
        yield Refused("type-change", f"{len(retyped)} target(s) change their asset type", said)
    yield from _moved_away(plan, [action for action in removed if action not in retyped])
    wanted = plan.unchanged + len(plan.pending) + len(plan.drifts) + _wanted(plan)
    if removed and not wanted:
        yield Refused("empty-source", f"no document is left, {len(removed)} assets would go")
    if len(removed) > max_deletes:
        numbers = f"{len(removed)} assets would be removed, more than max_deletes = {max_deletes}"
        yield Refused("max-deletes", numbers)
    yield from _share(plan, max_change_percent)


def _moved_away(plan: Plan, removed: Sequence[Action]) -> Iterator[Refused]:
    """A document that leaves one organization for another: one client's text shown to the next."""
    created = {identity_of(a): a.organization.name for a in plan.changes if a.verb == "create"}
    said = [
        f"{action.document}: from {action.organization.name} to {created[identity_of(action)]}"
        for action in removed
        if identity_of(action) in created
    ]
    said += plan.across
    if said:
        numbers = f"{len(said)} target(s) change their organization"
        yield Refused("organization-change", numbers, said)


def identity_of(action: Action) -> str:
    """The part of the key that is the document's own."""
    return action.key.rpartition("@")[0]


def _wanted(plan: Plan) -> int:
    return sum(action.verb in ("create", "update", "move", "adopt") for action in plan.actions)


def _share(plan: Plan, max_change_percent: int) -> Iterator[Refused]:
    verbs = ("update", "move", "archive", "delete")
    changed = sum(a.verb in verbs and not a.duplicate for a in plan.changes)
    if plan.known >= FEW and changed * 100 > max_change_percent * plan.known:
        share = changed * 100 / plan.known
        yield Refused(
            "max-change-percent",
            f"{changed} of {plan.known} known targets ({share:.1f} %) would change, "
            f"more than max_change_percent = {max_change_percent}",
        )


def first_refusal(refused: Iterator[Refused], forced: Collection[str]) -> Refused | None:
    """The first refusal that no ``--force`` names; '_' and '-' are the same in names."""
    names = {name.replace("_", "-") for name in forced}
    return next((refusal for refusal in refused if refusal.check not in names), None)
