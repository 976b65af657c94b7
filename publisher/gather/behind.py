"""Where the state is behind: the asset tells of a write of ours that the state knows nothing of.

A run was killed between IT Glue's commit and its own, a PATCH came late, or an older copy of the
state was put back. Nobody but publisher writes markers, so a marker that is not the one that was
sent last proves a later write of ours. The same marker may still stand in another text: a body is
sent again when its links get addresses. Then the text itself must say what would be sent, with
links to be there or not, or else it is somebody's edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from publisher.gather.existing import Remote
from publisher.marker import Marker, content_digest
from publisher.model import NATIVE
from publisher.targets import Desired, Existing, Known


@dataclass(frozen=True, slots=True)
class Behind:
    """A known target whose asset is not as the state has it."""

    known: Known
    asset: Existing
    key: str
    """The key that the asset has now: another one when a move was cut short."""
    sure: bool
    """The marker proves that it was us; else the text must."""


def behind(
    known: Mapping[str, Known], desired: Mapping[str, Desired], remote: Remote, repository: str
) -> Iterator[Behind]:
    """Known targets whose assets may hold a later write of ours."""
    for target in known.values():
        asset = remote.existing.get(target.asset_id)
        marker = asset.marker if asset else None
        if asset is None or marker is None or marker.repository != repository or target.rebuilt:
            continue
        if target.type_id == NATIVE.id:  # whose marker does not change with its text
            continue
        if _as_known(target, asset):
            continue
        moved = marker.key != target.key
        if moved and not _follows(target, marker, known, desired):
            continue
        sure = moved or _written_since(target, marker)
        if sure or _text_differs(target, asset):
            yield Behind(target, asset, marker.key, sure)


def _as_known(target: Known, asset: Existing) -> bool:
    """Whether the asset is as the state has it, marker and all; this is the quick look."""
    there, seen = asset.traits, target.seen
    same = there is seen or all(there.get(name, "") == value for name, value in seen.items())
    return same and asset.archived == target.archived


def _follows(
    target: Known, marker: Marker, known: Mapping[str, Known], desired: Mapping[str, Desired]
) -> bool:
    """Whether the asset's marker tells of a move of ours: to where the document is now."""
    return marker.key in desired and marker.key not in known and target.key not in desired


def _written_since(target: Known, marker: Marker) -> bool:
    sent = target.content or content_digest(target.sent), target.archived
    return (marker.content, marker.archived) != sent


def _text_differs(target: Known, asset: Existing) -> bool:
    """Whether the body is another one, and can be so through its links or its footer alone."""
    if not target.body or not (target.refs or target.footer):
        return False
    return asset.traits.get(target.body, "") != target.seen.get(target.body, "")


def caught_up(found: Behind, told: Known) -> Known | None:
    """What is known now: *told* by the asset; None if it tells of somebody's edit alone."""
    there = found.asset.traits
    ours = {name for name, value in told.seen.items() if value == there.get(name, "")}
    # Of a document that has changed since, nothing says what our own text would have been.
    unlike = told.body not in ours or not told.blob
    if not found.sure and unlike:
        return None
    seen = {n: v if n in ours else found.known.seen.get(n, v) for n, v in told.seen.items()}
    return replace(
        told,
        seen=seen,
        related={**found.known.related, **told.related},
        attempt=found.known.attempt,
        commit=found.known.commit,
        published_at=found.known.published_at,
        updated_at=found.asset.updated_at,
    )


def caught_up_gone(found: Behind) -> Known:
    """What is known now of a target that Git no longer wants."""
    there, marker = found.asset.traits, found.asset.marker
    archived = found.asset.archived and bool(marker and marker.archived)
    seen = {name: there.get(name, "") for name in found.known.seen}
    # Of a text that the state does not know, nobody knows whether it was edited since.
    unsure = not archived and seen != dict(found.known.seen)
    at = found.asset.updated_at
    return replace(found.known, archived=archived, seen=seen, updated_at=at, rebuilt=unsure)
