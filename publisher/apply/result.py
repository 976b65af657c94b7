"""What an apply did, and who is told while it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from publisher.errors import PublisherError
from publisher.model import Json
from publisher.plan.model import Action, Pending, shown
from publisher.targets import Replaced

OPEN = "an earlier run created it, or not: the answer was lost, so it is given time to appear"


class Progress(Protocol):
    """Is told how an apply goes on. The default does nothing."""

    def start(self, total: int) -> None: ...
    def done(self, action: Action, error: PublisherError | None) -> None: ...


class Silent:
    """Progress that nobody watches."""

    def start(self, total: int) -> None:
        pass

    def done(self, action: Action, error: PublisherError | None) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Applied:
    """One target that was changed."""

    action: Action
    asset_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Failed:
    """One target that was not, or not wholly."""

    action: Action
    error: PublisherError


@dataclass(slots=True)
class Result:
    """What an apply did."""

    unchanged: int
    applied: list[Applied] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    held: list[Action] = field(default_factory=list)
    """Conflicts: held back by the plan itself."""
    pending: tuple[Pending, ...] = ()
    """Creates of earlier runs that may yet appear."""
    warnings: list[str] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    """What others had written, and where it is kept now."""
    stopped: PublisherError | None = None
    """What ended the run before its time."""
    left: int = 0
    """Changes that were not begun, or cut short, since the run was stopped."""
    requests: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Json]:
        applied = sorted(self.applied, key=lambda a: a.action.order)
        failed = sorted(self.failed, key=lambda f: f.action.order)
        return {
            "format_version": 1,
            "applied": len(applied),
            "failed": [
                *(_failure(f.action, str(f.error)) for f in failed),
                *(_failure(a, "; ".join(a.reasons)) for a in self.held),
                *(_failure(p, f"{OPEN}, for {p.seconds:.0f} more seconds") for p in self.pending),
            ],
            "unchanged": self.unchanged,
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
            "targets": [
                {
                    "key": done.action.key,
                    "asset_id": shown(done.asset_id),
                    "url": done.url,
                    "action": done.action.verb,
                }
                for done in applied
            ],
            "warnings": sorted(self.warnings),
            "replaced": [
                {
                    "key": one.key,
                    "document": one.document,
                    "asset_id": shown(one.asset_id),
                    "trait": one.trait,
                    "why": one.why,
                    "file": one.file,
                }
                for one in self.replaced
            ],
            "left": self.left,
        }


def _failure(action: Action | Pending, error: str) -> dict[str, Json]:
    return {"key": action.key, "document": action.document, "error": error}
