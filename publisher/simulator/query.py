"""Query strings of lists: filters, sort, page and includes (IT Glue API documentation).

``filter[key]=a,b`` is either of the values, several filters are joined by and; a comma inside a
value is escaped with a backslash. ``filter[key][ne]``, ``filter[exclude][key]`` and
``filter[range][key]`` are understood too. Unknown filters are ignored, on purpose: the real API
answers them with everything.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from publisher.simulator.errors import Json, refusal
from publisher.simulator.resource import Match, Resource
from publisher.simulator.switches import Switches

MAX_PAGE = 1000
DEFAULT_PAGE = 50
_FILTER = re.compile(r"filter\[([^\]]+)\](?:\[([^\]]+)\])?")
_SPLIT = re.compile(r"(?<!\\),")
_COLUMNS = {
    "id": "id",
    "name": "name",
    "organization-id": "organization_id",
    "flexible-asset-type-id": "type_id",
    "created-at": "created_at",
    "updated-at": "updated_at",
}
_INTEGERS = frozenset({"id", "organization-id", "flexible-asset-type-id"})
_TIMES = frozenset({"created-at", "updated-at"})


@dataclass(frozen=True, slots=True)
class Filter:
    """One ``filter[…]`` of a query."""

    key: str
    """Kebab-case."""
    values: tuple[str, ...]
    operator: str = "eq"
    """eq, ne, or range."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a request asks for."""

    filters: tuple[Filter, ...] = ()
    sort: str = ""
    """Kebab-case, with a leading '-' for descending; '' for the default order."""
    number: int = 1
    size: int = DEFAULT_PAGE
    includes: frozenset[str] = frozenset()
    other: Mapping[str, str] | None = None

    def filter(self, key: str) -> Filter | None:
        return next((entry for entry in self.filters if entry.key == key), None)

    def flag(self, name: str, default: bool) -> bool:
        """A query parameter such as ``show_password=false``."""
        value = (self.other or {}).get(name)
        return default if value is None else value.lower() not in ("false", "0", "no")


def parse(text: str, switches: Switches) -> Query:
    """Read a query string.

    Raises:
        ApiError: the page size is out of range, or a page parameter is no number.
    """
    pairs = dict(parse_qsl(text, keep_blank_values=True))
    size = _number(pairs.get("page[size]"), DEFAULT_PAGE)
    if not 1 <= size <= MAX_PAGE:
        detail = f"page[size] must be between 1 and {MAX_PAGE}"
        raise refusal(switches.page_size_status, "Invalid page size", detail, "page[size]")
    return Query(
        filters=tuple(found for name, value in pairs.items() if (found := _filter(name, value))),
        sort=pairs.get("sort", "").replace("_", "-"),
        number=max(1, _number(pairs.get("page[number]"), 1)),
        size=size,
        includes=frozenset(
            name.strip().replace("-", "_")
            for name in pairs.get("include", "").split(",")
            if name.strip()
        ),
        other=pairs,
    )


def _number(text: str | None, default: int) -> int:
    if not text:
        return default
    if not re.fullmatch(r"-?\d{1,15}", text):
        raise refusal(400, "Bad Request", f"{text!r} is not a number", "page")
    return int(text)


def _filter(name: str, value: str) -> Filter | None:
    match = _FILTER.fullmatch(name)
    if not match:
        return None
    first, second = match[1].replace("_", "-"), (match[2] or "").replace("_", "-")
    values = tuple(part.strip().replace("\\,", ",") for part in _SPLIT.split(value))
    if first == "exclude":
        return Filter(second, values, "ne")
    if first == "range":
        return Filter(second, values, "range") if second else None
    return Filter(first, values, "ne" if second in ("ne", "not") else "eq")


def condition(resource: Resource, query: Query, name_match: Match | None) -> tuple[str, list[Json]]:
    """The SQL condition of the filters that *resource* knows."""
    parts: list[str] = []
    parameters: list[Json] = []
    for entry in query.filters:
        match = resource.filters.get(entry.key, "ignored")
        if entry.key == "name" and name_match and match != "ignored":
            match = name_match
        if match == "ignored":
            continue
        text, values = _one(entry, match)
        parts.append(text)
        parameters += values
    return " AND ".join(parts), parameters


def _one(entry: Filter, match: Match) -> tuple[str, list[Json]]:
    expression = column(entry.key)
    if match == "range" or entry.operator == "range":
        return _range(expression, entry)
    if match == "contains":
        clause = " OR ".join([f"instr(lower({expression}), lower(?)) > 0"] * len(entry.values))
        return (f"({clause})" if entry.operator == "eq" else f"NOT ({clause})"), [*entry.values]
    if entry.key in _INTEGERS:
        values: list[Json] = [_id(value) for value in entry.values]
    else:
        flags = {"true": "1", "false": "0"}
        values = [flags.get(value, value) for value in entry.values]
        expression = f"CAST(ifnull({expression}, '') AS TEXT)"
    marks = ",".join("?" * len(values))
    return f"{expression} {'IN' if entry.operator == 'eq' else 'NOT IN'} ({marks})", values


def _range(expression: str, entry: Filter) -> tuple[str, list[Json]]:
    """``from,to`` with ``*`` for an open end; a single value is that very day or instant."""
    low = entry.values[0]
    high = entry.values[1] if len(entry.values) > 1 else low
    parts, parameters = ["1"], []
    for bound, sign, late in ((low, ">=", False), (high, "<=", True)):
        if bound not in ("", "*"):
            parts.append(f"{expression} {sign} ?")
            parameters.append(_instant(bound, late) if entry.key in _TIMES else bound)
    return f"({' AND '.join(parts)})", parameters


def _instant(text: str, late: bool) -> int:
    """Milliseconds of an RFC 3339 date, its time part optional; *late*: the day's last one."""
    try:
        when = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise refusal(400, "Bad Request", f"{text!r} is not a date", "filter") from None
    if late and "T" not in text:
        when += dt.timedelta(days=1, milliseconds=-1)
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return int(when.timestamp() * 1000)


def _id(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,18}", text) else -1


def column(key: str) -> str:
    """The SQL expression of an attribute."""
    if key in _COLUMNS:
        return _COLUMNS[key]
    if not re.fullmatch(r"[a-z0-9-]+", key):
        raise ValueError(key)
    return f"json_extract(data, '$.\"{key}\"')"


def order(resource: Resource, query: Query, switches: Switches) -> str:
    """ORDER BY for the query's sort; ties are broken by id.

    Raises:
        ApiError: the sort is not offered.
    """
    descending, key = query.sort.startswith("-"), query.sort.lstrip("-")
    direction = "DESC" if descending else "ASC"
    if key not in resource.sorts:
        if key and switches.unknown_sort == "reject":
            raise refusal(400, "Invalid sort", f"{key} cannot be sorted by", "sort")
        return "id"
    pointer = f"{key.removesuffix('-name')}-id"
    if key.endswith("-name") and pointer in resource.references:
        other = f"(SELECT o.name FROM record o WHERE o.id = {column(pointer)})"
        return f"{other} {direction}, id {direction}"
    return f"{column(key)} {direction}, id {direction}"
