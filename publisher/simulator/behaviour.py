"""The seam for what a resource does beyond its description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.simulator.errors import Json
from publisher.simulator.query import Query
from publisher.simulator.resource import Resource
from publisher.simulator.store import Record

if TYPE_CHECKING:
    from publisher.simulator.site import Site

Condition = tuple[str, list[Json]]
"""An SQL condition with its parameters."""


@dataclass(slots=True)
class Draft:
    """A create or an update on its way into the store."""

    resource: Resource
    sent: Mapping[str, Json]
    """What came in, kebab-case, not filtered."""
    data: dict[str, Json]
    """What will be stored: the existing attributes with the writable ones of *sent* over them."""
    existing: Record | None
    parent: Record | None
    relationships: Mapping[str, Json]
    actor: str
    later: dict[str, Json] = field(default_factory=dict)
    """What `Behaviour.clean` leaves for `Behaviour.saved`, when the record has its id."""


@dataclass(frozen=True, slots=True)
class View:
    """How records are to be presented."""

    show: bool = False
    """One record on its own, not a row of a list."""
    show_password: bool = True
    version_id: int | None = None


class Behaviour:
    """Nothing beyond the description. Each method may be overridden."""

    def parent(self, site: Site, sent: Mapping[str, Json]) -> Record | None:
        """The record that a new one lies below, when its path does not say so."""
        return None

    def clean(self, site: Site, draft: Draft) -> None:
        """Check and complete *draft* before it is saved; refuse with an ApiError."""

    def saved(self, site: Site, draft: Draft, record: Record) -> Record:
        """Add what needs the record's id; return the record as it is then."""
        return record

    def deleting(self, site: Site, record: Record) -> None:
        """Refuse, or tidy up, before *record* and all below it go."""

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        """Complete the attributes *outs* of *records*, in place."""

    def narrow(self, site: Site, query: Query, parent: Record | None) -> Condition:
        """What a list is narrowed to, beside its filters; may refuse."""
        return "", []
