"""Actions as a reviewer counts them: a document that goes to forty organizations is one change."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from publisher.model import Organization
from publisher.plan.model import VERBS, Action

MANY = 3
"""From this many organizations on, the same change of the same document is shown once."""

Sameness: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The same change of one document, in one organization or in many."""

    actions: tuple[Action, ...]

    @property
    def first(self) -> Action:
        return self.actions[0]

    @property
    def title(self) -> str:
        """Of many: without the name of the organization that a template put into it."""
        return _common_title(self.first) if len(self.actions) > 1 else self.first.title

    @property
    def organizations(self) -> tuple[Organization, ...]:
        return tuple(action.organization for action in self.actions)

    @property
    def order(self) -> tuple[int, str, str]:
        return VERBS.index(self.first.verb), self.first.document, self.first.key


def fan_outs(actions: Iterable[Action]) -> tuple[list[Group], list[Action]]:
    """Part *actions* into what is the same in `MANY` organizations or more, and the others."""
    alike: defaultdict[Sameness, list[Action]] = defaultdict(list)
    listed = list(actions)
    for action in listed:
        alike[_sameness(action)].append(action)
    groups = [Group(tuple(group)) for group in alike.values() if len(group) >= MANY]
    grouped = {id(action) for group in groups for action in group.actions}
    return sorted(groups, key=lambda g: g.order), [a for a in listed if id(a) not in grouped]


def _sameness(action: Action) -> Sameness:
    # A reason may name a key, which ends with the organization's id.
    at = f"@{action.organization.id}"
    reasons = tuple(reason.replace(at, "@") for reason in action.reasons)
    return (
        action.verb,
        action.document,
        action.type_id,
        _common_title(action),
        reasons,
        action.files,
        action.drift,
    )


def _common_title(action: Action) -> str:
    title = action.title
    for name in (action.organization.name, action.organization.short_name):
        if name:
            title = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", title)
    return title


def named(names: Iterable[str], most: int = 3) -> str:
    """Some of *names*, and how many there are more."""
    listed = list(names)
    more = f", … and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def counted(actions: Iterable[Action]) -> str:
    """``2 archive, 1 update``: how many of which, removals first."""
    verbs = [action.verb for action in actions]
    return ", ".join(f"{verbs.count(verb)} {verb}" for verb in VERBS if verb in verbs)
