"""Decisions written down: each as the action that a plan shows and apply carries out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.plan.compare import Change, base_of, content_of
from publisher.plan.model import Action, FileChange, Verb, called
from publisher.targets import Desired, Existing, Known


@dataclass(frozen=True, slots=True)
class Difference:
    """A published target, and what has become of it in Git and in IT Glue since."""

    desired: Desired
    known: Known
    existing: Existing
    changes: Sequence[Change] = ()
    edits: Sequence[Change] = ()

    @property
    def moved(self) -> bool:
        """The document has another path or another key."""
        same = self.desired.document == self.known.document and self.desired.key == self.known.key
        return not same

    def uploads(self, *, overwrite: bool) -> list[str]:
        """The names of attachments that are new, other bytes, or lost and wanted back."""
        lost = {edit.name for edit in self.edits if edit.kind == "file"} if overwrite else ()
        known = self.known.files
        return sorted(
            name
            for name, file in self.desired.files.items()
            if name in lost or name not in known or known[name].blob != file.blob
        )


def create(desired: Desired, reasons: tuple[str, ...], *, drift: bool) -> Action:
    """A new asset."""
    pictures = any(ref.startswith("file:") for ref in desired.refs)
    return _action(
        "create",
        desired,
        None,
        reasons,
        drift=drift,
        add=_paths(desired),
        files=_files(desired, None, desired.files),
        requests=1 + len(desired.files) + pictures + len(desired.related),
    )


def adopt(desired: Desired, asset: Existing) -> Action:
    """An asset without our marker becomes the document's."""
    return _action(
        "adopt",
        desired,
        asset,
        (f"takes over {called(asset.asset_id)}, which has the same title",),
        add=_paths(desired),
        files=_files(desired, None, desired.files),
        base=base_of(asset),
        requests=2,
    )


def update(difference: Difference, *, overwrite: bool = False) -> Action:
    """An asset follows its document; other people's edits are carried over, or overwritten."""
    desired, known, edits = difference.desired, difference.known, difference.edits
    uploads = difference.uploads(overwrite=overwrite)
    gone = [name for name in known.files if name not in desired.files or name in uploads]
    again = tuple(edit.name for edit in edits if overwrite and edit.kind == "related")
    return _action(
        "move" if difference.moved else "update",
        desired,
        difference.existing,
        _reasons(difference, overwrite=overwrite),
        drift=bool(edits),
        add=tuple(desired.files[name].path for name in uploads),
        remove=tuple(sorted(gone)),
        files=_files(desired, known, {*uploads, *gone}),
        carry=() if overwrite else tuple(edit.subject for edit in edits if edit.kind == "trait"),
        base=base_of(difference.existing, known),
        requests=len(uploads) + bool(gone) + _writes(difference, again, overwrite=overwrite),
        again=again,
        former_key=known.key if known.key != desired.key else "",
        former_commit=known.commit,
        texts=any(change.kind == "trait" for change in difference.changes),
    )


def hold(desired: Desired, existing: Existing | None, reason: str) -> Action:
    """Nothing is written for this target; *reason* says what somebody has to decide."""
    return _action("conflict", desired, existing, (reason,), requests=0)


def said(changes: Iterable[Change]) -> str:
    """What changed, in words."""
    return ", ".join(change.reason for change in changes)


def _action(
    verb: Verb, desired: Desired, existing: Existing | None, reasons: tuple[str, ...], **rest: Any
) -> Action:
    return Action(
        verb,
        desired.key,
        desired.document,
        desired.organization,
        desired.type_id,
        desired.type_name,
        existing.asset_id if existing else None,
        desired.title or desired.document,
        reasons,
        content=content_of(desired),
        **rest,
    )


def _reasons(difference: Difference, *, overwrite: bool) -> tuple[str, ...]:
    reasons = [change.reason for change in difference.changes]
    if difference.moved:
        reasons.insert(0, f"moved from {difference.known.document}")
    if difference.edits and overwrite:
        reasons.append("overwrites: " + said(difference.edits))
    return tuple(reasons)


def _writes(difference: Difference, again: Sequence[str], *, overwrite: bool) -> int:
    """Requests for the asset itself and for its related items."""
    asset = any(change.kind not in ("file", "related") for change in difference.changes)
    linked = {change.name for change in difference.changes if change.kind == "related"}
    return bool(asset or (difference.edits and overwrite)) + len({*linked, *again})


def _paths(desired: Desired) -> tuple[str, ...]:
    return tuple(file.path for _, file in sorted(desired.files.items()))


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
