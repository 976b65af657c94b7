"""The files below the docs root as they are on disk, and what each one means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from publisher.config import FILE_NAME, Config, load
from publisher.gather.catalog import Unresolved, find_organizations, find_type
from publisher.gather.project import Project
from publisher.model import AssetType, Catalog, Diagnostic, Document, Organization
from publisher.preview.offline import catalog_of
from publisher.preview.references import mentions, outgoing
from publisher.render import Page, TooDeep, render
from publisher.source.documents import Parsed, parse
from publisher.source.select import select
from publisher.source.tree import Tree

TYPES = "types/"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A document with what its frontmatter resolves to, or why it does not."""

    document: Document
    type: AssetType | None
    organizations: tuple[Organization, ...]
    problems: tuple[Diagnostic, ...] = ()


class Collection:
    """All documents of one work tree. A file is parsed, resolved and rendered once per content."""

    def __init__(
        self, project: Project, config_file: Path | None = None, catalog: Catalog | None = None
    ) -> None:
        self.project = project
        self._config_file = (config_file or project.root / FILE_NAME).resolve()
        self.tree = Tree(None, {}, lambda entries: iter(()))
        self.parsed: dict[str, Parsed] = {}
        self.resolved: dict[str, Resolved] = {}
        self.index: dict[str, dict[str, str]] = {}
        """Document -> organization id -> key, of what is published: what links can lead to."""
        self.targets: dict[str, tuple[str, str]] = {}
        """Key -> document and organization id."""
        self._given = catalog
        self.catalog = catalog or Catalog((), ())
        self._pages: dict[str, tuple[str, Page]] = {}
        self._links: dict[str, tuple[str, frozenset[str]]] = {}

    @property
    def candidates(self) -> frozenset[str]:
        return frozenset(self.parsed)

    def documents(self) -> Iterator[Document]:
        return (one.document for one in self.parsed.values() if one.document)

    # Looking at the disk

    def refresh(self) -> frozenset[str]:
        """List the files again, read those that changed, and say which did.

        Raises:
            PublisherError: publisher.toml does not make sense, or git fails; nothing has changed.
        """
        before, tree = self.tree, self.project.repository.worktree()
        paths = {*before.entries, *tree.entries}
        changed = frozenset(p for p in paths if before.entries.get(p) != tree.entries.get(p))
        config = self.project.config
        if before.entries and any(self.project.root / p == self._config_file for p in changed):
            config = load(self._config_file)
        if changed:
            self._read(tree, config, changed)
        return changed

    def _read(self, tree: Tree, config: Config, changed: frozenset[str]) -> None:
        same = config == self.project.config
        selected = select(tree, config.docs).paths
        kept = {
            p: self.parsed[p] for p in selected if p in self.parsed and p not in changed and same
        }
        fresh = [path for path in selected if path not in kept]
        raw = dict(tree.read(fresh))
        read = {path: parse(tree.entries[path], raw[path], config) for path in fresh}
        self.parsed = {path: kept.get(path) or read[path] for path in selected}
        if not same:
            self._pages.clear()
        self.tree, self.project = tree, replace(self.project, config=config)
        self._resolve()

    # Names

    def use(self, catalog: Catalog) -> bool:
        """Resolve against this catalog from now on; False when it says nothing new."""
        if catalog == self._given:
            return False
        self._given = catalog
        self._resolve()
        return True

    def _resolve(self) -> None:
        catalog = self._given or catalog_of(self.documents(), self._type_files())
        before = self.resolved if catalog == self.catalog else {}
        self.catalog = catalog
        self.resolved = {}
        for document in self.documents():
            one = before.get(document.path)
            same = one is not None and one.document is document
            self.resolved[document.path] = one if one and same else _resolved(document, catalog)
        keys = {
            path: {org.id: one.document.key(org.id) for org in one.organizations}
            for path, one in self.resolved.items()
        }
        self.targets = {key: (path, org) for path, of in keys.items() for org, key in of.items()}
        drafts = {path for path, one in self.resolved.items() if not one.document.publish}
        self.index = {path: of for path, of in keys.items() if path not in drafts}

    def _type_files(self) -> Iterator[object]:
        paths = [
            path
            for path, entry in self.tree.entries.items()
            if path.startswith(TYPES) and path.endswith((".yaml", ".yml")) and entry.kind == "file"
        ]
        for _, raw in self.tree.read(paths):
            try:
                yield yaml.safe_load(raw)
            except (yaml.YAMLError, UnicodeDecodeError):
                continue  # half-written: `publisher types` says what is wrong with it

    # Pages and links

    def page(self, path: str) -> Page:
        """A document, rendered.

        Raises:
            TooDeep: it is nested beyond all measure.
        """
        document = self.resolved[path].document
        blob, page = self._pages.get(path, ("", None))
        if page is None or blob != document.blob:
            page = render(
                document.body, path=path, title=document.title, first_line=document.body_line
            )
            self._pages[path] = document.blob, page
        return page

    def pages_for_anchors(self, page: Page) -> Mapping[str, Page]:
        """The pages whose headings *page* links to."""
        found: dict[str, Page] = {}
        for reference in page.references:
            for path in (reference.path or "", f"{reference.path}.md"):
                if reference.anchor and path in self.resolved:
                    try:
                        found[path] = self.page(path)
                    except TooDeep:
                        continue
        return found

    def linking_to(self, path: str) -> list[str]:
        """The documents that link to *path*."""
        without = path.removesuffix(".md")
        return [
            one.path
            for one in self.documents()
            if one.path != path
            and mentions(one.body, path)
            and not self._outgoing(one).isdisjoint((path, without))
        ]

    def _outgoing(self, document: Document) -> frozenset[str]:
        blob, links = self._links.get(document.path, ("", frozenset()))
        if blob != document.blob:
            links = outgoing(document)
            self._links[document.path] = document.blob, links
        return links


def _resolved(document: Document, catalog: Catalog) -> Resolved:
    problems: list[Diagnostic] = []
    kind: AssetType | None = None
    organizations: tuple[Organization, ...] = ()
    try:
        kind = find_type(document.type, catalog)
    except Unresolved as wrong:
        problems.append(_problem(document, wrong, "type"))
    try:
        organizations = tuple(find_organizations(document.orgs, catalog))
    except Unresolved as wrong:
        problems.append(_problem(document, wrong, "orgs" if "orgs" in document.lines else "org"))
    return Resolved(document, kind, organizations, tuple(problems))


def _problem(document: Document, wrong: Unresolved, where: str) -> Diagnostic:
    line = document.lines.get(where)
    return Diagnostic(document.path, line, None, wrong.code, "error", wrong.problem, wrong.fix)
