"""A document against its asset type: where its parts go, and which traits it sets."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from publisher.model import AssetType, Diagnostic, Document, Field, Json, Severity
from publisher.types.values import convert, doubts
from publisher.types.wrong import Wrong


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the parts of a document go in its type."""

    title: str
    """The name-key of the field that gets the title; '' if the traits set it, or none can."""
    body: str
    """The Textbox that gets the body; '' for a type without one."""
    marker: str
    """The Text field that carries the marker; '' leaves it to the footer."""


def shape_of(document: Document, kind: AssetType, marker: str) -> Shape:
    """Decide where title, body and marker go.

    Raises:
        Wrong: the body has no place, or several and `body:` does not say which.
    """
    given = {found.key for name in document.traits if (found := kind.field(name))}
    titles = [f.key for f in kind.fields if f.use_for_title and f.kind == "Text"]
    title = next((key for key in titles if key not in given), "") if not given & {*titles} else ""
    carrier = next((f.key for f in kind.fields if f.key == marker and f.kind == "Text"), "")
    return Shape(title, _body_field(document, kind), carrier)


def _body_field(document: Document, kind: AssetType) -> str:
    boxes = [f.key for f in kind.fields if f.kind == "Textbox"]
    if document.body_field:
        found = kind.field(document.body_field)
        if found and found.key in boxes:
            return found.key
        known = f"its Textbox fields: {', '.join(boxes) or 'none'}"
        raise Wrong("bad-body-field", f"{kind.name} has no Textbox {document.body_field!r}", known)
    if len(boxes) == 1:
        return boxes[0]
    if not boxes:
        raise Wrong("no-body-field", f"{kind.name} has no Textbox field for the body")
    raise Wrong(
        "no-body-field",
        f"{kind.name} has {len(boxes)} Textbox fields",
        f"Say which one gets the text: `body: {boxes[0]}`.",
    )


def values_of(
    document: Document, kind: AssetType, shape: Shape, title: str
) -> tuple[dict[str, Json], list[Diagnostic]]:
    """The traits as they are sent, but for body and marker; and what is wrong with them.

    Records that are named, not numbered, are left as `Tags`. Warnings hold nothing back.
    """
    values: dict[str, Json] = {}
    found: list[Diagnostic] = []
    wrongly_set: set[str] = set()
    for name, value in document.traits.items():
        where, field = f"traits.{name}", kind.field(name)
        try:
            field = _settable(name, field, kind, shape)
            if field.key in values:
                raise Wrong("duplicate-trait", f"{field.key} is set twice", "Keep one of the two.")
            values[field.key] = convert(field, value, document.path)
            found += (wrong_trait(document, d, where, "warning") for d in doubts(field, value))
        except Wrong as wrong:
            found.append(wrong_trait(document, wrong, where))
            wrongly_set |= {field.key} if field else set()
    if shape.title:
        values[shape.title] = title
    for key, lack in _blank(kind, shape, values, document):
        if key not in wrongly_set:  # what is wrong with it has been said
            found.append(wrong_trait(document, lack, "traits"))
    return {key: value for key, value in values.items() if value is not None}, found


def seeds_of(
    document: Document, kind: AssetType, shape: Shape
) -> tuple[frozenset[str], list[Diagnostic]]:
    """The name-keys of what is set at creation only; and what is wrong with the list."""
    seeds: set[str] = set()
    found: list[Diagnostic] = []
    for name in document.seed:
        try:
            seeds.add(_settable(name, kind.field(name), kind, shape).key)
        except Wrong as wrong:
            found.append(wrong_trait(document, wrong, "seed"))
    return frozenset(seeds), found


def wrong_trait(
    document: Document, wrong: Wrong, where: str, severity: Severity = "error"
) -> Diagnostic:
    """The diagnostic for a wrong value; *where* is the frontmatter key to point at."""
    line = document.lines.get(where) or document.lines.get(where.split(".")[0])
    return Diagnostic(document.path, line, None, wrong.code, severity, wrong.problem, wrong.fix)


def _settable(name: str, field: Field | None, kind: AssetType, shape: Shape) -> Field:
    if field is None:
        keys = [f.key for f in kind.fields if f.kind != "Header"]
        near = difflib.get_close_matches(name, keys, 1)
        fix = f"Did you mean {near[0]}?" if near else f"Its fields: {', '.join(keys)}."
        raise Wrong("unknown-trait", f"{kind.name} has no field {name!r}", fix)
    if field.key in (shape.body, shape.marker):
        raise Wrong("reserved-trait", f"{field.key} is filled by publisher itself", "Remove it.")
    return field


def _blank(
    kind: AssetType, shape: Shape, values: Mapping[str, Json], document: Document
) -> Iterator[tuple[str, Wrong]]:
    for field in kind.fields:
        value = document.body.strip() if field.key == shape.body else values.get(field.key)
        if field.required and field.key != shape.marker and value in (None, "", []):
            what = "the body" if field.key == shape.body else f"the trait {field.key}"
            yield field.key, Wrong("missing-trait", f"{kind.name} requires {what}")
