"""What the window says: standings, sizes and the list's data, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from publisher.preview.desk import Desk
from publisher.preview.model import Entry, Listing, View, Word

LABELS: dict[Word, str] = {
    "new": "New",
    "changed": "Changed",
    "unchanged": "Unchanged",
    "drift": "Edited in IT Glue",
    "held": "Held back",
    "unknown": "Not known",
}
_MEANING: dict[Word, str] = {
    "new": "Not in IT Glue yet: the next apply creates it.",
    "changed": "The next apply updates it.",
    "unchanged": "IT Glue holds what this file says.",
    "drift": "Somebody changed it in IT Glue since it was last published.",
    "held": "The next apply leaves it alone until somebody decides.",
    "unknown": "",
}


@dataclass(frozen=True, slots=True)
class Stands:
    """What the plan says of one target."""

    word: Word
    label: str
    meaning: str
    reasons: tuple[str, ...] = ()
    url: str = ""
    comparable: bool = False
    note: str = ""
    """When it was found out, or why it was not."""
    busy: bool = False
    """It is being found out right now."""


def stands(view: View, desk: Desk) -> Stands:
    """What the plan says of a document, or why it says nothing."""
    if view.skipped or view.problems:
        return Stands("unknown", "Not planned", "It is not published as it is now.")
    if view.draft:
        return Stands("unknown", "Draft", "publish: false keeps it out of IT Glue.")
    standing, standings = desk.standing(view), desk.standings
    if standing.word == "unchanged" and any(f.severity == "error" for f in view.findings):
        return Stands("held", "Not planned", "Its errors keep it from being published.")
    word = standing.word
    return Stands(
        word,
        LABELS[word],
        _MEANING[word] or ("" if desk.looking else standings.problem),
        standing.reasons if standing.reasons != ("new document",) else (),
        standing.url,
        bool(standing.asset_id),
        note(desk),
        desk.looking,
    )


def note(desk: Desk) -> str:
    """When it was found out how the documents stand, and where."""
    at, problem = desk.standings.at, desk.standings.problem
    if at is None:
        return f"Looking at {desk.instance} …" if desk.looking else ""
    when = f"Compared with {desk.instance} at {at.astimezone():%H:%M:%S}."
    return f"{when} {problem}" if problem else when


def summary(listing: Listing, desk: Desk) -> list[tuple[str, int]]:
    """How many documents and targets there are, and how they stand."""
    conditions = Counter(entry.condition for entry in listing.entries)
    counted = [
        ("documents", len(listing.entries) - conditions["other"]),
        ("organizations", len(listing.organizations)),
        ("draft" if conditions["draft"] == 1 else "drafts", conditions["draft"]),
        ("with errors", conditions["broken"]),
    ]
    words = Counter(standing.word for standing in desk.standings.targets.values())
    counted += [(LABELS[word].lower(), words[word]) for word in ("new", "changed", "drift", "held")]
    return [(what, count) for what, count in counted[:2]] + [c for c in counted[2:] if c[1]]


def index(listing: Listing, desk: Desk) -> dict[str, Any]:
    """The list as data."""

    def marks(entry: Entry) -> dict[str, str]:
        stand = {org: desk.standings.targets.get(key) for org, key in entry.keys.items()}
        return {org: one.word for org, one in stand.items() if one}

    return {
        "organizations": [{"id": org.id, "name": org.name} for org in listing.organizations],
        "documents": [
            {
                "path": entry.path,
                "title": entry.title,
                "type": entry.type,
                "organizations": list(entry.keys),
                "condition": entry.condition,
                "marks": marks(entry),
            }
            for entry in listing.entries
        ],
    }


def size(count: int) -> str:
    """Bytes for people."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
