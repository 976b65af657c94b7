"""The decision table: one target after the other, then what nobody wants any more.

| Git     | IT Glue              | decision                                                  |
| ------- | -------------------- | --------------------------------------------------------- |
| same    | same                 | nothing                                                   |
| changed | same                 | update (move, when the document moved)                    |
| same    | changed              | drift: kept and shown, or overwritten                     |
| changed | changed, other parts | update; the other edits are carried over, shown as drift  |
| changed | changed, same part   | conflict: held back                                       |
| gone    | same                 | archive, delete or keep                                   |
| gone    | changed              | conflict                                                  |
| same    | gone                 | drift 'missing': created again on overwrite only          |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from publisher.model import Diagnostic
from publisher.plan.actions import Difference, adopt, create, hold, said, update
from publisher.plan.compare import ARCHIVED, MARKER, Change, git_changes
from publisher.plan.compare import remote_changes as compare_remote
from publisher.plan.model import (
    Action,
    Drift,
    Pending,
    Plan,
    Policy,
    Sides,
    called,
)
from publisher.plan.remove import duplicates, removals
from publisher.targets import Desired, Existing, Known, title_hash


def decide(
    sides: Sides,
    policy: Policy,
    *,
    instance: str,
    base_url: str,
    commit: str | None,
    skip: int = 0,
    diagnostics: Iterable[Diagnostic] = (),
    requests_used: int = 0,
) -> Plan:
    """Weigh the three sides of every target.

    Args:
        sides: desired, known and existing, with what is under way.
        policy: what the user decided beforehand.
        instance, base_url, commit: for the record.
        skip: files that are no documents, and drafts.
        diagnostics: what was found while the documents were read.
        requests_used: what it cost to find out.
    """
    plan = _Decision(sides, policy).plan(instance, base_url, commit, skip, diagnostics)
    return replace(plan, requests_used=requests_used)


class _Decision:
    """Collects actions, drifts and counts while it walks the targets."""

    def __init__(self, sides: Sides, policy: Policy) -> None:
        self.sides, self.policy = sides, policy
        self.actions: list[Action] = []
        self.drifts: list[Drift] = []
        self.found: list[Diagnostic] = []
        self.unchanged = 0
        self.pending: list[Pending] = []
        self.creating: set[str] = set()
        """Keys that get an asset, new or adopted, which links to them wait for."""
        self.held: set[str] = set()
        """Keys whose asset of a former type is held back."""
        self.by_title: defaultdict[tuple[str, str, str], list[Existing]] = defaultdict(list)
        self.foreign: dict[tuple[str, str], Existing] = {}
        for asset in sides.existing.values():
            if asset.marker is None and not asset.archived:
                place = (asset.organization_id, asset.type_id, asset.title_hash)
                self.by_title[place].append(asset)
            elif asset.marker and asset.marker.repository != sides.repository:
                self.foreign[asset.marker.key, asset.type_id] = asset

    def plan(
        self,
        instance: str,
        base_url: str,
        commit: str | None,
        skip: int,
        diagnostics: Iterable[Diagnostic],
    ) -> Plan:
        wanted = sorted(self.sides.desired.values(), key=lambda d: (d.document, d.key))
        paired = [(d, self._known(d)) for d in wanted]
        removed, kept = removals(self.sides, self.policy)
        self.held = {action.key for action in removed if action.verb == "conflict"}
        # What will be created comes first: links to it are not dead, they only wait.
        for desired, known in paired:
            if known is None:
                self._new(desired)
        published = [(d, known) for d, known in paired if known is not None]
        for desired, known in sorted(published, key=lambda p: p[1].asset_id in self.sides.existing):
            self._published(desired, known)
        doubled, found = duplicates(self.sides)
        self.actions += [*removed, *doubled]
        self.found += [*diagnostics, *found, *map(_drift_found, self.drifts)]
        return Plan(
            instance,
            base_url,
            commit,
            tuple(sorted(self.actions, key=lambda a: a.order)),
            tuple(sorted(self.drifts, key=lambda d: (d.document, d.key))),
            self.unchanged,
            skip + kept,
            tuple(self.pending),
            len(self.sides.known),
            tuple(sorted(set(self.found), key=lambda f: f.order)),
        )

    def _known(self, desired: Desired) -> Known | None:
        former = self.sides.moves.get(desired.key, desired.key)
        known = self.sides.known.get(former) or self.sides.known.get(desired.key)
        if known is None or self._other_type(desired, known):
            return None
        removed = known.archived and known.asset_id not in self.sides.existing
        return None if removed else known

    def _other_type(self, desired: Desired, known: Known) -> bool:
        """The document was given another type: a new asset, and the old one is removed."""
        return known.type_id != desired.type_id

    # Not published yet

    def _new(self, desired: Desired) -> None:
        if self._waits(desired):
            return
        if desired.key in self.held:
            self._hold(desired, None, "the asset of its former type is held back")
            return
        foreign = self.foreign.get((desired.key, desired.type_id))
        if foreign and foreign.marker:
            owner = foreign.marker.repository
            self._hold(
                desired, foreign, f"{called(foreign.asset_id)} belongs to repository {owner}"
            )
            return
        same = self._same_title(desired)
        if same and self.policy.adopt is None:
            self._hold(desired, same[0], _already_there(same))
        elif same and self.policy.adopt:
            self._adopt(desired, same)
        else:
            self._create(desired, ("new document",))

    def _waits(self, desired: Desired) -> bool:
        """Whether an earlier run's create of it may yet appear."""
        intent = self.sides.intents.get(desired.key)
        left = intent.at + self.policy.settle_seconds - self.sides.now if intent else 0.0
        if left > 0:
            self.pending.append(Pending(desired.key, desired.document, left))
        return left > 0

    def _same_title(self, desired: Desired) -> list[Existing]:
        place = (desired.organization.id, desired.type_id, title_hash(desired.title or ""))
        return sorted(self.by_title[place], key=lambda a: (a.created_at, a.asset_id))

    def _create(self, desired: Desired, reasons: tuple[str, ...], *, drift: bool = False) -> None:
        self.creating.add(desired.key)
        self.actions.append(create(desired, reasons, drift=drift))

    def _adopt(self, desired: Desired, same: list[Existing]) -> None:
        if len(same) > 1:
            self._hold(desired, same[0], _already_there(same) + "; which one is not for us to say")
        else:
            self.creating.add(desired.key)
            self.actions.append(adopt(desired, same[0]))

    # Published before

    def _published(self, desired: Desired, known: Known) -> None:
        existing = self.sides.existing.get(known.asset_id)
        changes = git_changes(desired, known, self._address)
        if existing is None:
            self._missing(desired, known, changes)
            return
        edits = [e for e in compare_remote(known, existing) if not self._agreed(desired, e)]
        overwrite = self._overwrites(desired.key)
        clash = _clash(desired, changes, edits)
        if edits:
            self._drifted(desired, existing, edits)
        if clash and not overwrite:
            self._hold(desired, existing, "document and asset both changed: " + said(clash))
        elif changes or (edits and overwrite):
            difference = Difference(desired, known, existing, changes, edits)
            self.actions.append(update(difference, overwrite=overwrite))
        elif desired.document != known.document or desired.key != known.key:
            self.actions.append(update(Difference(desired, known, existing)))
        elif not edits:
            self.unchanged += 1

    def _agreed(self, desired: Desired, edit: Change) -> bool:
        """Whether an attachment or a related item is gone on both sides (also with what it led
        to), or the field is IT Glue's since its creation."""
        if edit.kind == "related":
            lost = edit.name.startswith("doc:") and not self._address(edit.name)
            return lost or edit.name not in desired.related
        gone = edit.kind == "file" and edit.name not in desired.files
        return gone or edit.subject in desired.seeds

    def _missing(self, desired: Desired, known: Known, changes: list[Change]) -> None:
        gone = f"{called(known.asset_id)} was deleted in IT Glue"
        what = (gone,)
        self.drifts.append(
            Drift(desired.key, desired.document, known.asset_id, known.url, known.updated_at, what)
        )
        if self._overwrites(desired.key):
            if not self._waits(desired):
                self._create(desired, (gone, "created again"), drift=True)
        elif any(change.kind != "ref" for change in changes):
            self._hold(desired, None, f"the document changed, and {gone}")

    def _drifted(self, desired: Desired, existing: Existing, edits: list[Change]) -> None:
        self.drifts.append(
            Drift(
                desired.key,
                desired.document,
                existing.asset_id,
                existing.url,
                existing.updated_at,
                tuple(change.reason for change in edits),
            )
        )

    def _overwrites(self, key: str) -> bool:
        return self.policy.on_drift == "overwrite" or key in self.policy.overwrite

    def _address(self, ref: str) -> str:
        key = ref.removeprefix("doc:")
        known = self.sides.known.get(self.sides.moves.get(key, key))
        if key in self.creating:
            return "?"
        if known is None:
            return ""
        return known.asset_id if known.asset_id in self.sides.existing else ""

    def _hold(self, desired: Desired, existing: Existing | None, reason: str) -> None:
        self.actions.append(hold(desired, existing, reason))


def _clash(desired: Desired, changes: list[Change], edits: list[Change]) -> list[Change]:
    """The edits that a document's change would crush."""
    subjects = {change.subject for change in changes}
    if any(change.kind == "ref" for change in changes):
        subjects.add(desired.body)  # another address means another body
    if MARKER in subjects and desired.footer:
        subjects.add(desired.body)
    whole = bool(subjects)
    return [c for c in edits if c.subject in subjects or (c.subject == ARCHIVED and whole)]


def _already_there(same: list[Existing]) -> str:
    have = f"{called(*(asset.asset_id for asset in same))} {'have' if len(same) > 1 else 'has'}"
    return f"{have} this organization, type and title, but no marker of ours ({same[0].url})"


def _drift_found(drift: Drift) -> Diagnostic:
    what = "; ".join(drift.what)
    message = f"{drift.key}: {what} ({called(drift.asset_id)}, last changed {drift.updated_at})"
    return Diagnostic(drift.document, None, None, "drift", "warning", message)
