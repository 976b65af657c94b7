"""The three sides of a target that a plan weighs: desired, known and existing. Hashes, no text.

A trait has two fingerprints: of what we *sent* and of what we *saw* come back. Git changed when
desired differs from sent; IT Glue changed when existing differs from seen. So a server that
rewrites HTML on save never looks like an edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from publisher.marker import Marker
from publisher.model import Json, Organization, digest


def title_hash(title: str) -> str:
    """What tells whether two titles are the same to a reader, without keeping the title."""
    return digest(" ".join(title.split()).casefold())[:32]


@dataclass(frozen=True, slots=True)
class File:
    """A file of the repository that a target has as an attachment."""

    name: str
    """The file name in IT Glue; unique within its target."""
    path: str
    blob: str
    """Git's blob id: the hash of the bytes."""
    size: int


@dataclass(frozen=True, slots=True)
class Desired:
    """What Git says one target should be."""

    key: str
    document: str
    blob: str
    organization: Organization
    type_id: str
    type_name: str
    title: str | None
    """None where nothing had to be rendered, since nothing changed."""
    sent: Mapping[str, str]
    """Fingerprint per trait, references symbolic; ``@marker``: repository, key and place."""
    files: Mapping[str, File] = field(default_factory=dict)
    """By name."""
    refs: tuple[str, ...] = ()
    """What the body points to: ``doc:KEY`` or ``file:NAME``; sorted."""
    body: str = ""
    """The Textbox that holds the body."""
    footer: bool = False
    """The marker stands in the body's footer, since the type has no field for it."""
    seeds: frozenset[str] = frozenset()
    """Traits that are set at creation only: not in `sent`, and never compared."""
    related: tuple[str, ...] = ()
    """What it is related to: ``COLLECTION/ID`` in IT Glue, or ``doc:KEY``; sorted."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What a reviewer calls its sections; none where nothing had to be rendered."""
    pictures: frozenset[str] = frozenset()
    """Of a native document: the files that are shown in its text."""


IMAGES = "images/"
"""What the id of a native document's picture begins with, since attachments can have the same."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """An attachment that we uploaded."""

    id: str
    blob: str
    size: int
    url: str = ""
    replaces: tuple[str, ...] = ()
    """Ids of former ones that are to be removed, now that this one is there."""

    @property
    def picture(self) -> bool:
        """Shown in a native document's text, and no attachment: IT Glue lists such nowhere."""
        return self.id.startswith(IMAGES)


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A related item of a target."""

    to: str
    """The record, as ``COLLECTION/ID``; '' for a document that is not in IT Glue (yet)."""
    id: str = ""
    """The link's own id; '' for a link that others made, which is not ours to remove."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A part of a native document that is about to be written."""

    says: str
    """Digest of what it will say, however a server spells it: whoever finds it knows it was us."""
    sent: str
    """Its fingerprint in `Known.sent` once it is there."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the state says was last published of one target."""

    key: str
    document: str
    blob: str
    organization_id: str
    type_id: str
    asset_id: str
    url: str
    attempt: str
    commit: str | None
    published_at: float
    """Seconds since the epoch."""
    updated_at: str
    """IT Glue's own time stamp of our last write, verbatim."""
    sent: Mapping[str, str]
    seen: Mapping[str, str]
    refs: Mapping[str, str] = field(default_factory=dict)
    """What each reference resolved to when it was sent: an id, or '' when it did not yet."""
    files: Mapping[str, KnownFile] = field(default_factory=dict)
    archived: bool = False
    """We archived it, since its document was gone."""
    body: str = ""
    footer: bool = False
    rebuilt: bool = False
    """Read from a marker, for a document that is gone: what was seen is not known."""
    related: Mapping[str, KnownItem] = field(default_factory=dict)
    """By what the document says: ``COLLECTION/ID`` or ``doc:KEY``."""
    sections: Mapping[str, str] = field(default_factory=dict)
    """Of a native document: name -> id."""
    writing: Mapping[str, Writing] = field(default_factory=dict)
    """Of a native document: what a run began to write, by name, until it has published all."""
    content: str = ""
    """What the asset's marker says of its content, where that is not `sent`: both sides came to
    the same without a write."""


@dataclass(frozen=True, slots=True)
class ExistingFile:
    """An attachment as IT Glue lists it."""

    name: str
    size: int | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Existing:
    """What IT Glue holds of one asset, as last read."""

    asset_id: str
    organization_id: str
    type_id: str
    title_hash: str
    created_at: str
    updated_at: str
    archived: bool
    url: str
    marker: Marker | None
    traits: Mapping[str, str]
    """Fingerprint per trait."""
    files: Mapping[str, ExistingFile] | None
    """By id; None when the server did not say."""
    related: tuple[str, ...] | None = None
    """What it is linked to, as ``COLLECTION/ID``; None as long as nobody has asked."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that was decided on and whose outcome is not known (yet)."""

    key: str
    kind: str
    """``asset``, ``attachment``, ``section``, ``picture`` or ``folder``."""
    name: str
    """The attachment's, section's, … name; '' for an asset."""
    attempt: str
    at: float
    """Seconds since the epoch, on the clock of the one who wrote it."""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What was found in one file when it was last published, so that it need not be read again."""

    path: str
    blob: str
    context: str
    """Digest of everything else that its meaning depends on: defaults, renderer, catalog."""
    uses: Mapping[str, str]
    """The other files that it refers to, with their blob ids ('' for a missing one)."""
    keys: tuple[str, ...]
    """Its targets; none for what is no document, or a draft."""
    skipped: str | None = None
    review_by: str | None = None
    """ISO date."""
    tags: bool = False
    """Its traits name records of IT Glue, which a full refresh looks up again."""
    template: bool = False
    """Each target may use files of its organization; these are among `uses`."""


@dataclass(frozen=True, slots=True)
class Scan:
    """How far the assets of one type were read."""

    type_id: str
    settled: str
    """Everything changed before this time stamp (IT Glue's, verbatim) has been seen for sure."""
    total: int
    """How many assets the type had."""


@dataclass(frozen=True, slots=True)
class Run:
    """One apply, for `publisher status`."""

    started: float
    seconds: float
    commit: str | None
    applied: int
    failed: int
    requests: int
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replaced:
    """What an apply replaced that somebody else had written: which trait, and where it is kept."""

    key: str
    document: str
    asset_id: str
    trait: str
    """Its name-key."""
    at: float
    """Seconds since the epoch, right before the write."""
    updated_at: str
    """When the asset had last been changed, in IT Glue's words."""
    former: str
    """Fingerprint of what was there."""
    file: str
    """Where the former value is kept, relative to the docs root."""
    why: str
    """``overwritten`` or ``deleted``."""
