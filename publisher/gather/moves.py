"""Documents whose key changed while they stayed the same: renamed without an id, or given one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from publisher.marker import content_digest
from publisher.targets import Desired, Known


def find_moves(
    desired: Mapping[str, Desired],
    known: Mapping[str, Known],
    spared: frozenset[str],
    marked: Mapping[str, str],
    renames: Callable[[str], Mapping[str, str]],
) -> dict[str, str]:
    """New key -> former key, for targets whose document was renamed in Git, or got its first id.

    Args:
        desired, known: both sides, by key.
        spared: known keys that are not gone.
        marked: key -> content digest, of assets that a marker alone tells of.
        renames: a commit -> new path -> old path, as Git sees it since then.
    """
    gone = [known[key] for key in sorted(known.keys() - desired.keys() - spared)]
    fresh = [desired[key] for key in sorted(desired.keys() - known.keys())]
    if not gone or not fresh:
        return {}
    moves: dict[str, str] = {}
    left: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
    for target in gone:
        if target.key == f"{target.document}@{target.organization_id}":
            left[target.organization_id, target.type_id].append(target)
    for wanted in fresh:
        candidates = left[wanted.organization.id, wanted.type_id]
        former = _former(wanted, candidates, marked, renames)
        if former:
            candidates.remove(former)
            moves[wanted.key] = former.key
    return moves


def _former(
    wanted: Desired,
    candidates: Iterable[Known],
    marked: Mapping[str, str],
    renames: Callable[[str], Mapping[str, str]],
) -> Known | None:
    content = content_digest(wanted.sent)
    for known in candidates:
        if known.document == wanted.document:  # it has an id now, and had none
            return known
    for known in candidates:
        if known.blob == wanted.blob or marked.get(known.key) == content:
            return known
    for known in candidates:
        if known.commit and renames(known.commit).get(wanted.document) == known.document:
            return known
    return None
