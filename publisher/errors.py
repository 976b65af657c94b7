"""Every error of publisher, in one tree. They carry fields; `publisher.cli.failures` has the words.

PublisherError
├── ConfigError
│   ├── NoConfig              no publisher.toml from here up to the work tree's top
│   └── BadConfig             publisher.toml, a variable or an option does not make sense
├── SourceError
│   ├── NoRepository          the folder lies in no Git work tree
│   ├── NoCommit              the repository has no commit yet
│   ├── UnknownRevision       --ref names nothing
│   └── GitFailed             git itself failed
├── InvalidDocuments          documents with errors; nothing was written
├── StateError
│   ├── StateUnusable         corrupt, foreign, another's, newer, out of reach, or not writable
│   └── Locked                another run holds the instance's lease
├── Refused                   a safety check said no, before the first write
│   └── StalePlan             the plan file no longer fits what is there
├── HostError                 the code host (GitHub, GitLab, Azure DevOps), for `publisher comment`
│   ├── NoPullRequest         this is no pipeline run of a pull request
│   ├── NoToken               the variable that holds the host's token is not set
│   ├── HostRefused           the host answered 4xx, or something that is no answer
│   └── HostOutOfReach        the host cannot be reached, or fails
├── Interrupted               SIGINT or SIGTERM
└── ITGlueError
    ├── NoKey                 no API key for the instance
    ├── BadKey                401 or 403: the key, the region or its access list
    ├── NotOne                a record is needed, and there is none, or several of that name
    ├── Rejected              IT Glue answered 4xx: certainly not done
    ├── Throttled             429 that did not go away: certainly not done
    ├── OutcomeUnknown        a write left and no readable answer came: done or not
    └── OutOfReach            reads failed for good, or the circuit is open
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.model import Diagnostic


class PublisherError(Exception):
    """Anything that publisher explains to its user without a traceback."""


class ConfigError(PublisherError):
    """What the user configured does not make sense."""


class NoConfig(ConfigError):
    """There is no publisher.toml from *folder* up to the top of the work tree."""

    def __init__(self, folder: Path, below: Sequence[Path] = ()) -> None:
        super().__init__(folder, below)
        self.folder = folder
        self.below = tuple(below)
        """Folders below that do hold one, to suggest with --repo."""


class BadConfig(ConfigError):
    """A setting is wrong: *problem* is a sentence, *place* is where (``file:line`` or a name)."""

    def __init__(self, place: str, problem: str, hint: str = "") -> None:
        super().__init__(place, problem, hint)
        self.place, self.problem, self.hint = place, problem, hint


class SourceError(PublisherError):
    """The Git repository cannot be read as asked."""


class NoRepository(SourceError):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder


class NoCommit(SourceError):
    def __init__(self, top: Path) -> None:
        super().__init__(top)
        self.top = top


class UnknownRevision(SourceError):
    def __init__(self, revision: str) -> None:
        super().__init__(revision)
        self.revision = revision


class GitFailed(SourceError):
    def __init__(self, command: str, output: str) -> None:
        super().__init__(command, output)
        self.command, self.output = command, output


class InvalidDocuments(PublisherError):
    """Documents have errors; *diagnostics* lists all of them."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(len(diagnostics))
        self.diagnostics = tuple(diagnostics)


class StateError(PublisherError):
    """The state cannot be used."""


class StateUnusable(StateError):
    """The state at *url* cannot be used; *detail* says more.

    *problem* is ``corrupt``, ``foreign``, ``another`` (of another repository or instance),
    ``newer``, ``unreachable`` or ``unwritable``.
    """

    def __init__(self, url: str, problem: str, detail: str = "") -> None:
        super().__init__(url, problem, detail)
        self.url, self.problem, self.detail = url, problem, detail


class Locked(StateError):
    """Another run holds the lease of the instance until *expires* (seconds since the epoch)."""

    def __init__(self, instance: str, owner: str, expires: float) -> None:
        super().__init__(instance, owner, expires)
        self.instance, self.owner, self.expires = instance, owner, expires


class Refused(PublisherError):
    """The safety check *check* says no: *problem* has the numbers. Nothing was written."""

    def __init__(self, check: str, problem: str, details: Sequence[str] = ()) -> None:
        super().__init__(check, problem, details)
        self.check, self.problem, self.details = check, problem, tuple(details)


