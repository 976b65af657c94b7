"""Records as ``publisher api`` prints them: the API's own JSON, or a table for people."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from publisher.cli.planning import print_json
from publisher.itglue.keys import MASK
from publisher.itglue.models import Record

FIRST = (
    "name",
    "organization-name",
    "flexible-asset-type-name",
    "organization-type-name",
    "configuration-type-name",
    "resource-type-name",
    "hostname",
    "primary-ip",
    "username",
    "email",
    "title",
    "kind",
    "resource-type",
    "destination-name",
    "attachment-file-name",
    "archived",
    "updated-at",
)
"""The columns of a list, as far as its records have them."""
MOST_COLUMNS = 6
SECRET = "password"  # noqa: S105 (the attribute's name)


def wire(record: Record[Any], *, secrets: bool = False) -> dict[str, Any]:
    """A record in the API's own shape; a password's value only with *secrets*."""
    attributes = record.attributes.model_dump(by_alias=True, exclude_unset=True)
    if not secrets:
        attributes.pop(SECRET, None)
    shape = {
        "id": record.id,
        "type": record.type,
        "attributes": attributes,
        "relationships": record.relationships,
    }
    if record.included:
        shape["included"] = [wire(each) for each in record.included]
    return shape


def show(value: dict[str, Any] | list[dict[str, Any]], form: str | None) -> None:
    """Print records: *form* is ``table`` or ``json``; by default a table on a terminal."""
    if (form or ("table" if sys.stdout.isatty() else "json")) == "json":
        print_json(value)
    elif isinstance(value, list):
        _table(value)
    else:
        _one(value)


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    names = [n for n in FIRST if any(r["attributes"].get(n) not in (None, "") for r in rows)]
    columns = ["id", *names[: MOST_COLUMNS - 1]]
    cells = [
        [_cell({**row["attributes"], "id": row["id"]}.get(n)) for n in columns] for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for line in ([name.upper() for name in columns], *cells):
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo(_fitting("  ".join(padded).rstrip()))


def _one(record: Mapping[str, Any]) -> None:
    pairs = {"id": record["id"], "type": record["type"], **record["attributes"]}
    width = max(map(len, pairs))
    for name, value in pairs.items():
        shown = MASK if name == SECRET and value else _cell(value)
        click.echo(_fitting(f"{name.ljust(width)}  {shown}".rstrip()))


def _cell(value: object) -> str:
    """One line of printable text: what a server sends must not steer the terminal."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def watched_width() -> int | None:
    """The terminal's width in characters; None where nobody watches."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _fitting(line: str) -> str:
    width = watched_width()
    return line if width is None or len(line) <= width else line[: width - 1] + "…"
