"""One value of frontmatter -> the form in which its kind of field travels.

The forms are those that IT Glue's clients are recorded to send and get back. A message names the
field and what it takes, not the value: that could be a secret.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterator, Mapping

from publisher.model import Field, Json
from publisher.render import TooDeep, render, resolve
from publisher.types.dates import iso_date
from publisher.types.tags import parse_tags
from publisher.types.wrong import Wrong

LONGEST_TEXT = 255
"""Characters. What a Text field holds at most is not established; this is a column's usual size."""
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,2})?", re.ASCII)
_FLAGS = {
    **dict.fromkeys(("yes", "y", "on", "1", "true", "x", "☑"), True),
    **dict.fromkeys(("no", "n", "off", "0", "false", "☐"), False),
}


def convert(field: Field, value: Json, document: str) -> Json:
    """The value as it is sent; `Tags` for names of records, which are looked up later.

    Args:
        field: where it goes.
        value: as frontmatter has it; None clears the field.
        document: the path of the document, for links in a Textbox.

    Raises:
        Wrong: the field cannot hold it.
    """
    if value is None:
        return None
    if field.kind == "Tag":
        tags = parse_tags(field, value)
        return tags if tags.names else sorted(set(tags.ids))
    if field.kind == "Textbox":
        return _box(field, value, document)
    reader = _READERS.get(field.kind)
    if reader is None:
        raise Wrong("unsettable-trait", f"a {field.kind} field is not set from a document")
    return reader(field, value)


def doubts(field: Field, value: Json) -> Iterator[Wrong]:
    """What a field may not keep as it is, although it is sent."""
    if field.kind != "Text" or not isinstance(value, str):
        return
    if "\n" in value.strip():
        problem = f"{field.key} is a field of one line, and its text has several"
        yield Wrong("multi-line-text", problem, "Put it into one line, or into a Textbox.")
    if len(value) > LONGEST_TEXT:
        problem = f"the text for {field.key} is longer than {LONGEST_TEXT} characters"
        yield Wrong("long-text", problem, "Shorten it: IT Glue may refuse it or cut it off.")


def _text(field: Field, value: Json) -> str:
    if isinstance(value, bool | dict | list):
        fix = "Put quotes around it." if isinstance(value, bool) else ""
        raise Wrong("bad-trait", f"{field.key} takes text, not {_kind(value)}", fix)
    return value.strip() if isinstance(value, str) else str(value)


def _box(field: Field, value: Json, document: str) -> str:
    """A Textbox is HTML in IT Glue, and Markdown here, as a document's body is."""
    try:
        # A title of its own keeps a heading in the text from being taken for it.
        page = render(_text(field, value), path=document, title="\0")
    except TooDeep as error:
        raise Wrong("too-deep", f"{field.key} cannot be rendered: {error}") from None
    # Links to other documents are for bodies, whose references the plan follows.
    return resolve(page.html, [None] * len(page.references))


def _select(field: Field, value: Json) -> str:
    text = _text(field, value)
    if not field.options or text in field.options:
        return text
    near = difflib.get_close_matches(text, field.options, 1, 0.5)
    folded = [option for option in field.options if option.casefold() == text.casefold()]
    meant = folded or near
    fix = f"Did you mean {meant[0]!r}?" if meant else f"One of: {', '.join(field.options)}."
    raise Wrong("bad-option", f"{field.key} has no option {_short(text)!r}", fix)


def _number(field: Field, value: Json) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if field.kind == "Percent":
        text = text.removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(text):
        fix = "Write it with digits alone and a point, as 1250.5."
        raise Wrong("bad-trait", f"{field.key} takes a number, not {_kind(value)}", fix)
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def _checkbox(field: Field, value: Json) -> bool:
    if isinstance(value, bool):
        return value
    meant = _FLAGS.get(str(value).strip().casefold())
    fix = "Write true or false." if meant is None else f"Write {str(meant).lower()}."
    raise Wrong("bad-trait", f"{field.key} takes true or false, not {_kind(value)}", fix)


def _date(field: Field, value: Json) -> str:
    if isinstance(value, dt.datetime):  # TOML has dates and times of its own
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value).strip()
    meant = iso_date(text)
    if meant == text:
        return text
    fix = f"Write {meant}." if meant else "Write it as YYYY-MM-DD."
    raise Wrong("bad-date", f"{field.key} takes a date as YYYY-MM-DD", fix)


def _kind(value: Json) -> str:
    """What a value is, in words."""
    if isinstance(value, bool):
        return "true or false"
    names = {str: "this text", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "a mapping" if isinstance(value, dict) else "this")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


_READERS: Mapping[str, Callable[[Field, Json], Json]] = {
    "Text": _text,
    "Select": _select,
    "Number": _number,
    "Percent": _number,
    "Checkbox": _checkbox,
    "Date": _date,
}
