"""Whether an instance works: the key, the way there, and what is left of the budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from publisher.errors import BadKey, ITGlueError, OutOfReach, Rejected, Throttled
from publisher.itglue.events import BreakerState

if TYPE_CHECKING:
    from publisher.itglue.client import ITGlue
    from publisher.itglue.clock import Clock

HealthStatus = Literal["ok", "bad-key", "out-of-reach"]


@dataclass(frozen=True, slots=True)
class Health:
    """What one small request has shown."""

    status: HealthStatus
    latency: float
    """Seconds from asking to the answer, repeats included."""
    budget_left: int
    budget: int
    """Requests that may be sent at once, and in a whole window."""
    breaker: BreakerState
    error: ITGlueError | None = None

    @property
    def key_valid(self) -> bool | None:
        """None: nobody answered who could say."""
        return None if self.status == "out-of-reach" else self.status == "ok"


async def examine(itglue: ITGlue, clock: Clock) -> Health:
    """Ask for one organization, and say how that went. Raises nothing."""
    started = clock.monotonic()
    status: HealthStatus = "ok"
    problem: ITGlueError | None = None
    try:
        async for _ in itglue.organizations.pages(size=1):
            break
    except BadKey as error:
        status, problem = "bad-key", error
    except (OutOfReach, Throttled, Rejected) as error:
        status, problem = "out-of-reach", error
    seconds = clock.monotonic() - started
    return Health(status, seconds, itglue.budget_left, itglue.budget, itglue.breaker_state, problem)
