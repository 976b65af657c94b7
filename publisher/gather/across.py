"""Documents that leave one organization for another of another shard.

A plan of all organizations holds both halves, and its safety check sees them. A shard's plan holds
one, so what the check is to say of it is found here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from publisher.plan.model import Action

if TYPE_CHECKING:
    from publisher.gather.session import Planned


def across(actions: Iterable[Action], planned: Planned) -> Iterator[str]:
    """Say of which documents *actions*, a shard's, are one half of a change of organization."""
    wanted = {key for record in planned.corpus.records.values() for key in record.keys}
    live = {key for key, known in planned.known.items() if not known.archived}
    left = _elsewhere(live - wanted, planned)
    taken = _elsewhere(wanted - planned.known.keys(), planned)
    for action in actions:
        here, identity = action.organization.name, action.key.rpartition("@")[0]
        if action.verb == "create" and identity in left:
            yield f"{action.document}: from {left[identity]} to {here}"
        elif action.verb in ("archive", "delete") and not action.duplicate and identity in taken:
            yield f"{action.document}: from {here} to {taken[identity]}"


def _elsewhere(keys: Iterable[str], planned: Planned) -> dict[str, str]:
    """A document's identity -> an organization of another shard, of those that *keys* name."""
    names = {one.id: one.name for one in planned.catalog.organizations}
    found: dict[str, str] = {}
    for key in sorted(keys):
        identity, _, id_ = key.rpartition("@")
        if not planned.scope.organization(id_):
            found.setdefault(identity, names.get(id_, id_))
    return found
