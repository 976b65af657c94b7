"""The order of an apply: what others link to is created before them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from publisher.plan.model import Action

REMOVALS = ("archive", "delete")


def waves(actions: Sequence[Action], links: Mapping[str, set[str]]) -> list[list[Action]]:
    """Group actions into waves; those of one wave may run at once.

    First what clears the way (an asset of a former type), then creates along their links, then
    changes, then removals. Of a circle of links one document goes first, and is written again
    when the others have addresses.
    """
    creating = {action.key: action for action in actions if action.verb == "create"}
    clearing = [a for a in actions if a.verb in REMOVALS and a.key in creating]
    changing = [a for a in actions if a.verb in ("update", "move", "adopt")]
    removing = [a for a in actions if a.verb in REMOVALS and a.key not in creating]
    creates = [[creating[key] for key in wave] for wave in layers(list(creating), links)]
    return [wave for wave in [clearing, *creates, changing, removing] if wave]


def layers(keys: Sequence[str], links: Mapping[str, set[str]]) -> list[list[str]]:
    """Kahn's algorithm by layers; where a circle blocks it, one key of the circle goes ahead."""
    known = set(keys)
    waits = {key: (links.get(key, set()) & known) - {key} for key in keys}
    needed_by: dict[str, list[str]] = {key: [] for key in keys}
    for key, needs in waits.items():
        for need in needs:
            needed_by[need].append(key)
    position = {key: number for number, key in enumerate(keys)}
    ordered: list[list[str]] = []
    ready = [key for key in keys if not waits[key]]
    while waits:
        if not ready:
            ready = [_first_of_a_circle(waits, position)]
        ordered.append(ready)
        following: set[str] = set()
        for key in ready:
            del waits[key]
        for key in ready:
            for other in needed_by[key]:
                if other in waits:
                    waits[other].discard(key)
                    if not waits[other]:
                        following.add(other)
        ready = sorted(following, key=position.__getitem__)
    return ordered


def _first_of_a_circle(waits: Mapping[str, Iterable[str]], position: Mapping[str, int]) -> str:
    """A key that lies on a circle: following what each waits for must come back somewhere."""
    seen: set[str] = set()
    key = min(waits, key=position.__getitem__)
    while key not in seen:
        seen.add(key)
        key = min(waits[key], key=position.__getitem__)
    return key
