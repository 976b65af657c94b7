"""What the pages show: frozen values, and the two sides that they come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from publisher.model import Catalog, Diagnostic, Json, Organization

Condition = Literal["document", "draft", "broken", "other"]
"""``broken``: it cannot be read as a document; ``other``: it is none, and need not be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the list."""

    path: str
    title: str
    type: str
    keys: Mapping[str, str]
    """The target's key for each organization (by id) that it goes to."""
    condition: Condition


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything in the list."""

    organizations: tuple[Organization, ...]
    """Those that a document goes to, by name."""
    entries: tuple[Entry, ...]
    """By path."""


@dataclass(frozen=True, slots=True)
class Value:
    """One field of the asset, as it would be sent."""

    key: str
    name: str
    kind: str
    text: str
    """What a reader sees; '' for a Textbox."""
    html: str | None = None
    """A Textbox's HTML, references led to this server."""
    marker: bool = False
    """Written by publisher for itself."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes along."""

    name: str
    path: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Linked:
    """One end of a link."""

    kind: Literal["document", "file", "web", "nothing"]
    label: str
    target: str
    """A document's or file's path, or a URL."""
    anchor: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One key of the frontmatter."""

    name: str
    value: str
    line: int | None
    """Where the document says it; None: a default of its folder does."""


@dataclass(frozen=True, slots=True)
class View:
    """One document as it would be in one organization."""

    path: str
    title: str
    type: str
    organization: Organization | None
    organizations: tuple[Organization, ...] = ()
    """All that it goes to."""
    key: str = ""
    """The target's key; '' when there is no target."""
    draft: bool = False
    values: tuple[Value, ...] = ()
    attachments: tuple[Attached, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    """(kind, name) of related items."""
    facts: tuple[Fact, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    """Why there is no page; empty when there is one."""
    skipped: str = ""
    """Why the file is no document; '' when it is one."""
    out: tuple[Linked, ...] = ()
    into: tuple[Linked, ...] = ()


Word = Literal["new", "changed", "unchanged", "drift", "held", "unknown"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one target stands against the account."""

    word: Word
    document: str = ""
    reasons: tuple[str, ...] = ()
    asset_id: str = ""
    """The asset that it is compared with; '' when there is none, or nothing differs."""
    url: str = ""
    """Where IT Glue shows it."""


@dataclass(frozen=True, slots=True)
class Standings:
    """How all targets stand, or why that is not known."""

    targets: Mapping[str, Standing] = field(default_factory=dict)
    """By key, of those that are not simply unchanged."""
    problem: str = ""
    """In whole sentences: why they are not known, or not quite."""
    at: dt.datetime | None = None
    """When it was found out; None: it was not (yet)."""

    def of(self, key: str) -> Standing:
        """How one target stands; what a plan does not mention is unchanged."""
        if self.at is None:
            return Standing("unknown")
        return self.targets.get(key, Standing("unchanged"))

    def with_newer(self, newer: Standings, documents: Sequence[str]) -> Standings:
        """These, with what was just found out about some *documents*."""
        if newer.at is None:
            return replace(self, problem=newer.problem)
        others = {k: s for k, s in self.targets.items() if s.document not in documents}
        return replace(newer, targets=others | dict(newer.targets))


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset as the account holds it."""

    title: str
    updated_at: str
    url: str
    traits: Mapping[str, Json]


class Account(Protocol):
    """What IT Glue says. Only reads; every method may raise a PublisherError."""

    async def catalog(self) -> Catalog:
        """Its organizations and asset types."""

    async def standings(self, only: Sequence[str] = ()) -> Standings:
        """How the targets stand; of *only* these documents, trusting what was read before."""

    async def asset(self, asset_id: str) -> Asset | None:
        """One asset as it is now."""


class Library(Protocol):
    """The documents on disk, as they would be published."""

    name: str
    """The docs repository's."""

    def refresh(self) -> frozenset[str]:
        """Look at the disk again, and say which paths changed."""

    def use(self, catalog: Catalog) -> bool:
        """Resolve names against this catalog from now on; False when it says nothing new."""

    def listing(self) -> Listing: ...

    def view(self, path: str, organization: str = "") -> View | None:
        """One document for one organization (an id or a name; else its first); None: no file."""

    def file(self, path: str) -> bytes | None:
        """The bytes of a file below the docs root; None if there is none."""
