"""The files below the docs root as they are on disk, and what each one means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from publisher.config import FILE_NAME, Config, load
from publisher.diagrams import Gallery
from publisher.diagrams.gallery import FOLDER
from publisher.gather.catalog import Unresolved, find_organizations, find_type
from publisher.gather.copies import Press, Rendered
from publisher.gather.project import PICTURES, Project
from publisher.model import AssetType, Catalog, Diagnostic, Document, Organization
from publisher.preview.offline import catalog_of
from publisher.preview.references import mentions, outgoing
from publisher.render import Page
from publisher.source.documents import Parsed, parse
from publisher.source.meant import meant
from publisher.source.select import select
from publisher.source.tree import Tree
from publisher.variables import Shelf, overrides

TYPES = "types/"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A document with what its frontmatter resolves to, or why it does not."""

    document: Document
    type: AssetType | None
    organizations: tuple[Organization, ...]
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A document's copy for one organization, and what was found while it was made."""

    source: tuple[str, ...]
    """The blobs that it was made of."""
    rendered: Rendered | None
    """None when it could not be."""
    findings: tuple[Diagnostic, ...]


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
        self.gallery = Gallery(self.tree, project.root / PICTURES)
        self.shelf = Shelf((), ())
        self._press = Press(self.tree, self.gallery, self.shelf, self.project.config)
        self._made: dict[tuple[str, str], Made] = {}
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
        self.parsed = _without_overrides({p: kept.get(p) or read[p] for p in selected})
        if not same:
            self._made.clear()
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
        self.gallery = Gallery(self.tree, self.project.root / PICTURES)
        self.shelf = Shelf(catalog.organizations, self.tree.entries.keys())
        self._press = Press(self.tree, self.gallery, self.shelf, self.project.config)
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

    def made(self, path: str, organization: Organization) -> Made:
        """A document's copy for one organization; all share one, unless it is a template."""
        document = self.resolved[path].document
        own = self.shelf.of(path, organization) if document.template else ()
        source = (document.blob, *map(self.gallery.blob, own))
        which = path, organization.id if document.template else ""
        made = self._made.get(which)
        if made is None or made.source != source or not self._has_pictures(made):
            copies, found = self._press.pages(document, (organization,))
            made = Made(source, copies[0] if copies else None, tuple(found))
            self._made[which] = made
        return made

    def _has_pictures(self, made: Made) -> bool:
        """Whether this look at the disk knows the diagrams that were drawn in an earlier one."""
        references = made.rendered.page.references if made.rendered else ()
        drawn = [one.path for one in references if (one.path or "").startswith(f"{FOLDER}/")]
        return all(path in self.gallery for path in drawn)

    def pages_for_anchors(self, page: Page, organization: Organization) -> Mapping[str, Page]:
        """The pages whose headings *page* links to."""
        found: dict[str, Page] = {}
        for reference in page.references:
            path = self._meant(reference.path or "")
            if reference.anchor and path in self.resolved:
                rendered = self.made(path, organization).rendered
                found |= {path: rendered.page} if rendered else {}
        return found

    def linking_to(self, path: str) -> list[str]:
        """The documents that link to *path*."""
        others = (one for one in self.documents() if one.path != path)
        likely = (one for one in others if mentions(one.body, path))
        return [one.path for one in likely if path in map(self._meant, self._outgoing(one))]

    def _meant(self, path: str) -> str:
        return meant(path, self.tree.entries, self.parsed)

    def _outgoing(self, document: Document) -> frozenset[str]:
        blob, links = self._links.get(document.path, ("", frozenset()))
        if blob != document.blob:
            links = outgoing(document)
            self._links[document.path] = document.blob, links
        return links


def _without_overrides(parsed: dict[str, Parsed]) -> dict[str, Parsed]:
    """An organization's version of a template is a part of that, and no document of its own."""
    for path, (base, _) in overrides(parsed).items():
        template = parsed[base].document
        if template and template.template:
            parsed[path] = Parsed(path, None, (), f"an override of {base}")
    return parsed


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
