"""What goes into a decision and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from publisher.model import Diagnostic, Json, Organization, digest
from publisher.targets import Desired, Existing, Intent, Known

Verb = Literal["create", "update", "move", "archive", "delete", "adopt", "conflict"]
VERBS: tuple[Verb, ...] = ("delete", "archive", "conflict", "move", "adopt", "update", "create")
"""Removals first: that is the order in which a reviewer wants to see them."""

FORMAT_VERSION = 1


def shown(asset_id: str | None) -> str | None:
    """An asset's id as IT Glue has it; within the program a native document's names its kind."""
    return asset_id and asset_id.rpartition("/")[2]


def called(*asset_ids: str) -> str:
    """Assets by kind and id: ``asset 7``, ``assets 7, 8``, ``document 7`` for a native document."""
    kind = "document" if "/" in asset_ids[0] else "asset"
    return f"{kind}{'s' * (len(asset_ids) > 1)} {', '.join(str(shown(id_)) for id_ in asset_ids)}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user decided beforehand."""

    on_delete: Literal["archive", "delete", "keep"] = "archive"
    on_drift: Literal["keep", "overwrite", "refuse"] = "keep"
    adopt: bool | None = None
    """True: take over what has our title; False: create beside it; None: hold it back."""
    overwrite: frozenset[str] = frozenset()
    """Keys whose edits in IT Glue may be overwritten."""
    settle_seconds: float = 240.0


@dataclass(frozen=True, slots=True)
class Sides:
    """The three sides of everything, and what is under way."""

    repository: str
    """This repository's name inside the markers."""
    desired: Mapping[str, Desired]
    known: Mapping[str, Known]
    existing: Mapping[str, Existing]
    """By asset id."""
    intents: Mapping[str, Intent] = field(default_factory=dict)
    """Creates of assets with an unknown outcome, by key."""
    moves: Mapping[str, str] = field(default_factory=dict)
    """New key -> former key, of documents without an id that were renamed in Git."""
    spared: frozenset[str] = frozenset()
    """Keys that are not desired now and not gone either: an error, a draft, out of scope."""
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    type_names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    """Title by asset id, where it is known."""
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class FileChange:
    """One attachment (or picture) that an action uploads, replaces or removes."""

    name: str
    path: str
    """In the repository; '' for one that is removed."""
    old: str = ""
    """Git's blob id of what is there; '' for a new one."""
    new: str = ""
    """Git's blob id of what will be; '' for one that is removed."""


@dataclass(frozen=True, slots=True)
class Action:
    """One change that apply would make, or (``conflict``) that is held back."""

    verb: Verb
    key: str
    document: str
    organization: Organization
    type_id: str
    type_name: str
    asset_id: str | None
    title: str
    reasons: tuple[str, ...]
    drift: bool = False
    add: tuple[str, ...] = ()
    """Attachments to upload: paths in the repository."""
    remove: tuple[str, ...] = ()
    """Attachments to remove: their names."""
    files: tuple[FileChange, ...] = ()
    """What happens to which attachment, by its bytes."""
    carry: tuple[str, ...] = ()
    """Traits that somebody edited in IT Glue and that are sent back as they are."""
    again: tuple[str, ...] = ()
    """Related items that somebody removed, and that are to be linked again."""
    content: str = ""
    """Digest of what will be sent."""
    base: str = ""
    """Digest of what is there and will be replaced; '' for a create."""
    former_key: str = ""
    former_commit: str | None = None
    """The commit that the target was last published from, if that is known."""
    texts: bool = False
    """A field or a section changes, not only attachments, related items, links or the marker."""
    duplicate: bool = False
    """A second asset of a key, ours and untouched: it counts towards no limit."""
    requests: int = 1
    """How many it costs, as an estimate."""

    @property
    def id(self) -> str:
        """Names the same work on any machine: what is done, to what, on which base."""
        return digest([self.verb, self.key, shown(self.asset_id), self.content, self.base])[:16]

    def as_json(self) -> dict[str, Json]:
        return {
            "action": self.verb,
            "id": self.id,
            "key": self.key,
            "document": self.document,
            "organization": {"id": self.organization.id, "name": self.organization.name},
            "type": {"id": self.type_id, "name": self.type_name},
            "asset_id": shown(self.asset_id),
            "title": self.title,
            "drift": self.drift,
            "reasons": list(self.reasons),
            "attachments": {
                "add": list(self.add),
                "remove": list(self.remove),
                "files": [asdict(file) for file in self.files],
            },
            "content": self.content,
            "base": self.base,
            "former_commit": self.former_commit,
            "requests": self.requests,
        }

    @property
    def order(self) -> tuple[str, int, str, str]:
        return self.organization.name.casefold(), VERBS.index(self.verb), self.document, self.key


@dataclass(frozen=True, slots=True)
class Drift:
    """Somebody changed in IT Glue what the document manages."""

    key: str
    document: str
    asset_id: str
    url: str
    updated_at: str
    what: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        return {
            "key": self.key,
            "document": self.document,
            "asset_id": shown(self.asset_id),
            "url": self.url,
            "updated_at": self.updated_at,
            "what": list(self.what),
        }


@dataclass(frozen=True, slots=True)
class Pending:
    """A create of an earlier run whose outcome is unknown still: it may yet appear."""

    key: str
    document: str
    seconds: float
    """How much longer it is given, before it may be sent again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What apply would do, and why. Sorted; the same sides give the same bytes."""

    instance: str
    base_url: str
    commit: str | None
    actions: tuple[Action, ...]
    drifts: tuple[Drift, ...]
    unchanged: int
    skip: int
    pending: tuple[Pending, ...]
    known: int
    """How many targets the state knows: what ``max_change_percent`` is a share of."""
    diagnostics: tuple[Diagnostic, ...] = ()
    requests_used: int = 0
    options: Mapping[str, Json] = field(default_factory=dict)
    """What narrowed it down, so that an apply of the saved plan plans the same."""
    across: tuple[str, ...] = ()
    """Of a shard's plan: documents that change their organization, the other one being of another
    shard, in words."""

    @property
    def summary(self) -> dict[str, int]:
        verbs = ("create", "update", "move", "archive", "delete", "adopt")
        counts = {verb: self.count(verb) for verb in verbs}
        return counts | {
            "unchanged": self.unchanged,
            "skip": self.skip,
            "drift": len(self.drifts),
            "conflict": self.count("conflict"),
            "pending": len(self.pending),
        }

    def count(self, verb: str) -> int:
        return sum(action.verb == verb for action in self.actions)

    @property
    def changes(self) -> tuple[Action, ...]:
        """The actions that apply carries out."""
        return tuple(action for action in self.actions if action.verb != "conflict")

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(found for found in self.diagnostics if found.severity == "error")

    @property
    def requests(self) -> int:
        """How many requests carrying it out takes, as an estimate."""
        return sum(action.requests for action in self.changes)

    @property
    def checksum(self) -> str:
        return digest([action.as_json() for action in self.actions])

    def as_json(self) -> dict[str, Json]:
        return {
            "format_version": FORMAT_VERSION,
            "instance": self.instance,
            "base_url": self.base_url,
            "commit": self.commit,
            "checksum": self.checksum,
            "summary": self.summary,
            "requests": {
                "planned": self.requests,
                "used": self.requests_used,
            },
            "actions": [action.as_json() for action in self.actions],
            "drift": [drift.as_json() for drift in self.drifts],
            "diagnostics": [found.as_json() for found in self.diagnostics],
            "options": dict(self.options),
        }
