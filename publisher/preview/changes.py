"""A document against the asset that IT Glue holds: field by field, as a reader sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.model import Json
from publisher.preview.difference import difference
from publisher.preview.model import Asset, Value, View
from publisher.preview.sheet import framed, plain
from publisher.render import split_footer
from publisher.render.sanitize import sanitize


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs."""

    key: str
    name: str
    before: str
    """What IT Glue shows now."""
    after: str
    """What the document says."""
    html: str | None = None
    """Of a Textbox: the page with what comes and goes marked."""


def changes(view: View, asset: Asset) -> tuple[Change, ...]:
    """The fields that the document manages and that differ."""
    compared = (_change(value, asset.traits.get(value.key)) for value in view.values)
    return tuple(change for change in compared if change)


def _change(value: Value, there: Json) -> Change | None:
    if value.kind == "Header" or value.marker:
        return None
    if value.html is not None:
        html = difference(_text(there), split_footer(value.html)[0])
        return None if html is None else Change(value.key, value.name, "", "", framed(html))
    before, after = _shown(there), value.text
    same = _folded(before, value.kind) == _folded(after, value.kind)
    return None if same else Change(value.key, value.name, before, after)


def _text(there: Json) -> str:
    """IT Glue's HTML without our footer, and harmless."""
    html = split_footer(there)[0] if isinstance(there, str) else ""
    return sanitize(html, lambda kind, url: f"https://itglue.invalid/{kind}")[0]


def _shown(there: Json) -> str:
    """A trait as IT Glue gives it; of a tag the names."""
    if isinstance(there, Mapping) and isinstance(there.get("values"), list):
        return ", ".join(str(one.get("name", one.get("id", ""))) for one in there["values"])
    return plain(there)


def _folded(text: str, kind: str) -> object:
    """What two spellings of one value have in common."""
    if kind in ("Number", "Percent"):
        try:
            return float(text)
        except ValueError:
            return text
    return sorted(text.casefold().split(", ")) if kind == "Tag" else " ".join(text.split())
