"""Why a file is a document, or none: globs, defaults and frontmatter, each by its place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from publisher.config import Config
from publisher.model import Json
from publisher.source.defaults import applying
from publisher.source.frontmatter import read
from publisher.source.globs import matcher
from publisher.source.strictyaml import Malformed
from publisher.source.tree import Tree


@dataclass(frozen=True, slots=True)
class Given:
    """Where one frontmatter key gets its value."""

    name: str
    """``org``, ``traits.owner``, …"""
    line: int | None = None
    """In the document; None where a default gives it."""
    default: int | None = None
    """The number of the [[defaults]], from 1."""
    path: str = ""
    """That default's glob."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What publisher.toml and the file itself make of a path."""

    kind: Literal["file", "symlink", "submodule", "missing"]
    include: str | None
    """The first glob of ``[docs] include`` that matches."""
    exclude: str | None
    """The first of ``[docs] exclude``; it wins."""
    given: tuple[Given, ...]
    """By name."""


def origin_of(tree: Tree, config: Config, path: str) -> Origin:
    """Say what speaks for and against *path* (relative to the docs root)."""
    entry = tree.entries.get(path)
    include, exclude = _first(config.docs.include, path), _first(config.docs.exclude, path)
    if entry is None or entry.kind != "file":
        return Origin(entry.kind if entry else "missing", include, exclude, ())
    (_, raw), *_ = tree.read([path])
    given: dict[str, Given] = {}
    for number, default in applying(path, config.defaults):
        values = {key: value for key, value in default.items() if key != "path"}
        _lay(given, [Given(name, None, number, default["path"]) for name in _names(values)])
    with contextlib.suppress(Malformed):  # the diagnostics say so
        text = read(raw)
        _lay(given, [Given(name, text.lines.get(name)) for name in _names(text.values)])
    return Origin("file", include, exclude, tuple(given[name] for name in sorted(given)))


def _first(globs: Iterable[str], path: str) -> str | None:
    return next((glob for glob in globs if matcher(glob)(path)), None)


def _names(values: Mapping[str, Json]) -> Iterator[str]:
    """The keys that say something; fields one by one, since defaults merge them so."""
    for key, value in values.items():
        if key == "traits" and isinstance(value, dict):
            yield from (f"traits.{name}" for name in value)
        elif value is not None:
            yield key


def _lay(below: dict[str, Given], above: list[Given]) -> None:
    """Lay one set over another; ``org`` and ``orgs`` answer the same question."""
    if any(given.name in ("org", "orgs") for given in above):
        below.pop("org", None)
        below.pop("orgs", None)
    below.update({given.name: given for given in above})
