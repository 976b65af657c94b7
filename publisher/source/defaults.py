"""``[[defaults]]``: frontmatter for a part of the tree. The nearest wins, key by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from publisher.config import FILE_NAME, Config
from publisher.model import Diagnostic, Json
from publisher.source.globs import literal_prefix, matcher
from publisher.source.keys import strangers
from publisher.source.schema import Frontmatter


def defaults_for(path: str, defaults: Sequence[Mapping[str, Any]]) -> dict[str, Json]:
    """What holds for the document at *path*.

    The nearest default is the one whose glob starts with the longest literal text; of two that
    are as near, the later one.
    """
    merged: dict[str, Json] = {}
    for _, entry in applying(path, defaults):
        merged = overlay(merged, _values(entry))
    return merged


def applying(
    path: str, defaults: Sequence[Mapping[str, Any]]
) -> list[tuple[int, Mapping[str, Any]]]:
    """The defaults for *path* with their numbers (from 1), the farthest first: later ones win."""
    near = [(n, e) for n, e in enumerate(defaults, 1) if matcher(e["path"])(path)]
    return sorted(near, key=lambda numbered: len(literal_prefix(numbered[1]["path"])))


def overlay(below: Mapping[str, Json], above: Mapping[str, Json]) -> dict[str, Json]:
    """Lay one set of frontmatter over another; an empty value (``org:``) says nothing.

    ``traits`` merge by field, ``vars`` by name; ``org`` and ``orgs`` answer the same question, so
    either replaces both.
    """
    said = {key: value for key, value in above.items() if value is not None}
    merged = {**below, **said}
    for one, other in (("org", "orgs"), ("orgs", "org")):
        if one in said and other not in said:
            merged.pop(other, None)
    for key in ("traits", "vars"):
        low, high = below.get(key), said.get(key)
        if isinstance(low, dict) and isinstance(high, dict):
            merged[key] = low | high
    return merged


def check_defaults(config: Config) -> list[Diagnostic]:
    """Say what is wrong with the defaults by themselves, once, rather than per document."""
    found: list[Diagnostic] = []
    for number, entry in enumerate(config.defaults, 1):
        values = _values(entry)
        problems = [
            f"unknown key {key!r}" + (f", did you mean {meant!r}?" if meant else "")
            for key, meant in strangers(values, ())
        ]
        if "id" in values:
            problems.append("`id` belongs to one document alone")
        if "org" in values and "orgs" in values:
            problems.append("`org` and `orgs` at once")
        try:
            Frontmatter.model_validate({k: v for k, v in values.items() if v is not None})
        except ValidationError as error:
            problems += [f"{wrong['loc'][0]}: {wrong['msg']}" for wrong in error.errors()]
        found += [_problem(number, entry, problem) for problem in problems]
    return found


def _problem(number: int, entry: Mapping[str, Any], problem: str) -> Diagnostic:
    message = f"[[defaults]] number {number} (path {entry['path']!r}): {problem}"
    return Diagnostic(FILE_NAME, None, None, "bad-default", "error", message)


def _values(entry: Mapping[str, Any]) -> dict[str, Json]:
    """The frontmatter in a default; its attachments lie below the docs root, as its glob does."""
    values = {key: value for key, value in entry.items() if key != "path"}
    if isinstance(paths := values.get("attachments"), list):
        values["attachments"] = [f"/{p}" if isinstance(p, str) else p for p in paths]
    return values
