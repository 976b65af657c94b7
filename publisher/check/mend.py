"""What ``check --fix`` mends: keys in the wrong case, dates in other forms, ids that are missing.

Only the characters in question change. Comments, order, quotes, line ends and a BOM stay as they
are, and what is not plainly meant one way is left to its author.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from publisher.config import Config
from publisher.model import Entry
from publisher.source.documents import parse
from publisher.source.frontmatter import HANDLER, Text, read
from publisher.source.ids import fresh_id
from publisher.source.schema import KEYS
from publisher.source.strictyaml import Malformed
from publisher.source.tree import CONTROL
from publisher.types.dates import iso_date
from publisher.types.model import TypeSpec, find_spec

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Mended:
    """A file as it should be written."""

    path: str
    raw: bytes
    changes: tuple[str, ...]
    """What was changed, in words."""
    ids: frozenset[str] = frozenset()
    """The id that was added, if one was."""


def mend(
    entry: Entry,
    raw: bytes,
    config: Config,
    specs: Sequence[TypeSpec] = (),
    taken: Collection[str] = (),
) -> Mended | None:
    """Mend what is mechanical in one file; None when there is nothing to mend.

    Args:
        entry: the file.
        raw: its bytes.
        config: has the defaults of its folder.
        specs: types as files, which tell the traits that are dates.
        taken: ids of other documents.
    """
    try:
        text = read(raw)
        lines = _LINE.findall(raw.decode("utf-8"))
    except (Malformed, UnicodeDecodeError):
        return None
    changes = [*_keys(text, lines), *_review_date(text, lines)]
    changed = "".join(lines).encode()
    document = parse(entry, changed, config).document
    type_ = document.type if document else str(text.values.get("type", ""))
    changes += _trait_dates(text, lines, find_spec(type_, specs))
    changed = "".join(lines).encode()
    document = parse(entry, changed, config).document
    new = fresh_id(taken) if document and document.id is None else ""
    if new and _insert(lines, f"id: {new}"):
        changes.append(f"added id: {new}")
        changed = "".join(lines).encode()
    if not changes or not _is_sound(changed):
        return None
    return Mended(entry.path, changed, tuple(changes), frozenset({new} - {""}))


def _is_sound(raw: bytes) -> bool:
    try:
        read(raw)
    except Malformed:
        return False
    return True


def _keys(text: Text, lines: list[str]) -> Iterable[str]:
    """``Title:`` and ``Review-By:`` are ``title:`` and ``review_by:``."""
    for key in text.values:
        plain = key.casefold().replace("-", "_")
        if key in KEYS or plain not in KEYS or plain in text.values:
            continue
        pattern = re.compile(rf"(?P<before>\s*[\"']?){re.escape(key)}(?P<after>[\"']?[ \t]*:)")
        if _edit(lines, text.lines.get(key), pattern, plain):
            yield f"{key} is now {plain}"


def _review_date(text: Text, lines: list[str]) -> Iterable[str]:
    for key, value in text.values.items():
        if key.casefold().replace("-", "_") == "review_by" and isinstance(value, str):
            yield from _date(lines, text.lines.get(key), "review_by", value)


def _trait_dates(text: Text, lines: list[str], spec: TypeSpec | None) -> Iterable[str]:
    kind = spec.as_asset_type() if spec else None
    given = next((v for key, v in text.values.items() if key.casefold() == "traits"), None)
    for key, value in given.items() if kind and isinstance(given, dict) else ():
        field = kind.field(key) if kind else None
        if field and field.kind == "Date" and isinstance(value, str):
            line = text.lines.get(f"traits.{key}") or text.lines.get(f"Traits.{key}")
            yield from _date(lines, line, key, value)


def _date(lines: list[str], number: int | None, key: str, value: str) -> Iterable[str]:
    meant = iso_date(value)
    if meant is None or meant == value:
        return
    # `key: value` alone on its line, quoted or not, with a comment perhaps.
    pattern = re.compile(
        rf"(?P<before>\s*[\"']?{re.escape(key)}[\"']?[ \t]*:[ \t]*[\"']?)"
        rf"{re.escape(value)}(?P<after>[\"']?[ \t]*(?:#[^\r\n]*)?[\r\n]*)\Z",
        re.IGNORECASE,
    )
    if _edit(lines, number, pattern, meant):
        yield f"{key} is now {meant}"


def _edit(lines: list[str], number: int | None, pattern: re.Pattern[str], new: str) -> bool:
    """Put something new between *before* and *after* of a match at the start of a line."""
    line = lines[number - 1] if number else ""
    found = pattern.match(line)
    if not number or not found:
        return False
    lines[number - 1] = line[: found.end("before")] + new + line[found.start("after") :]
    return True


def _insert(lines: list[str], key: str) -> bool:
    """Put a key on top of the frontmatter, or such a block on top of the file."""
    plain = "".join(lines).removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")
    end = re.search(r"\r\n|\r|\n", lines[0]) if lines else None
    line_end = end[0] if end else "\n"
    bom = _BOM if lines and lines[0].startswith(_BOM) else ""
    try:
        block, _ = HANDLER.split(plain)
    except ValueError:  # no frontmatter: the defaults alone made it a document
        if lines:
            lines[0] = lines[0].removeprefix(_BOM)
        lines.insert(0, f"{bom}---{line_end}{key}{line_end}---{line_end}")
        return True
    if block.lstrip().startswith("{") or CONTROL.search(key):
        return False  # a mapping in braces has no line of its own for it
    lines.insert(1, f"{key}{line_end}")
    return True
