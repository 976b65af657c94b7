"""What changed on each side of one target since it was last published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from publisher.marker import content_digest
from publisher.model import digest
from publisher.targets import Desired, Existing, Known, KnownItem

ARCHIVED = "@archived"
MARKER = "@marker"

Kind = Literal["trait", "file", "related", "ref", "fact"]

Address = Callable[[str], str]
"""Reference (``doc:KEY``) -> the id that it resolves to now; '' if to nothing; '?' if not yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: a trait's name-key, or ``file:``, ``related:``, ``ref:``, ``@``."""

    subject: str
    reason: str

    @property
    def kind(self) -> Kind:
        """What differs: a trait or section, a file, a related item, a link's end, or a fact."""
        prefix, colon, _ = self.subject.partition(":")
        if colon and prefix in ("file", "related", "ref"):
            return cast("Kind", prefix)
        return "fact" if self.subject.startswith("@") else "trait"

    @property
    def name(self) -> str:
        """The subject without its kind."""
        return self.subject if self.kind in ("fact", "trait") else self.subject.partition(":")[2]


def git_changes(desired: Desired, known: Known, address: Address) -> list[Change]:
    """What Git says now that was not sent yet."""
    changes = [*_trait_changes(desired, known.sent), *_file_changes(desired, known)]
    changes += _related_changes(desired, known, address)
    if known.archived:
        changes.append(Change(ARCHIVED, "the document is back: its archived asset is restored"))
    for ref in desired.refs:
        now, sent = address(ref), known.refs.get(ref, "")
        if ref.startswith("doc:") and now != sent:
            changes.append(Change(f"ref:{ref}", _link_reason(ref[4:], now)))
        elif ref.startswith("file:") and _file_moved(ref[5:], desired, known):
            changes.append(Change(f"ref:{ref}", f"{ref[5:]} has a new address"))
    return changes


def _trait_changes(desired: Desired, sent: Mapping[str, str]) -> list[Change]:
    changes: list[Change] = []
    if desired.sent == sent:
        return changes
    for name in sorted({*desired.sent, *sent}):
        if desired.sent.get(name) == sent.get(name):
            continue
        if name in desired.seeds:
            changes.append(Change(f"@seed {name}", f"field {name} is left to IT Glue from now on"))
        elif name == MARKER:
            old = "the marker in the asset is out of date"
            moved = "the document's place or id changed"
            changes.append(Change(MARKER, moved if sent.get(MARKER) else old))
        elif name not in desired.sent:
            gone = "is gone" if name.startswith("s:") else "is no longer set"
            changes.append(Change(name, f"{called(name)} {gone}"))
        else:
            label = desired.labels.get(name) or called(name)
            added = name.startswith("s:") and name not in sent
            changes.append(Change(name, f"{label} {'is new' if added else 'changed'}"))
    return changes


def called(name: str) -> str:
    """A trait, or a section of a native document, in words."""
    return f"section {name[2:8]}" if name.startswith("s:") else f"field {name}"


def _file_changes(desired: Desired, known: Known) -> list[Change]:
    changes: list[Change] = []
    if not desired.files and not known.files:
        return changes
    for name in sorted({*desired.files, *known.files}):
        wanted, there = desired.files.get(name), known.files.get(name)
        if wanted is None:
            changes.append(Change(f"file:{name}", f"attachment {name} is gone"))
        elif there is None:
            changes.append(Change(f"file:{name}", f"attachment {name} is new"))
        elif wanted.blob != there.blob or there.picture != (name in desired.pictures):
            changes.append(Change(f"file:{name}", f"attachment {name} changed"))
        elif there.replaces:
            changes.append(Change(f"file:{name}", f"a former {name} is still there"))
    return changes


def _related_changes(desired: Desired, known: Known, address: Address) -> list[Change]:
    changes: list[Change] = []
    if not desired.related and not known.related:
        return changes
    for ref in sorted({*desired.related, *known.related}):
        item = known.related.get(ref)
        if ref not in desired.related:
            changes.append(Change(f"related:{ref}", f"related {said(ref)} is no longer named"))
        elif item is None or not _leads_to(item, ref, address):
            gone = ref.startswith("doc:") and not address(ref)
            what = "is not there any more" if gone else "is to be linked"
            changes.append(Change(f"related:{ref}", f"related {said(ref)} {what}"))
    return changes


def _leads_to(item: KnownItem, ref: str, address: Address) -> bool:
    """Whether a related item is what the reference resolves to now."""
    if not ref.startswith("doc:"):
        return item.to == ref
    now = address(ref)
    return item.to == (now if "/" in now or not now else f"flexible_assets/{now}")


def said(ref: str) -> str:
    """A related item in words: its name may be nobody's business, so it is called by its id."""
    if ref.startswith("doc:"):
        return f"document {ref[4:]}"
    collection, _, id_ = ref.partition("/")
    return f"{collection.removesuffix('s').replace('_', ' ')} {id_}"


def _file_moved(name: str, desired: Desired, known: Known) -> bool:
    there = known.files.get(name)
    if there is None or name not in desired.files or there.blob != desired.files[name].blob:
        return True
    return known.refs.get(f"file:{name}", "") != there.id


def _link_reason(key: str, now: str) -> str:
    return f"link to {key} now has an address" if now else f"link to {key} leads nowhere any more"


def remote_changes(known: Known, existing: Existing) -> list[Change]:
    """What somebody changed in IT Glue, of what the document manages."""
    changes: list[Change] = []
    # Time stamps do not help: they may be whole seconds, in which others can have written too.
    if existing.traits != known.seen:
        edited = (n for n in sorted(known.seen) if existing.traits.get(n, "") != known.seen[n])
        changes += (Change(name, f"{called(name)} was edited in IT Glue") for name in edited)
    if existing.files is not None and known.files:
        for name, file in sorted(known.files.items()):
            if file.id not in existing.files and not file.picture:
                changes.append(Change(f"file:{name}", f"attachment {name} was removed in IT Glue"))
    if existing.related is not None and known.related:
        gone = (
            r for r, i in sorted(known.related.items()) if i.to and i.to not in existing.related
        )
        changes += (
            Change(f"related:{ref}", f"related {said(ref)} was removed in IT Glue") for ref in gone
        )
    if existing.archived and not known.archived:
        changes.append(Change(ARCHIVED, "the asset was archived in IT Glue"))
    return changes


def content_of(desired: Desired) -> str:
    """Digest of all that a target is to be, to tie an action to what was reviewed."""
    files = {name: file.blob for name, file in desired.files.items()}
    parts = [content_digest(desired.sent), desired.sent.get(MARKER), files, desired.refs]
    return digest([*parts, desired.related] if desired.related else parts)


def base_of(existing: Existing, known: Known | None = None) -> str:
    """Digest of what an action builds on, to notice that it moved since it was reviewed.

    With *known*: of what the document manages; what others do elsewhere in the asset is carried
    over as it is found then. Without: of everything (an adoption, which reviews all of it).
    """
    names = existing.traits if known is None else known.seen
    traits = {name: existing.traits.get(name, "") for name in names}
    files = None
    if existing.files is not None and known is not None and known.files:
        files = {name: file.id in existing.files for name, file in known.files.items()}
    return digest([existing.asset_id, existing.archived, traits, files])
