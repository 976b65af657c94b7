"""The order of an apply: what others link to is created before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from publisher.plan.model import Action

REMOVALS = ("archive", "delete")


def waves(actions: Sequence[Action], links: Mapping[str, set[str]]) -> list[list[Action]]:
    """Group actions into waves; those of one wave may run at once.

    First what clears the way (an asset of a former type), then creates along their links, then
    adoptions, changes, removals. Of a circle of links one document goes first, and is written again
    when the others have addresses.
    """
    creating = {action.key: action for action in actions if action.verb == "create"}
    clearing = [a for a in actions if a.verb in REMOVALS and a.key in creating]
    adopting = [a for a in actions if a.verb == "adopt"]
    changing = [a for a in actions if a.verb in ("update", "move")]
    removing = [a for a in actions if a.verb in REMOVALS and a.key not in creating]
    creates = [[creating[key] for key in wave] for wave in layers(list(creating), links)]
    return [wave for wave in [clearing, *creates, adopting, changing, removing] if wave]


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


def _first_of_a_circle(waits: Mapping[str, set[str]], position: Mapping[str, int]) -> str:
    """The first key of a circle that waits for nothing outside of itself.

    That is the first strongly connected component that Tarjan's algorithm completes (SIAM J.
    Computing 1, 1972); iterative, since links can make long chains.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    start = min(waits, key=position.__getitem__)
    walk: list[tuple[str, Iterator[str]]] = []

    def enter(key: str) -> None:
        index[key] = low[key] = len(index)
        stack.append(key)
        walk.append((key, iter(waits[key])))

    enter(start)
    while True:
        key, needs = walk[-1]
        need = next(needs, None)
        if need is None:
            if low[key] == index[key]:
                return min(stack[stack.index(key) :], key=position.__getitem__)
            walk.pop()
            low[walk[-1][0]] = min(low[walk[-1][0]], low[key])
        elif need not in index:
            enter(need)
        else:
            low[key] = min(low[key], index[need])
