"""What differs between the sides of one target: the plan's own comparisons, hashes beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.gather.session import Planned
from publisher.plan.compare import Address, Change, git_changes, remote_changes
from publisher.targets import Desired, Existing, Known


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same on all sides: hashes, or ids for links and files."""

    subject: str
    """A field's name-key, ``file:NAME``, ``ref:…`` or ``@…``."""
    reason: str
    desired: str = ""
    """What Git says."""
    sent: str = ""
    """What was last sent."""
    seen: str = ""
    """What IT Glue made of that."""
    existing: str = ""
    """What IT Glue holds now."""


def differences(
    planned: Planned, desired: Desired | None, known: Known, existing: Existing | None
) -> Iterator[Difference]:
    """Compare what Git says with what was sent, and what IT Glue holds with what was seen."""
    if desired is not None and desired.type_id == known.type_id:
        address = _addresses(planned)
        for change in git_changes(desired, known, address):
            yield _beside(change, desired, known, existing, address)
    if existing is not None:
        seeds = desired.seeds if desired else ()
        for change in remote_changes(known, existing):
            if change.subject in seeds:
                continue
            yield _beside(change, desired, known, existing, lambda _: "")


def _addresses(planned: Planned) -> Address:
    """Reference -> the id that it resolves to, as the plan sees it; '?' for one to be created."""
    creating = {a.key for a in planned.plan.actions if a.verb == "create"}

    def address(ref: str) -> str:
        key = ref.removeprefix("doc:")
        known = planned.known.get(planned.moves.get(key, key))
        if key in creating:
            return "?"
        return known.asset_id if known and known.asset_id in planned.remote.existing else ""

    return address


def _beside(
    change: Change,
    desired: Desired | None,
    known: Known,
    existing: Existing | None,
    address: Address,
) -> Difference:
    kind, _, name = change.subject.partition(":")
    if kind == "ref":
        return Difference(change.subject, change.reason, address(name), known.refs.get(name, ""))
    if kind == "file" and name:
        wanted, there = desired.files.get(name) if desired else None, known.files.get(name)
        listed = existing.files or {} if existing else {}
        return Difference(
            change.subject,
            change.reason,
            wanted.blob if wanted else "",
            there.blob if there else "",
            there.id if there else "",
            there.id if there and there.id in listed else "",
        )
    return Difference(
        change.subject,
        change.reason,
        desired.sent.get(kind, "") if desired else "",
        known.sent.get(kind, ""),
        known.seen.get(kind, ""),
        existing.traits.get(kind, "") if existing else "",
    )
