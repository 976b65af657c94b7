"""Small conversions of the wire: names, ids and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from publisher.simulator.errors import Json, invalid


def kebab(attributes: Mapping[str, Json]) -> dict[str, Json]:
    """Names come in with '-' or '_' and are kept with '-'."""
    return {str(name).replace("_", "-"): value for name, value in attributes.items()}


def as_id(value: Json, pointer: str) -> int:
    """An id, which may come as a string.

    Raises:
        ApiError: it is no id.
    """
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid(pointer, "must exist")
    return int(text)


def stamp(milliseconds: int, *, whole_seconds: bool) -> str:
    """A time as attributes carry it: ``2020-11-24T03:40:20.000Z``, always three digits."""
    seconds, rest = divmod(milliseconds, 1000)
    when = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{0 if whole_seconds else rest:03d}Z"


def words(text: str) -> list[str]:
    """The words of *text*: long lists of names read better so."""
    return text.split()
