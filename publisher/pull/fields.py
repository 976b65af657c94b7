"""Title and traits that somebody edited, as the frontmatter has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from publisher.gather.fingerprint import Seen, tag_ids
from publisher.gather.recover import says
from publisher.model import AssetType, Document, Field, Json
from publisher.pull.blocks import blocks
from publisher.pull.canvas import Canvas
from publisher.pull.convert import together
from publisher.pull.front import set_value
from publisher.render import TooDeep
from publisher.types import Wrong
from publisher.types.values import convert

FOREIGN = ("Header", "Upload", "Password")


class Unwritable(ValueError):
    """A field that is not brought back, and why."""


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """One field of an asset that is not as it was sent."""

    field: Field
    base: Json
    """As it was sent."""
    ours: Json
    """As the document has it now."""
    theirs: Json
    """As the asset has it, in the form that is sent."""

    @property
    def clashes(self) -> bool:
        """Whether the document says a third thing."""
        return not says(self.ours, self.base) and not says(self.ours, self.theirs)


def field_edit(field: Field, before: Canvas, now: Canvas, found: Seen) -> FieldEdit:
    """The three sides of one field."""
    there = found.traits.get(field.key)
    tags = tag_ids(there)
    theirs = there if tags is None else tags
    return FieldEdit(
        field, before.content.values.get(field.key), now.content.values.get(field.key), theirs
    )


def written(text: str, document: Document, kind: AssetType, edit: FieldEdit) -> str:
    """The document *text* with the asset's value of a field.

    Raises:
        Unwritable: it cannot be brought back.
        BadConfig: html-to-markdown is not installed.
    """
    field = edit.field
    if field.kind in FOREIGN:
        raise Unwritable(f"a {field.kind} field is not set from a document")
    name = next((n for n in document.traits if _is(kind, n, field)), "")
    if field.use_for_title and not name:
        done = _title(text, document, str(edit.ours or ""), str(edit.theirs or ""))
    else:
        value = in_frontmatter(field, edit.theirs, document.path)
        done = set_value(text, ("traits", name or field.key), value)
    if done is None:
        raise Unwritable("its place in the frontmatter is too odd to be changed by a program")
    return done


def _is(kind: AssetType, name: str, field: Field) -> bool:
    found = kind.field(name)
    return found is not None and found.key == field.key


def _title(text: str, document: Document, old: str, new: str) -> str | None:
    if not new.strip():
        raise Unwritable("a document has a title")
    if document.title is not None or not (heading := _heading(text, old)):
        return set_value(text, ("title",), new)
    return text[: heading.start(1)] + new + text[heading.end(1) :]


def _heading(text: str, title: str) -> re.Match[str] | None:
    """The heading in the body that is the document's title."""
    return re.search(rf"(?m)^#{{1,6}}[ \t]+({re.escape(title)})[ \t#]*$", text)


def in_frontmatter(field: Field, value: Json, path: str) -> Json:
    """A field's value as a document writes it.

    Raises:
        BadConfig: html-to-markdown is not installed.
    """
    if field.kind == "Textbox" and isinstance(value, str):
        return together(blocks(value), lambda url: url, _painter(field, path))
    return None if value in ("", []) else value


def _painter(field: Field, path: str) -> Callable[[str], str]:
    def paint(source: str) -> str:
        try:
            return str(convert(field, source, path))
        except (TooDeep, Wrong):
            return ""

    return paint


def edited(kind: AssetType, subjects: list[str]) -> Iterator[Field]:
    """The fields among what was edited."""
    return (field for field in kind.fields if field.key in subjects)
