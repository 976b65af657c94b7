"""Git's side: every document's targets, read as sparingly as possible.

`Memory` says what need not be read, `Builder` builds the rest. A plan in which nothing changed
costs one tree listing, however many documents there are.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.config import Config
from publisher.diagrams import Gallery
from publisher.gather.content import Content
from publisher.gather.project import PICTURES, Inspect, Project, Scope
from publisher.gather.reuse import Memory
from publisher.model import Catalog, Diagnostic, Document, Severity, digest
from publisher.render import RENDERER
from publisher.source.select import select
from publisher.source.tree import Tree
from publisher.state.codec import growing
from publisher.targets import Desired, Known, Record
from publisher.variables import Shelf, overrides
from publisher.variables.names import slug

if TYPE_CHECKING:
    from publisher.gather.build import Builder
    from publisher.gather.tags import Directory
    from publisher.source.documents import Parsed

__all__ = ["Corpus", "Inspect", "Reader"]


@dataclass(slots=True)
class Corpus:
    """What Git wants."""

    desired: dict[str, Desired] = field(default_factory=dict)
    contents: dict[str, Content] = field(default_factory=dict)
    """Of the targets whose documents were read, by key."""
    records: dict[str, Record] = field(default_factory=dict)
    """Of the files that were read: what the state is to remember once they are published."""
    documents: dict[str, Document] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    """Documents that are there, but cannot be planned: an error, or a draft."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Files that are no documents, and drafts, with the reason."""
    paths: frozenset[str] = frozenset()
    """All candidates."""
    _seen: set[Diagnostic] = field(default_factory=set)

    def report(self, found: Diagnostic, *, holds: str = "") -> None:
        """Take note of a finding, once; an error holds its document, or the one that it *holds*."""
        if found not in self._seen:
            self._seen.add(found)
            self.diagnostics.append(found)
        if found.severity == "error":
            self.held.add(holds or found.document)


class Reader:
    """Reads the documents of one tree against one catalog."""

    def __init__(
        self,
        project: Project,
        tree: Tree,
        catalog: Catalog,
        marker: str,
        *,
        records: Mapping[str, Record],
        known: Mapping[str, Known],
        scope: Scope,
        inspect: Inspect,
        directory: Directory,
    ) -> None:
        gallery = Gallery(tree, project.root / PICTURES)
        self.project, self.scope = project, scope
        self.files = tree
        self.tree = gallery.tree
        """The files of Git with the pictures that were drawn."""
        self.shelf = Shelf(catalog.organizations, tree.entries.keys())
        self.memory = Memory(
            tree,
            gallery,
            self.shelf,
            catalog,
            records,
            known,
            context=context_of(project.config, project.name, catalog, marker),
            full=directory.mode == "full",
        )
        self._catalog, self._marker = catalog, marker
        self._inspect, self._directory = inspect, directory

    @cached_property
    def builder(self) -> Builder:
        """Made when a document is read: what parses and renders takes a tenth of a second."""
        from publisher.gather.build import Builder

        return Builder(
            self.project,
            self._catalog,
            self._marker,
            self.memory,
            scope=self.scope,
            inspect=self._inspect,
            directory=self._directory,
        )

    async def read(self) -> Corpus:
        """Read what has to be read, and take the rest from the state."""
        corpus = Corpus()
        selection = select(self.files, self.project.config.docs)
        for found in (*self._wrong_defaults(), *selection.diagnostics):
            corpus.report(found)
        corpus.paths = frozenset(selection.paths)
        with growing():
            stale = {path: self.memory.stale(path) for path in selection.paths}
            for path, organizations in stale.items():
                if organizations is not None:
                    self.memory.take(corpus, self.scope, path, organizations)
        fresh = [path for path, organizations in stale.items() if organizations != frozenset()]
        if fresh:
            self.builder.press.expect(len(fresh))
        raw = dict(self.files.read(fresh))
        parsed = self._parsed(raw)
        documents = self._without_overrides(corpus, parsed)
        only = {path: ids for path in documents if (ids := stale[path]) is not None}
        if documents:
            await self.builder.build(corpus, documents, raw, only)
        return corpus

    def _wrong_defaults(self) -> list[Diagnostic]:
        if not self.project.config.defaults:
            return []
        from publisher.source.defaults import check_defaults

        return check_defaults(self.project.config)

    def _parsed(self, raw: Mapping[str, bytes]) -> dict[str, Parsed]:
        if not raw:
            return {}
        from publisher.source.documents import parse

        entries, config = self.files.entries, self.project.config
        return {path: parse(entries[path], text, config) for path, text in raw.items()}

    async def read_again(self, keys: Iterable[str]) -> Corpus:
        """Read again; the targets of *keys* really, whatever the state says of them."""
        self.memory.reread |= {*keys}
        return await self.read()

    # Files of organizations

    def _without_overrides(self, corpus: Corpus, parsed: Mapping[str, Parsed]) -> dict[str, Parsed]:
        """*parsed* without overrides of templates, which are no documents of their own."""
        documents = dict(parsed)
        for path, (base, name) in overrides(corpus.paths).items():
            if path not in parsed:
                continue
            template = self._is_template(base, parsed)
            if template is False:
                continue
            del documents[path]
            if template is None:  # the document has an error; what this file is, it will say
                corpus.held.add(path)
            elif self.shelf.owners(path):
                corpus.skipped[path] = f"an override of {base}"
                uses = {base: self.files.entries[base].blob}
                self.builder.remember(corpus, path, (), uses, corpus.skipped[path])
            else:
                problem = f"this would be an override of {base}, but no organization is {name!r}"
                corpus.report(self._stray(path, "unknown-override", "error", problem, name))
        if any(self._is_template(path, parsed) for path in corpus.paths):
            for path in self.shelf.strays():
                name = path.rpartition("/")[2].rpartition(".")[0]
                problem = f"no organization is {name!r}, so these values serve nobody"
                corpus.report(self._stray(path, "unknown-vars", "warning", problem, name))
        return documents

    def _is_template(self, path: str, parsed: Mapping[str, Parsed]) -> bool | None:
        """Whether a document is a template; None when an error keeps that from being known."""
        if path not in parsed:
            record = self.memory.records.get(path)
            return record is not None and record.template
        result = parsed[path]
        if result.document is None and result.skipped is None:
            return None
        return result.document is not None and result.document.template

    def _stray(
        self, path: str, code: str, severity: Severity, problem: str, name: str
    ) -> Diagnostic:
        near = difflib.get_close_matches(slug(name), self.shelf.names, 1)
        fix = f"Did you mean {near[0]}?" if near else "Name it after an organization."
        return Diagnostic(path, None, None, code, severity, problem, fix)


def context_of(config: Config, name: str, catalog: Catalog, marker: str) -> str:
    """Digest of all that a document's meaning depends on beside itself and the files it uses."""
    return digest(
        [
            RENDERER,
            name,
            marker,
            config.docs.model_dump(mode="json"),
            config.secrets.model_dump(mode="json"),
            [dict(entry) for entry in config.defaults],
            repr(catalog),
        ]
    )
