"""Why a document is published as it is: its origin, its targets, and what the plan says of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from publisher.config import Config
from publisher.gather.comparison import Difference, differences
from publisher.gather.origin import Origin, origin_of
from publisher.gather.session import Planned
from publisher.model import Diagnostic, Json, Organization
from publisher.plan.model import Action, shown


@dataclass(frozen=True, slots=True)
class Target:
    """One organization of the document, with the plan's decision."""

    key: str
    organization: Organization
    type_id: str
    type_name: str
    decision: str
    """A plan's action, or ``unchanged``, ``drift``, ``pending``, ``held`` or ``kept``."""
    reasons: tuple[str, ...]
    differences: tuple[Difference, ...]
    asset_id: str | None
    url: str
    former_document: str
    """Where the document lay when it was last published; '' if that is where it lies."""
    former_key: str
    commit: str | None
    """At which it was last published."""
    updated_at: str
    """When the asset last changed, in IT Glue's words."""


@dataclass(frozen=True, slots=True)
class Why:
    """Everything about one path."""

    document: str
    commit: str | None
    origin: Origin
    skipped: str
    """Why it is not published; '' if it is."""
    diagnostics: tuple[Diagnostic, ...]
    targets: tuple[Target, ...]

    def as_json(self) -> dict[str, Json]:
        targets = [asdict(one) | {"asset_id": shown(one.asset_id)} for one in self.targets]
        return {"format_version": 1, **asdict(self), "targets": targets}


def explain(planned: Planned, config: Config, path: str) -> Why:
    """Collect what *planned* and publisher.toml say of the file at *path*."""
    origin = origin_of(planned.tree, config, path)
    return Why(
        path,
        planned.tree.commit,
        origin,
        _skipped(planned, origin, path),
        _diagnostics(planned, path),
        tuple(_target(planned, key) for key in _keys(planned, path)),
    )


def _diagnostics(planned: Planned, path: str) -> tuple[Diagnostic, ...]:
    """What the plan or the document's text gave rise to; drift is named with its target."""
    found = {*planned.plan.diagnostics, *planned.corpus.diagnostics}
    mine = (one for one in found if one.document == path and one.code != "drift")
    return tuple(sorted(mine, key=lambda one: one.order))


def _skipped(planned: Planned, origin: Origin, path: str) -> str:
    if path in planned.corpus.skipped:
        return planned.corpus.skipped[path]
    if origin.kind == "missing":
        return "there is no such file"
    if origin.exclude:
        return f"[docs] exclude has {origin.exclude!r}"
    if origin.kind != "file":
        return f"a {origin.kind} is not followed"
    if not origin.include:
        return "no glob of [docs] include matches it"
    return "it has errors" if path in planned.corpus.held else ""


def _keys(planned: Planned, path: str) -> list[str]:
    """The keys of the targets that the document has, and of those that it left behind."""
    wanted = {key for key, desired in planned.corpus.desired.items() if desired.document == path}
    moved = {action.former_key for action in planned.plan.actions}
    left = {key for key, known in planned.known.items() if known.document == path}
    elsewhere = {key for key in left if key in planned.corpus.desired} | moved
    return sorted(wanted | (left - elsewhere))


def _target(planned: Planned, key: str) -> Target:
    actions = [a for a in planned.plan.actions if a.key == key and not a.duplicate]
    former_key = next((action.former_key for action in actions if action.former_key), "")
    desired, known = planned.corpus.desired.get(key), planned.known.get(former_key or key)
    existing = planned.remote.existing.get(known.asset_id) if known else None
    decision, reasons = _decision(planned, key, actions)
    if desired:
        org_id, type_id = desired.organization.id, desired.type_id
    else:
        org_id, type_id = planned.known[key].organization_id, planned.known[key].type_id
    moved = known and desired and known.document != desired.document
    return Target(
        key,
        _organization(planned, org_id),
        type_id,
        next((kind.name for kind in planned.catalog.types if kind.id == type_id), type_id),
        decision,
        reasons,
        tuple(differences(planned, desired, known, existing)) if known else (),
        known.asset_id if known else next((action.asset_id for action in actions), None),
        known.url if known else "",
        known.document if known and moved else "",
        former_key,
        known.commit if known else None,
        existing.updated_at if existing else "",
    )


def _organization(planned: Planned, org_id: str) -> Organization:
    found = (org for org in planned.catalog.organizations if org.id == org_id)
    return next(found, Organization(org_id, org_id))


def _decision(planned: Planned, key: str, actions: list[Action]) -> tuple[str, tuple[str, ...]]:
    plan = planned.plan
    if actions:
        verbs = " and ".join(action.verb for action in actions)
        return verbs, tuple(reason for action in actions for reason in action.reasons)
    if drift := next((drift for drift in plan.drifts if drift.key == key), None):
        return "drift", drift.what
    if any(pending.key == key for pending in plan.pending):
        return "pending", ("a create of an earlier run may yet appear",)
    if key in planned.corpus.desired:
        return "unchanged", ()
    known = planned.known[key]
    if known.document in planned.corpus.held:
        return "held", ("the document cannot be published as it is now; its asset stays",)
    if known.archived:
        return "kept", ("the document is gone, and its asset is archived",)
    return "kept", ("the document is gone, and its asset stays",)
