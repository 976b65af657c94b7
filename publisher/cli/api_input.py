"""What is typed after ``publisher api``: resources, filters, parents, data."""

from __future__ import annotations

import dataclasses
import difflib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from publisher.itglue.entities import BY_TYPE, ENTITIES, Entity
from publisher.itglue.models import Attributes, kebab

NEST = {
    "attachments": "flexible-assets/987",
    "related-items": "configurations/815",
    "document-sections": "documents/24",
    "document-folders": "organizations/5",
    "password-folders": "organizations/5",
}
"""What lies below another record only, and an example of one."""
LIST_NEST = {"documents": "organizations/5", "flexible-asset-fields": "flexible-asset-types/7"}
"""What can be listed below another record only."""
_NO_COMMA = ("id", "date")
_NO_COMMA_ENDS = ("_id", "_at")


def entity_called(name: str) -> Entity[Attributes]:
    """The entity of that plural name, in either spelling; its attributes are kept as they come.

    Raises:
        click.UsageError: there is none; names those that are near.
    """
    wanted = {"sections": "document-sections"}.get(name.lower(), kebab(name.lower()))
    entity = BY_TYPE.get(wanted)
    if entity is None:
        near = difflib.get_close_matches(wanted, BY_TYPE, 3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(names())}"
        raise click.UsageError(f"there is no resource {name!r}. {hint}")
    return dataclasses.replace(entity, attributes=Attributes)


def names() -> list[str]:
    """All resources, in kebab-case."""
    return sorted(BY_TYPE)


def parent_called(text: str | None) -> tuple[str, str] | None:
    """``organizations/5`` -> its collection and id.

    Raises:
        click.BadParameter: it is something else.
    """
    if text is None:
        return None
    name, _, record_id = text.strip("/").partition("/")
    path = name.lower().replace("-", "_")
    if path not in ENTITIES and kebab(path) not in (*BY_TYPE, "tickets", "ssl-certificates"):
        raise click.BadParameter(f"{name!r} is no resource", param_hint="--parent")
    if not record_id or "/" in record_id:
        raise click.BadParameter("say TYPE/ID, such as organizations/5", param_hint="--parent")
    return path, record_id


def filters(given: Iterable[str]) -> dict[str, Any]:
    """``KEY=VALUE`` several times -> a filter; the same key again is an alternative.

    A comma separates alternatives where it cannot be part of the value: in ids and times. Brackets
    nest: ``exclude[id]=4``.

    Raises:
        click.BadParameter: there is no ``=``.
    """
    values: dict[str, list[str]] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not key.strip(" []") or not equals:
            raise click.BadParameter(f"{each!r} is not KEY=VALUE", param_hint="--filter")
        name = key.strip()
        innermost = name.removesuffix("]").rpartition("[")[2].replace("-", "_")
        several = innermost in _NO_COMMA or innermost.endswith(_NO_COMMA_ENDS)
        values.setdefault(name, []).extend(value.split(",") if several else [value])
    nested: dict[str, Any] = {}
    for name, alternatives in values.items():
        *outer, last = [part for part in name.replace("]", "").split("[") if part]
        table: Any = nested
        for part in outer:
            table = table.setdefault(part, {}) if isinstance(table, dict) else None
        if not isinstance(table, dict):
            raise click.BadParameter(f"{name!r} contradicts another", param_hint="--filter")
        table[last] = alternatives
    return nested


def data_from(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """``--data`` -> attributes and relationships.

    It is JSON, ``@FILE`` or ``-`` for stdin, and holds the attributes; or an object with
    ``attributes`` and ``relationships``, as the API has it.

    Raises:
        click.BadParameter: it cannot be read. The message quotes none of it.
    """
    try:
        value = json.loads(_text(text), parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as error:
        problem = f"cannot be read: {error}"
        raise click.BadParameter(problem, param_hint="--data") from None
    if isinstance(value, dict) and value.keys() == {"data"}:
        value = value["data"]
    if not isinstance(value, dict):
        raise click.BadParameter("must be one JSON object", param_hint="--data")
    parts = {"id", "type", "attributes", "relationships"}
    if isinstance(value.get("attributes"), Mapping) and value.keys() <= parts:
        return dict(value["attributes"]), dict(value.get("relationships") or {})
    return value, {}


def _text(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    if text.startswith("@"):
        return Path(text[1:]).read_text("utf-8-sig")
    return text


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
