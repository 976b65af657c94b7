"""What nobody wants any more: assets whose document is gone, and second assets of one key."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from publisher.model import NATIVE, Diagnostic, Organization
from publisher.plan.compare import base_of, remote_changes
from publisher.plan.model import Action, Policy, Sides, Verb, called
from publisher.targets import Existing, Known

UNTOUCHED = dt.timedelta(minutes=5)
"""A second asset that changed longer than this after it was made may hold somebody's edit."""


def removals(sides: Sides, policy: Policy) -> tuple[list[Action], int]:
    """The actions for targets that Git no longer wants, and how many are kept on purpose."""
    actions: list[Action] = []
    kept = 0
    for key in sorted(_unwanted(sides)):
        known, retyped = sides.known[key], key in sides.desired
        existing = sides.existing.get(known.asset_id)
        if existing is None or known.archived or existing.archived:
            continue
        if policy.on_delete == "keep" and not retyped:
            kept += 1
            continue
        actions.append(_remove(sides, policy, known, existing, retyped=retyped))
    return actions, kept


def _unwanted(sides: Sides) -> Iterator[str]:
    """Known keys that Git does not want, or wants of another type."""
    moved = set(sides.moves.values())
    for key, known in sides.known.items():
        desired = sides.desired.get(key)
        wanted = desired is not None and desired.type_id == known.type_id
        if not wanted and key not in moved and key not in sides.spared:
            yield key


def _remove(
    sides: Sides, policy: Policy, known: Known, existing: Existing, *, retyped: bool
) -> Action:
    edits = remote_changes(known, existing)
    marker = existing.marker
    why = "the document's type changed" if retyped else "the document is gone"
    if marker and marker.repository != sides.repository:
        reason = f"{why}, but {called(existing.asset_id)} belongs to repository {marker.repository}"
        return _action(sides, "conflict", known, existing, reason)
    if edits and known.key not in policy.overwrite:
        said = ", ".join(edit.reason for edit in edits)
        return _action(sides, "conflict", known, existing, f"{why}, but {said}", drift=True)
    # Without the state nobody knows whether it was edited since: then only what can be undone.
    final = policy.on_delete == "delete" and not known.rebuilt and not retyped
    return _action(sides, "delete" if final else "archive", known, existing, why)


def duplicates(sides: Sides) -> tuple[list[Action], list[Diagnostic]]:
    """Second assets of one key: what is surely ours alone is removed, the others are named.

    The oldest stays, whichever the state knows: so two runners with separate states, of which
    each knows another, come to the same end.
    """
    one: dict[str, Existing] = {}
    several: defaultdict[str, list[Existing]] = defaultdict(list)
    for asset in sides.existing.values():
        if asset.marker and asset.marker.repository == sides.repository:
            key = asset.marker.key
            if one.setdefault(key, asset) is not asset:
                several[key] = [*(several.get(key) or [one[key]]), asset]
    actions: list[Action] = []
    found: list[Diagnostic] = []
    if not several:
        return actions, found
    first = originals(sides.existing.values(), sides.repository)
    for key, group in sorted(several.items()):
        known = sides.known.get(key)
        live = sorted((asset for asset in group if not asset.archived), key=age)
        if known is None or len(live) < 2:
            continue
        for asset in live:
            if asset.asset_id != known.asset_id and (asset != live[0] or _former(asset, known)):
                double = _double(sides, known, first, asset)
                if isinstance(double, Action):
                    actions.append(double)
                else:
                    found.append(double)
    return actions, found


def age(asset: Existing) -> tuple[str, int, str]:
    """What the older of two assets has less of: time of creation, then id."""
    return asset.created_at, len(asset.asset_id), asset.asset_id


def _former(asset: Existing, known: Known) -> bool:
    """Whether an asset is of another type than the one that the document has now."""
    return asset.type_id != known.type_id


def _double(
    sides: Sides, known: Known, first: Mapping[str, str], asset: Existing
) -> Action | Diagnostic:
    former = _former(asset, known)
    why = _not_ours_alone(asset, first)
    if former and asset.type_id == NATIVE.id:
        why = why or "is an IT Glue document, which this one was before"
    if why is None and former:
        reason = "the document's type changed, and this asset of the former one is left"
        return _action(sides, "archive", known, asset, reason, duplicate=True)
    if why is None and _untouched(asset):
        reason = f"a second asset of this document: {called(known.asset_id)} is older and stays"
        return _action(sides, "delete", known, asset, reason, duplicate=True)
    why = why or "may have been edited since it was made"
    message = (
        f"{called(asset.asset_id)} carries the marker of {called(known.asset_id)} too; it {why}"
    )
    fix = "Remove the marker from the copy, or delete one of the two in IT Glue."
    return Diagnostic(known.document, None, None, "duplicate-asset", "warning", message, fix)


def _not_ours_alone(asset: Existing, first: Mapping[str, str]) -> str | None:
    """What a person had to do with a second asset; None for nothing."""
    marker = asset.marker
    if marker is None or marker.key.rpartition("@")[2] != asset.organization_id:
        return "lies in another organization"
    if marker.archived:
        return "was restored from the archive"
    return "is a copy" if first[marker.attempt] != asset.asset_id else None


def originals(existing: Iterable[Existing], repository: str) -> dict[str, str]:
    """Attempt -> id of the asset that it made: any younger one is a copy that somebody made of it,
    marker and all, and may carry a key that the original no longer has."""
    found: dict[str, Existing] = {}
    for asset in existing:
        if asset.marker and asset.marker.repository == repository:
            before = found.setdefault(asset.marker.attempt, asset)
            if age(asset) < age(before):
                found[asset.marker.attempt] = asset
    return {attempt: asset.asset_id for attempt, asset in found.items()}


def _untouched(asset: Existing) -> bool:
    try:
        made = dt.datetime.fromisoformat(asset.created_at)
        changed = dt.datetime.fromisoformat(asset.updated_at)
    except ValueError:
        return False
    return changed - made <= UNTOUCHED


def _action(
    sides: Sides,
    verb: Verb,
    known: Known,
    existing: Existing,
    reason: str,
    *,
    drift: bool = False,
    duplicate: bool = False,
) -> Action:
    organization = sides.organizations.get(known.organization_id)
    return Action(
        verb,
        known.key,
        known.document,
        organization or Organization(known.organization_id, known.organization_id),
        existing.type_id,
        sides.type_names.get(existing.type_id, existing.type_id),
        existing.asset_id,
        sides.titles.get(existing.asset_id) or known.document,
        (reason,),
        drift=drift,
        base=base_of(existing) if duplicate else base_of(existing, known),
        duplicate=duplicate,
        requests=0 if verb == "conflict" else 1,
    )
