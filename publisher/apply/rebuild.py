"""The targets of a state, thrown away and found again by the markers in IT Glue."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.gather.session import Planned, Session
from publisher.model import Json
from publisher.plan.model import shown
from publisher.targets import Known


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan of all assets told of a docs repository."""

    types: int
    assets: int
    """Read in all, of any type."""
    before: int
    """Targets that the state knew until now."""
    targets: tuple[Known, ...]
    """By key."""
    missing: tuple[str, ...]
    """Keys that the state knew and no asset carries."""
    others: Mapping[str, int]
    """Assets of other repositories, by the name in their markers."""
    pending: tuple[str, ...]
    """Keys of creates whose outcome is still unknown; they stay."""

    @property
    def gone(self) -> tuple[Known, ...]:
        """Targets whose document is no more: the next apply archives them."""
        return tuple(known for known in self.targets if known.rebuilt)

    def as_json(self) -> dict[str, Json]:
        return {
            "format_version": 1,
            "types": self.types,
            "assets": self.assets,
            "before": self.before,
            "targets": [_brief(known) for known in self.targets],
            "missing": list(self.missing),
            "other_repositories": dict(self.others),
            "pending": list(self.pending),
        }


def _brief(known: Known) -> dict[str, Json]:
    return {
        "key": known.key,
        "document": known.document,
        "asset_id": shown(known.asset_id),
        "document_gone": known.rebuilt,
    }


async def find(session: Session) -> Found:
    """Read all assets of all types. What they are is noted in the state, its targets are not.

    Raises:
        PublisherError: IT Glue or the documents cannot be read.
    """
    session.options = dataclasses.replace(
        session.options, refresh="full", only=(), org=None, rebuild=True
    )
    planned = await session.plan()
    former = session.store.known()
    pending = {key for key, _ in session.store.intents()} - planned.known.keys()
    return Found(
        len(planned.kinds),
        len(planned.remote.existing),
        len(former),
        tuple(known for _, known in sorted(planned.known.items())),
        tuple(sorted(former.keys() - planned.known.keys())),
        _others(session, planned),
        tuple(sorted(pending)),
    )


def _others(session: Session, planned: Planned) -> dict[str, int]:
    markers = (asset.marker for asset in planned.remote.existing.values())
    names = (m.repository for m in markers if m and m.repository != session.project.name)
    return dict(sorted(Counter(names).items()))
