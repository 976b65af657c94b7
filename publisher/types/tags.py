"""Tags by name: ``{contact: Jane Doe}``, ``SRV-01``, or lists of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.model import Field, Json
from publisher.types.wrong import Wrong

_ASSET_TAG = re.compile(r"FlexibleAssetType:\s*(?P<type>.+?)\s*")
_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record that a tag can name."""

    word: str
    """What documents call it."""
    tag_type: str
    """What a field calls it."""
    resource: str
    """The collection that holds it."""


KINDS = (
    Kind("configuration", "Configurations", "configurations"),
    Kind("contact", "Contacts", "contacts"),
    Kind("document", "Documents", "documents"),
    Kind("domain", "Domains", "domains"),
    Kind("location", "Locations", "locations"),
    Kind("organization", "Organizations", "organizations"),
    Kind("password", "Passwords", "passwords"),
    Kind("user", "AccountsUsers", "users"),
    Kind("checklist", "Checklists", "checklists"),
)
"""Checklist templates, SSL certificates and tickets have no list to find a name in: ids alone."""
ASSET = Kind("flexible_asset", "FlexibleAssetType", "flexible_assets")
WORDS = {kind.word: kind for kind in (*KINDS, ASSET)}


@dataclass(frozen=True, slots=True)
class Name:
    """A record that is named, and has to be looked up."""

    kind: Kind
    name: str
    type: str = ""
    """Of a flexible asset: its type, by id or by name."""
    taken: str = ""
    """The type that the field takes, which must be the same."""


@dataclass(frozen=True, slots=True)
class Tags:
    """The value of a Tag field that holds names, beside ids perhaps."""

    ids: tuple[int, ...]
    names: tuple[Name, ...]


def parse_tags(field: Field, value: Json) -> Tags:
    """Read what frontmatter gives to a Tag field.

    Raises:
        Wrong: it is neither a name nor an id, or names another kind than the field takes.
    """
    read = [_item(field, item) for item in (value if isinstance(value, list) else [value])]
    ids = dict.fromkeys(item for item in read if isinstance(item, int))
    names = dict.fromkeys(item for item in read if isinstance(item, Name))
    return Tags(tuple(ids), tuple(names))


def _item(field: Field, value: Json) -> int | Name:
    kind, taken = taken_by(field)
    type_ = taken
    if isinstance(value, dict):
        kind, value, type_ = _said(field, value, kind, taken)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if _ID.fullmatch(text):
        return int(text)
    if not text:
        raise Wrong("bad-tag", f"{field.key} takes names or ids", f"As in {_example(field)}.")
    if kind is None:
        raise Wrong("bad-tag", f"{field.key} takes ids of {field.tag_type or 'records'}")
    return Name(kind, text, type_, taken)


def taken_by(field: Field) -> tuple[Kind | None, str]:
    """The kind of record that a Tag field takes and, for flexible assets, their type."""
    tag = field.tag_type or ""
    if asset := _ASSET_TAG.fullmatch(tag):
        return ASSET, asset["type"]
    return next((kind for kind in KINDS if kind.tag_type.casefold() == tag.casefold()), None), ""


def _said(
    field: Field, value: dict[str, Json], kind: Kind | None, type_: str
) -> tuple[Kind | None, Json, str]:
    """``{contact: Jane Doe}`` says the kind itself, which must be the field's."""
    word, named = next(iter(value.items())) if len(value) == 1 else ("", None)
    said = WORDS.get(word)
    if said is None:
        raise Wrong("bad-tag", f"{field.key} takes names or ids", f"As in {_example(field)}.")
    if kind and said is not kind:
        raise Wrong(
            "bad-tag",
            f"{field.key} takes {field.tag_type}, and no {said.word.replace('_', ' ')}",
            f"As in {_example(field)}.",
        )
    if isinstance(named, dict) and said is ASSET and named.keys() <= {"type", "name"}:
        return said, named.get("name"), str(named.get("type") or type_)
    return said, named, type_


def _example(field: Field) -> str:
    kind, _ = taken_by(field)
    return f"{field.key}: {{{kind.word if kind else 'contact'}: NAME}}"
