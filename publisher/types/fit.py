"""A document against its asset type: where its parts go, and which traits it sets."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from publisher.model import AssetType, Diagnostic, Document, Field, Json


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the parts of a document go in its type."""

    title: str
    """The name-key of the field that gets the title; '' if the traits set it, or none can."""
    body: str
    """The Textbox that gets the body; '' for a type without one."""
    marker: str
    """The Text field that carries the marker; '' leaves it to the footer."""


class Wrong(ValueError):
    """A value that its field cannot hold: *code*, the sentence, the fix."""

    def __init__(self, code: str, problem: str, fix: str = "") -> None:
        super().__init__(problem)
        self.code, self.problem, self.fix = code, problem, fix


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
    """The traits as they are sent, but for body and marker; and what is wrong with them."""
    values: dict[str, Json] = {}
    found: list[Diagnostic] = []
    for name, value in document.traits.items():
        try:
            field = _field(name, kind, shape)
            values[field.key] = _convert(field, value)
        except Wrong as wrong:
            found.append(wrong_trait(document, wrong, f"traits.{name}"))
    if shape.title:
        values[shape.title] = title
    found.extend(
        wrong_trait(document, wrong, "traits") for wrong in _blank(kind, shape, values, document)
    )
    return {key: value for key, value in values.items() if value is not None}, found


def wrong_trait(document: Document, wrong: Wrong, where: str) -> Diagnostic:
    """The diagnostic for a wrong value; *where* is the frontmatter key to point at."""
    line = document.lines.get(where) or document.lines.get(where.split(".")[0])
    return Diagnostic(document.path, line, None, wrong.code, "error", wrong.problem, wrong.fix)


def _field(name: str, kind: AssetType, shape: Shape) -> Field:
    field = kind.field(name)
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
) -> Iterator[Wrong]:
    for field in kind.fields:
        value = document.body.strip() if field.key == shape.body else values.get(field.key)
        if field.required and field.key != shape.marker and value in (None, "", []):
            what = "the body" if field.key == shape.body else f"the trait {field.key}"
            yield Wrong("missing-trait", f"{kind.name} requires {what}")


def _convert(field: Field, value: Json) -> Json:
    """One value in the form that its kind travels in (IT Glue API, observed by its clients)."""
    if value is None:
        return None  # an explicit null clears the field
    convert = {
        "Text": _text, "Textbox": _text, "Select": _select, "Number": _number,
        "Percent": _number, "Checkbox": _checkbox, "Date": _date, "Tag": _tag,
    }.get(field.kind)  # fmt: skip
    if convert is None:
        raise Wrong("unsettable-trait", f"a {field.kind} field is not set from a document")
    return convert(field, value)


def _text(field: Field, value: Json) -> str:
    if isinstance(value, bool | dict | list):
        raise Wrong("bad-trait", f"{field.key} takes text, not {value!r}")
    return str(value)


def _select(field: Field, value: Json) -> str:
    text = _text(field, value)
    if field.options and text not in field.options:
        near = difflib.get_close_matches(text, field.options, 1, 0.5)
        fix = f"Did you mean {near[0]!r}?" if near else f"One of: {', '.join(field.options)}."
        raise Wrong("bad-option", f"{field.key} has no option {text!r}", fix)
    return text


def _number(field: Field, value: Json) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(value) if "." in value else int(value)
    except (TypeError, ValueError):
        raise Wrong("bad-trait", f"{field.key} takes a number, not {value!r}") from None


def _checkbox(field: Field, value: Json) -> bool:
    if isinstance(value, bool):
        return value
    raise Wrong("bad-trait", f"{field.key} takes true or false, not {value!r}")


def _date(field: Field, value: Json) -> str:
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        fix = "Write it as YYYY-MM-DD."
        raise Wrong("bad-trait", f"{field.key} takes a date, not {value!r}", fix) from None


def _tag(field: Field, value: Json) -> list[int]:
    ids = value if isinstance(value, list) else [value]
    if all(isinstance(i, int) or (isinstance(i, str) and i.isdigit()) for i in ids):
        return sorted(int(i) for i in ids)
    raise Wrong("bad-tag", f"{field.key} takes ids of {field.tag_type or 'records'}")
