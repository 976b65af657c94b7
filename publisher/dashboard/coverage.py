"""Who has which document: organizations against types, and against documents for several."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from publisher.dashboard.model import Coverage, Row, Standing
from publisher.model import Organization
from publisher.plan import Plan
from publisher.targets import Desired, Known

_HELD, _NEW = "conflict", "create"


def coverage(
    desired: Iterable[Desired],
    known: Mapping[str, Known],
    plan: Plan,
    organizations: Iterable[Organization],
) -> Coverage:
    """Lay the targets out by organization; a document with two or more targets is for several."""
    wanted = list(desired)
    standings = _standings(wanted, known, plan)
    several = Counter(target.document for target in wanted)
    documents = tuple(sorted(path for path, count in several.items() if count > 1))
    types = tuple(sorted({target.type_name for target in wanted}, key=str.casefold))
    theirs: dict[str, list[Desired]] = defaultdict(list)
    for target in wanted:
        theirs[target.organization.id].append(target)
    rows = tuple(
        _row(organization, theirs[organization.id], standings, documents)
        for organization in sorted(organizations, key=lambda one: (one.name.casefold(), one.id))
    )
    return Coverage(types, documents, rows)


def _row(
    organization: Organization,
    targets: list[Desired],
    standings: Mapping[str, Standing],
    documents: tuple[str, ...],
) -> Row:
    wanted = Counter(target.type_name for target in targets)
    there = Counter(t.type_name for t in targets if standings[t.key] not in ("new", "held"))
    types = {name: (there[name], count) for name, count in sorted(wanted.items())}
    here = {target.document: standings[target.key] for target in targets}
    cells: dict[str, Standing] = {path: here.get(path, "lacks") for path in documents}
    return Row(organization, types, cells)


def _standings(
    desired: Iterable[Desired], known: Mapping[str, Known], plan: Plan
) -> dict[str, Standing]:
    verbs = {action.key: action.verb for action in plan.actions}
    drifted = {drift.key for drift in plan.drifts}
    return {
        target.key: _standing(verbs.get(target.key), target.key in drifted, target.key in known)
        for target in desired
    }


def _standing(verb: str | None, drifted: bool, known: bool) -> Standing:
    """Trouble first: what a person has to decide, then what the next apply does."""
    if verb == _HELD:
        return "held"
    if verb == _NEW or (verb is None and not known):
        return "new"
    if drifted:
        return "drift"
    return "changed" if verb else "published"
