"""Everything that can be said of a tree with no network, in one run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from publisher.check.rules import RULES, material_of
from publisher.check.secrets import scanner_of
from publisher.check.templates import fill_in_all
from publisher.check.traits import traits
from publisher.config import Config
from publisher.model import Diagnostic, Document
from publisher.render import Page, TooDeep, render
from publisher.source.defaults import check_defaults
from publisher.source.documents import Parsed, parse
from publisher.source.select import select
from publisher.source.tree import Tree
from publisher.types.files import read_types


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `check_tree`."""

    parsed: tuple[Parsed, ...]
    """All candidates, in the tree's order."""
    pages: Mapping[str, Page]
    """By path; a document that could not be rendered has none."""
    diagnostics: tuple[Diagnostic, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple(one.document for one in self.parsed if one.document)

    @property
    def count(self) -> int:
        """How many files are documents, or are meant to be."""
        return sum(one.skipped is None for one in self.parsed)

    @property
    def skipped(self) -> dict[str, str]:
        """The files that are no documents, with the reason."""
        return {one.path: one.skipped for one in self.parsed if one.skipped}


def check_tree(tree: Tree, config: Config, *, today: dt.date | None = None) -> Checked:
    """Read, parse, render and check every document of *tree*, and the type files.

    Raises:
        BadConfig: the scanner that the configuration names is not installed.
    """
    selection = select(tree, config.docs)
    raw = dict(tree.read(selection.paths))
    parsed = tuple(parse(tree.entries[path], raw[path], config) for path in selection.paths)
    filled = fill_in_all(tree, parsed, scanner_of(config))
    parsed = filled.parsed
    pages, deep = _render(one.document for one in parsed if one.document)
    material = material_of(tree, parsed, config, pages, today=today, raw=raw)
    specs, wrong_types = read_types(tree)
    found = {
        *check_defaults(config),
        *selection.diagnostics,
        *chain.from_iterable(one.diagnostics for one in parsed),
        *map(filled.placed, chain.from_iterable(rule(material) for rule in RULES)),
        *map(filled.placed, traits(material, specs)),
        *filled.diagnostics,
        *wrong_types,
        *map(filled.placed, deep),
    }
    return Checked(parsed, pages, tuple(sorted(found, key=lambda one: one.order)))


def _render(documents: Iterable[Document]) -> tuple[dict[str, Page], list[Diagnostic]]:
    pages: dict[str, Page] = {}
    deep: list[Diagnostic] = []
    for document in documents:
        path, line = document.path, document.body_line
        try:
            pages[path] = render(document.body, path=path, title=document.title, first_line=line)
        except TooDeep as error:
            message = f"cannot be rendered: {error}"
            deep.append(Diagnostic(path, line, None, "too-deep", "error", message))
    return pages, deep
