"""What the dashboard shows: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from publisher.model import Organization
from publisher.plan.model import Drift
from publisher.targets import Intent, Run

Standing = Literal["published", "new", "changed", "drift", "held", "lacks"]
STANDINGS: Mapping[Standing, str] = {
    "published": "published, as it is in Git",
    "changed": "published, the next apply changes it",
    "new": "wanted, the next apply creates it",
    "drift": "published, and edited in IT Glue since",
    "held": "held back: a conflict",
    "lacks": "no target: the document does not go there",
}
"""How a document stands in an organization, with what that means."""


@dataclass(frozen=True, slots=True)
class Row:
    """One organization."""

    organization: Organization
    types: Mapping[str, tuple[int, int]]
    """Type's name -> how many documents are (published, wanted)."""
    cells: Mapping[str, Standing]
    """Document -> how it stands here; of the documents that go to several organizations."""

    @property
    def lacking(self) -> int:
        """How many of the documents that others have do not go here."""
        return sum(standing == "lacks" for standing in self.cells.values())


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who has which document."""

    types: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    """Paths of the documents that go to several organizations."""
    rows: tuple[Row, ...] = ()
    """Every organization of the account, by name."""


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """The metadata cache."""

    records: int
    hit_rate: float | None
    """None: nobody has asked it yet."""
    age: float | None
    """Seconds since its oldest list was read; None: nothing was ever read."""


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """The request budget at this moment, of all who share the state's database."""

    used: int
    pause: float
    """Seconds until a pause that IT Glue asked for ends; 0 without one."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One docs repository against one instance, as last seen."""

    repository: str
    instance: str
    base_url: str
    commit: str | None
    at: float
    """When this was put together, in seconds since the epoch."""
    limit: int
    """Requests that IT Glue allows in a window."""
    window: float
    """Seconds."""
    runs: tuple[Run, ...] = ()
    """The newest first."""
    planned: bool = False
    """Whether anything is known of documents; without, what follows is empty."""
    summary: Mapping[str, int] = field(default_factory=dict)
    """Of the plan, going by what the last run read of IT Glue."""
    documents: int = 0
    targets: int = 0
    coverage: Coverage = Coverage()
    drift: tuple[Drift, ...] = ()
    overdue: tuple[tuple[str, str], ...] = ()
    """(document, ISO date of its review)."""
    open: tuple[Intent, ...] = ()
    """Creates whose outcome is not known yet."""
    budget: BudgetFacts | None = None
    """None: the instance has no budget that is shared, as the local one."""
    cache: CacheFacts | None = None
    """None: there is no cache."""
