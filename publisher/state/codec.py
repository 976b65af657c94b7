"""State values to JSON text and back, one pair of functions for all of them."""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from publisher.marker import Marker
from publisher.model import Entry
from publisher.targets import (
    Existing,
    ExistingFile,
    Known,
    KnownFile,
    KnownItem,
    Record,
    Replaced,
    Run,
    Writing,
)

_AT_ONCE = 500
_MANY = 50_000
_EMPTY: dict[str, Any] = {}
"""Stands for every mapping that holds nothing; nobody changes what a frozen value holds."""
_COMMON_KNOWN = ("organization_id", "type_id", "commit", "body", "updated_at")
_COMMON_EXISTING = ("organization_id", "type_id", "created_at", "updated_at")
"""Texts that are the same in many values."""


def dump(value: Known | Existing | Record | Replaced | Run) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """What JSON does not know. Not `asdict`: it copies all, at four times the cost."""
    if isinstance(value, Marker):
        return str(value)
    return {name: getattr(value, name) for name in _NAMES[type(value)]}


_KINDS = (Existing, ExistingFile, Known, KnownFile, KnownItem, Record, Replaced, Run, Writing)
_NAMES = {kind: [field.name for field in fields(kind)] for kind in _KINDS}


@contextlib.contextmanager
def growing() -> Iterator[None]:
    """Keep the garbage collector still while many values are made, none of which refers to itself.

    It would look at all that is there each time that this has grown by a quarter.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if gc.get_count()[0] > _MANY:  # they stay until the end, and need no more looks
                gc.freeze()
            gc.enable()


def decode(texts: Iterable[str]) -> Iterator[Any]:
    """Read many values at once: JSON's decoder then makes the text of each key only once."""
    rest = iter(texts)
    while some := list(itertools.islice(rest, _AT_ONCE)):
        yield from json.loads(f"[{','.join(some)}]")


def load_known(data: dict[str, Any], files: Mapping[str, Entry]) -> Known:
    """Read a target; path and blob id that *files* has too are its own, and take no room twice."""
    _share(data, _COMMON_KNOWN)
    if file := files.get(data["document"]):
        data["document"] = file.path
        data["blob"] = _one_of(file.blob, data["blob"])
    data["sent"] = _same(data["sent"], data["seen"])
    data["refs"] = data["refs"] or _EMPTY
    data["files"] = {
        name: KnownFile(**{**file, "replaces": tuple(file["replaces"])})
        for name, file in (data["files"] or _EMPTY).items()
    } or _EMPTY
    # An older state has none of these.
    data["sections"] = data.get("sections") or _EMPTY
    related, writing = data.get("related") or _EMPTY, data.get("writing") or _EMPTY
    data["related"] = {ref: KnownItem(**item) for ref, item in related.items()} or _EMPTY
    data["writing"] = {name: Writing(**one) for name, one in writing.items()} or _EMPTY
    return Known(**data)


def load_existing(data: dict[str, Any], known: Mapping[str, Known]) -> Existing:
    """Read an asset; texts that *known* has too (by key) are its own, and take no room twice."""
    _share(data, _COMMON_EXISTING)
    marker = Marker.parse(data["marker"])
    ours = known.get(marker.key) if marker else None
    if marker and ours:
        repository = sys.intern(marker.repository)
        marker = Marker(repository, ours.key, marker.attempt, marker.content, marker.archived)
        data["traits"] = _same(data["traits"], ours.seen)
        data["asset_id"] = _one_of(ours.asset_id, data["asset_id"])
        data["url"] = _one_of(ours.url, data["url"])
    data["marker"] = marker
    if data["files"] is not None:
        files = {id_: ExistingFile(**file) for id_, file in data["files"].items()}
        data["files"] = files or _EMPTY
    if data.get("related") is not None:
        data["related"] = tuple(data["related"])
    return Existing(**data)


def load_record(data: dict[str, Any], known: Mapping[str, Known]) -> Record:
    """Read what was found in a file; texts that *known* has too (by key) are its own."""
    data["context"] = sys.intern(data["context"])
    data["uses"] = data["uses"] or _EMPTY
    keys = data["keys"]
    first = known.get(keys[0]) if keys else None
    data["keys"] = tuple([ours.key if (ours := known.get(key)) else key for key in keys])
    if first:
        data["path"] = _one_of(first.document, data["path"])
        data["blob"] = _one_of(first.blob, data["blob"])
    return Record(**data)


def _share(data: dict[str, Any], names: Iterable[str]) -> None:
    """Keep once what many values have in common: a hundred thousand of them must be held."""
    for name in names:
        value = data[name]
        if value:
            data[name] = sys.intern(value)


def _same(texts: dict[str, str], others: Mapping[str, str]) -> Mapping[str, str]:
    """*texts*, or *others* if they are the same, or *texts* with what they have in common."""
    if texts == others:
        return others
    get = others.get
    return {name: one if (one := get(name)) == text else text for name, text in texts.items()}


def _one_of(one: str | None, other: str) -> str:
    return one if one is not None and one == other else other


def load_run(text: str) -> Run:
    return Run(**json.loads(text))


def load_replaced(text: str) -> Replaced:
    return Replaced(**json.loads(text))
