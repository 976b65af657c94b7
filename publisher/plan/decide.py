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
from publisher.plan.compare import ARCHIVED, MARKER, Change, base_of, content_of, git_changes
from publisher.plan.compare import remote_changes as compare_remote
from publisher.plan.model import (
    Action,
    Drift,
    FileChange,
    Pending,
    Plan,
    Policy,
    Sides,
    Verb,
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
        pictures = any(ref.startswith("file:") for ref in desired.refs)
        self._act(
            "create",
            desired,
            None,
            reasons,
            drift=drift,
            add=tuple(file.path for _, file in sorted(desired.files.items())),
            files=_files(desired, None, desired.files),
            requests=1 + len(desired.files) + pictures + len(desired.related),
        )

    def _adopt(self, desired: Desired, same: list[Existing]) -> None:
        if len(same) > 1:
            self._hold(desired, same[0], _already_there(same) + "; which one is not for us to say")
            return
        reasons = (f"takes over {called(same[0].asset_id)}, which has the same title",)
        add = tuple(file.path for _, file in sorted(desired.files.items()))
        base, files = base_of(same[0]), _files(desired, None, desired.files)
        self._act("adopt", desired, same[0], reasons, add=add, files=files, base=base, requests=2)

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
            self._hold(desired, existing, "document and asset both changed: " + _said(clash))
        elif changes or (edits and overwrite):
            self._update(desired, known, existing, changes, edits if edits else [], overwrite)
        elif desired.document != known.document or desired.key != known.key:
            self._update(desired, known, existing, [], [], overwrite)
        elif not edits:
            self.unchanged += 1

    def _agreed(self, desired: Desired, edit: Change) -> bool:
        """Whether an attachment or a related item is gone on both sides (also with what it led
        to), or the field is IT Glue's since its creation."""
        kind, _, name = edit.subject.partition(":")
        if kind == "related":
            lost = name.startswith("doc:") and not self._address(name)
            return lost or name not in desired.related
        return (kind == "file" and name not in desired.files) or edit.subject in desired.seeds

    def _missing(self, desired: Desired, known: Known, changes: list[Change]) -> None:
        gone = f"{called(known.asset_id)} was deleted in IT Glue"
        what = (gone,)
        self.drifts.append(
            Drift(desired.key, desired.document, known.asset_id, known.url, known.updated_at, what)
        )
        if self._overwrites(desired.key):
            if not self._waits(desired):
                self._create(desired, (gone, "created again"), drift=True)
        elif any(not change.subject.startswith("ref:") for change in changes):
            self._hold(desired, None, f"the document changed, and {gone}")

    def _update(
        self,
        desired: Desired,
        known: Known,
        existing: Existing,
        changes: list[Change],
        edits: list[Change],
        overwrite: bool,
    ) -> None:
        moved = desired.document != known.document or desired.key != known.key
        reasons = [change.reason for change in changes]
        if moved:
            reasons.insert(0, f"moved from {known.document}")
        if edits and overwrite:
            reasons.append("overwrites: " + _said(edits))
        lost = {change.subject[5:] for change in edits if change.subject.startswith("file:")}
        uploads = sorted(
            name
            for name, file in desired.files.items()
            if (overwrite and name in lost)
            or name not in known.files
            or known.files[name].blob != file.blob
        )
        gone = [name for name in known.files if name not in desired.files or name in uploads]
        body = [c for c in changes if not c.subject.startswith(("file:", "related:"))]
        linked = [c.subject for c in changes if c.subject.startswith("related:")]
        again = tuple(
            edit.subject[8:] for edit in edits if overwrite and edit.subject.startswith("related:")
        )
        self._act(
            "move" if moved else "update",
            desired,
            existing,
            tuple(reasons),
            drift=bool(edits),
            add=tuple(desired.files[name].path for name in uploads),
            remove=tuple(sorted(gone)),
            files=_files(desired, known, {*uploads, *gone}),
            carry=() if overwrite else tuple(c.subject for c in edits if _is_trait(c.subject)),
            base=base_of(existing, known),
            requests=len(uploads)
            + bool(gone)
            + bool(body or (edits and overwrite))
            + len({*linked, *again}),
            again=again,
            former_key=known.key if known.key != desired.key else "",
        )

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

    # Writing it down

    def _hold(self, desired: Desired, existing: Existing | None, reason: str) -> None:
        self._act("conflict", desired, existing, (reason,), requests=0)

    def _act(
        self,
        verb: Verb,
        desired: Desired,
        existing: Existing | None,
        reasons: tuple[str, ...],
        *,
        drift: bool = False,
        add: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        files: tuple[FileChange, ...] = (),
        carry: tuple[str, ...] = (),
        base: str = "",
        former_key: str = "",
        again: tuple[str, ...] = (),
        requests: int = 1,
    ) -> None:
        action = Action(
            verb,
            desired.key,
            desired.document,
            desired.organization,
            desired.type_id,
            desired.type_name,
            existing.asset_id if existing else None,
            desired.title or desired.document,
            reasons,
            drift=drift,
            add=add,
            remove=remove,
            files=files,
            carry=carry,
            content=content_of(desired),
            base=base,
            former_key=former_key,
            again=again,
            requests=requests,
        )
        self.actions.append(action)


def _clash(desired: Desired, changes: list[Change], edits: list[Change]) -> list[Change]:
    """The edits that a document's change would crush."""
    subjects = {change.subject for change in changes}
    if any(subject.startswith("ref:") for subject in subjects):
        subjects.add(desired.body)  # another address means another body
    if MARKER in subjects and desired.footer:
        subjects.add(desired.body)
    whole = bool(subjects)
    return [c for c in edits if c.subject in subjects or (c.subject == ARCHIVED and whole)]


def _files(desired: Desired, known: Known | None, names: Iterable[str]) -> tuple[FileChange, ...]:
    """What happens to the attachments called *names*."""
    there = known.files if known else {}
    return tuple(
        FileChange(
            name,
            desired.files[name].path if name in desired.files else "",
            there[name].blob if name in there else "",
            desired.files[name].blob if name in desired.files else "",
        )
        for name in sorted(names)
    )


def _is_trait(subject: str) -> bool:
    return not subject.startswith(("@", "file:", "ref:", "related:"))


def _said(changes: list[Change]) -> str:
    return ", ".join(change.reason for change in changes)


def _already_there(same: list[Existing]) -> str:
    have = f"{called(*(asset.asset_id for asset in same))} {'have' if len(same) > 1 else 'has'}"
    return f"{have} this organization, type and title, but no marker of ours ({same[0].url})"


def _drift_found(drift: Drift) -> Diagnostic:
    what = "; ".join(drift.what)
    message = f"{drift.key}: {what} ({called(drift.asset_id)}, last changed {drift.updated_at})"
    return Diagnostic(drift.document, None, None, "drift", "warning", message)
