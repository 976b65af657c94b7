"""What can go wrong at one boundary of a run, as data.

A run crosses boundaries: every request that it sends, every commit to its state. At a request, a
fault says two things: whether IT Glue carries it out (not, now, or late: a gateway gave up, and the
server behind it did not), and what comes back, if the process lives on to hear it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LATE_SECONDS = 110.0
"""How late a late commit comes: within the 120 s that the settle time allows for."""

Answer = Literal["none", "reset", "refused", "timeout", "cut", "html", "own"] | int
"""What comes back: nothing ever (the process is dead), a broken connection, none at all, silence,
half the JSON, a page of a proxy, IT Glue's own answer to what it did, or an error status."""


class Killed(BaseException):
    """The process is gone. No handler of the program sees it, as it would see no SIGKILL."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble at a request."""

    name: str
    carried_out: Literal["not", "now", "late", "part"]
    answer: Answer

    @property
    def kills(self) -> bool:
        return self.answer == "none"


REQUEST_FAULTS = (
    Fault("killed, not done", "not", "none"),
    Fault("killed, done", "now", "none"),
    Fault("killed, done late", "late", "none"),
    Fault("refused", "not", "refused"),
    Fault("reset, not done", "not", "reset"),
    Fault("reset, done", "now", "reset"),
    Fault("hung, not done", "not", "timeout"),
    Fault("hung, done", "now", "timeout"),
    Fault("hung, done late", "late", "timeout"),
    Fault("429", "not", 429),
    Fault("500, not done", "not", 500),
    Fault("500, done", "now", 500),
    Fault("503, not done", "not", 503),
    Fault("504, done", "now", 504),
    Fault("504, done late", "late", 504),
    Fault("truncated, done", "now", "cut"),
    Fault("no JSON, not done", "not", "html"),
    Fault("no JSON, done", "now", "html"),
)

PART_FAULTS = (
    Fault("killed, part done", "part", "none"),
    Fault("reset, part done", "part", "reset"),
    Fault("500, part done", "part", 500),
    Fault("422, part done", "part", 422),
    Fault("less done than asked", "part", "own"),
)
"""What else can go wrong at a request that writes several at once."""

CommitFault = Literal["killed before", "killed after", "disk full"]
COMMIT_FAULTS: tuple[CommitFault, ...] = ("killed before", "killed after", "disk full")
"""What can go wrong at a commit to the state."""
