"""A plan of some organizations alone: what is in it, and what its safety checks are to go by."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.gather.catalog import Unresolved, find_organizations
from publisher.plan.model import Action, Plan

if TYPE_CHECKING:
    from publisher.gather.session import Planned


def narrowed(plan: Plan, planned: Planned, *, sharded: bool) -> Plan:
    """The plan without second assets of targets that are other runs' business.

    Of a shard, the share that changes is a share of that shard.
    """
    mine = planned.scope.organization
    actions = tuple(action for action in plan.actions if mine(action.organization.id))
    if not sharded:
        return replace(plan, actions=actions)
    known = sum(mine(known.organization_id) for known in planned.known.values())
    across = tuple(_across(actions, planned))
    return replace(plan, actions=actions, known=known, across=across)


def _across(actions: Iterable[Action], planned: Planned) -> Iterator[str]:
    """Say which documents leave one organization for another of another shard.

    A plan of all organizations holds both halves of such a change, a shard's plan one of them.
    """
    wanted = set(_wanted(planned))
    live = {key for key, known in planned.known.items() if not known.archived}
    left = _elsewhere(live - wanted, planned)
    taken = _elsewhere(wanted - planned.known.keys(), planned)
    for action in actions:
        here, identity = action.organization.name, action.key.rpartition("@")[0]
        if action.verb == "create" and identity in left:
            yield f"{action.document}: from {left[identity]} to {here}"
        elif action.verb in ("archive", "delete") and not action.duplicate and identity in taken:
            yield f"{action.document}: from {here} to {taken[identity]}"


def _wanted(planned: Planned) -> Iterator[str]:
    """The keys of all targets of the documents that were read, in whichever shard."""
    for document in planned.corpus.documents.values():
        with contextlib.suppress(Unresolved):
            for organization in find_organizations(document.orgs, planned.catalog):
                yield document.key(organization.id)


def _elsewhere(keys: Iterable[str], planned: Planned) -> dict[str, str]:
    """A document's identity -> an organization of another shard, of those that *keys* name."""
    names = {one.id: one.name for one in planned.catalog.organizations}
    found: dict[str, str] = {}
    for key in sorted(keys):
        identity, _, id_ = key.rpartition("@")
        if not planned.scope.organization(id_):
            found.setdefault(identity, names.get(id_, id_))
    return found