class StalePlan(Refused):
    """What *moved* since the plan was reviewed."""

    def __init__(self, moved: Sequence[str]) -> None:
        super().__init__("stale-plan", "what was reviewed is no longer what would be done", moved)


class Interrupted(PublisherError):
    """SIGINT or SIGTERM; *left* is how many changes were not begun."""

    def __init__(self, left: int = 0) -> None:
        super().__init__(left)
        self.left = left


class NoAnswer(PublisherError):
    """A question before something is written met no terminal to answer it."""


class HostError(PublisherError):
    """The host of the repository cannot be worked with."""


class NoPullRequest(HostError):
    """*host* is the pipeline's host, '' when none is known; *missing* is what it does not say."""

    def __init__(self, host: str = "", missing: str = "") -> None:
        super().__init__(host, missing)
        self.host, self.missing = host, missing


class NoToken(HostError):
    """*variable* is not set; *why* says what it takes to have it."""

    def __init__(self, host: str, variable: str, why: str) -> None:
        super().__init__(host, variable, why)
        self.host, self.variable, self.why = host, variable, why


class HostRefused(HostError):
    """*host* answered *status* to *request*; *detail* is what it said, *hint* what may help."""

    def __init__(self, host: str, status: int, request: str, detail: str, hint: str) -> None:
        super().__init__(host, status, request, detail, hint)
        self.host, self.status, self.request = host, status, request
        self.detail, self.hint = detail, hint


class HostOutOfReach(HostError):
    """*host* could not be reached, or answered 5xx."""

    def __init__(self, host: str, cause: str) -> None:
        super().__init__(host, cause)
        self.host, self.cause = host, cause


class ITGlueError(PublisherError):
    """Talking with IT Glue failed."""


class NoKey(ITGlueError):
    """No API key for *instance*; *variables* are the environment variables looked at."""

    def __init__(self, instance: str, variables: Sequence[str]) -> None:
        super().__init__(instance, variables)
        self.instance, self.variables = instance, tuple(variables)


class NotOne(ITGlueError):
    """*wanted*, an id or a name, is no record of the collection, or (*ids*) it is several."""

    def __init__(self, collection: str, wanted: str, ids: Sequence[str] = ()) -> None:
        super().__init__(collection, wanted, ids)
        self.collection, self.wanted, self.ids = collection, wanted, tuple(ids)

    def __str__(self) -> str:
        kind = self.collection.replace("_", " ")
        if self.ids:
            return f"{len(self.ids)} {kind} are called {self.wanted!r}: {', '.join(self.ids)}"
        return f"none of the {kind} is {self.wanted!r}, as far as this key can see"


class _Answered(ITGlueError):
    """IT Glue (or its gateway) answered with an error status."""

    def __init__(self, status: int, method: str, path: str, details: Sequence[str] = ()) -> None:
        super().__init__(status, method, path, details)
        self.status, self.method, self.path, self.details = status, method, path, tuple(details)

    def __str__(self) -> str:
        said = "; ".join(self.details)
        return f"{self.method} {self.path}: {self.status}" + (f" ({said})" if said else "")


class BadKey(_Answered):
    """401 or 403: wrong key, wrong region, expired, or not allowed from this address."""


class Rejected(_Answered):
    """Another 4xx: the request was certainly not carried out."""


class Throttled(_Answered):
    """429, again and again: the request was certainly not carried out."""


class OutcomeUnknown(ITGlueError):
    """A write was sent and no readable answer came back: it may or may not have been done."""

    def __init__(self, method: str, path: str, cause: str) -> None:
        super().__init__(method, path, cause)
        self.method, self.path, self.cause = method, path, cause

    def __str__(self) -> str:
        return f"{self.method} {self.path}: outcome unknown ({self.cause})"


class OutOfReach(ITGlueError):
    """IT Glue cannot be reached, or does not answer usefully; certainly nothing was done."""

    def __init__(self, base_url: str, cause: str) -> None:
        super().__init__(base_url, cause)
        self.base_url, self.cause = base_url, cause

    def __str__(self) -> str:
        return f"{self.base_url}: {self.cause}"
