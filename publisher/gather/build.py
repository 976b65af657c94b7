"""What is read: files -> targets, each with everything that it is to hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.diagrams.gallery import RENDERER
from publisher.gather.catalog import Unresolved, find_organizations, find_type
from publisher.gather.content import Content
from publisher.gather.copies import Inspect, Press, Rendered, inspect_pages
from publisher.gather.links import Linker
from publisher.gather.project import Project, Scope
from publisher.gather.related import Path, names_of, read_items, refs_of
from publisher.gather.reuse import Memory, organization_of, own_file
from publisher.gather.tags import Directory, Misnamed, names_in
from publisher.model import AssetType, Catalog, Diagnostic, Document, Json, Organization
from publisher.source.documents import Parsed
from publisher.targets import Desired, File, Record
from publisher.types import Name, Shape, Wrong, seeds_of, shape_of, values_of, wrong_trait

if TYPE_CHECKING:
    from publisher.gather.corpus import Corpus

DRAFT = "a draft (publish: false)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document with what its frontmatter resolves to."""

    document: Document
    type: AssetType
    organizations: tuple[Organization, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.document.key(org.id) for org in self.organizations)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A copy of a document, and its place in the type."""

    wanted: Wanted
    rendered: Rendered
    shape: Shape
    values: Mapping[str, Json]
    """As they are sent, but for body and marker; names of records not yet looked up."""
    seeds: frozenset[str] = frozenset()
    items: Sequence[str | Name | Path] = ()
    """What it is to be related to."""

    @property
    def document(self) -> Document:
        return self.rendered.copy.document

    @property
    def names(self) -> Iterator[Name]:
        """The records that it names, for its fields or to be related to."""
        yield from names_in(self.values)
        yield from names_of(self.items)

    @property
    def organizations(self) -> tuple[Organization, ...]:
        return self.rendered.copy.organizations


class Builder:
    """Builds the targets of one tree's documents against one catalog."""

    def __init__(
        self,
        project: Project,
        catalog: Catalog,
        marker: str,
        memory: Memory,
        *,
        scope: Scope,
        inspect: Inspect,
        directory: Directory,
    ) -> None:
        self.project, self.catalog, self.marker, self.memory = project, catalog, marker, memory
        self.scope, self.inspect, self.directory = scope, inspect, directory
        self.gallery = memory.gallery
        self.press = Press(memory.tree, memory.gallery, memory.shelf)

    async def build(
        self,
        corpus: Corpus,
        parsed: Mapping[str, Parsed],
        raw: Mapping[str, bytes],
        only: Mapping[str, frozenset[str]],
    ) -> None:
        """Put the targets of the documents in *parsed* into *corpus*.

        Args:
            corpus: what Git wants.
            parsed, raw: the files that were read, by path.
            only: of these files, the organizations whose copies are wanted.
        """
        wanted: dict[str, Wanted] = {}
        for path, result in parsed.items():
            for problem in result.diagnostics:
                corpus.report(problem)
            if result.document is None:
                self._no_document(corpus, path, result)
            elif one := self._resolve(corpus, result.document):
                wanted[path] = one
        made = {path: self._pages(corpus, one, only.get(path)) for path, one in wanted.items()}
        made = {path: copies for path, copies in made.items() if copies}
        for found, document in inspect_pages(self.inspect, parsed, raw, made, self.gallery):
            corpus.report(found, holds=document)
        fitted = {
            path: self._fit(corpus, wanted[path], copies)
            for path, copies in made.items()
            if path not in corpus.held
        }
        fitted = {path: copies for path, copies in fitted.items() if path not in corpus.held}
        await self._look_up(fitted)
        linker = Linker(
            self.gallery.tree,
            self._index(corpus, wanted),
            corpus.paths,
            raster=self.gallery.raster,
            web_view=self.project.config.docs.web_view,
        )
        for path, copies in fitted.items():
            self._build(corpus, wanted[path], copies, linker, partial=path in only)

    # Documents

    def _no_document(self, corpus: Corpus, path: str, result: Parsed) -> None:
        if path in corpus.held:
            return
        corpus.skipped[path] = result.skipped or "no document"
        self.remember(corpus, path, (), {}, corpus.skipped[path])

    def _resolve(self, corpus: Corpus, document: Document) -> Wanted | None:
        """Names to ids; a document that names something unknown is an error of its own."""
        try:
            kind = find_type(document.type, self.catalog)
            organizations = tuple(find_organizations(document.orgs, self.catalog))
        except Unresolved as wrong:
            where = "type" if wrong.code.endswith("-type") else where_of(document)
            line = document.lines.get(where)
            corpus.report(
                Diagnostic(document.path, line, None, wrong.code, "error", str(wrong), wrong.fix)
            )
            return None
        corpus.documents[document.path] = document
        return Wanted(document, kind, organizations)

    def _pages(self, corpus: Corpus, wanted: Wanted, only: frozenset[str] | None) -> list[Rendered]:
        """The pages of a document; none if it is out of scope, or something is wrong with it."""
        document = wanted.document
        if not self.scope.document(document.path):
            return []
        organizations: Iterable[Organization] = wanted.organizations
        if document.template:
            organizations = [
                org
                for org in self._in_scope(document, organizations)
                if only is None or org.id in only
            ]
        made, found = self.press.pages(document, organizations)
        for one in found:  # also when it stands in a file of the organization's
            corpus.report(one, holds=document.path)
        return made

    def _in_scope(
        self, document: Document, organizations: Iterable[Organization]
    ) -> list[Organization]:
        return [org for org in organizations if self.scope.holds(document.path, org.id)]

    def _index(self, corpus: Corpus, wanted: Mapping[str, Wanted]) -> dict[str, dict[str, str]]:
        """Document -> organization id -> key, of everything that is or will be published."""
        index: dict[str, dict[str, str]] = {}
        for path, found in wanted.items():
            if found.document.publish:
                index[path] = {org.id: found.document.key(org.id) for org in found.organizations}
        for path in corpus.paths:
            record = self.memory.records.get(path)
            if path not in index and path not in corpus.held and record:
                index[path] = {organization_of(key): key for key in record.keys}
        return index

    # Their places in their types

    def _fit(self, corpus: Corpus, wanted: Wanted, copies: Iterable[Rendered]) -> list[Fitted]:
        fitted = (self._fit_one(corpus, wanted, rendered) for rendered in copies)
        return [one for one in fitted if one]

    def _fit_one(self, corpus: Corpus, wanted: Wanted, rendered: Rendered) -> Fitted | None:
        """Find the place of everything in the type; None when something has none."""
        document = rendered.copy.document
        try:
            shape = shape_of(document, wanted.type, self.marker)
        except Wrong as wrong:
            where = "body" if document.body_field else "type"
            corpus.report(wrong_trait(document, wrong, where))
            return None
        values, found = values_of(document, wanted.type, shape, rendered.page.title)
        seeds, misnamed = seeds_of(document, wanted.type, shape)
        for one in (*found, *misnamed):
            corpus.report(one)
        try:
            items = read_items(document, self.memory.tree.entries)
        except Wrong as wrong:
            corpus.report(wrong_trait(document, wrong, "related"))
            return None
        return Fitted(wanted, rendered, shape, values, seeds, items)

    async def _look_up(self, fitted: Mapping[str, list[Fitted]]) -> None:
        """Have the directory list what the documents name."""
        await self.directory.read(
            (name, organization)
            for copies in fitted.values()
            for fit in copies
            if fit.document.publish
            for organization in self._in_scope(fit.document, fit.organizations)
            for name in fit.names
        )

    def _resolved(self, corpus: Corpus, fit: Fitted) -> dict[str, Mapping[str, Json]]:
        """The values for each organization, by id; a name that leads nowhere is an error."""
        resolved: dict[str, Mapping[str, Json]] = {}
        for organization in self._in_scope(fit.document, fit.organizations):
            try:
                resolved[organization.id] = self.directory.resolve(fit.values, organization)
            except Misnamed as error:
                where = _trait_line(fit.wanted, error.trait)
                corpus.report(wrong_trait(fit.document, error, where))
        return resolved

    # Targets

    def _build(
        self,
        corpus: Corpus,
        wanted: Wanted,
        copies: Sequence[Fitted],
        linker: Linker,
        *,
        partial: bool,
    ) -> None:
        document = wanted.document
        files = [linker.files(fit.document, fit.rendered.page) for fit in copies]
        uses = self._uses(wanted, copies, [used for _, used in files], partial=partial)
        if not document.publish:
            corpus.skipped[document.path] = DRAFT
            corpus.held.add(document.path)
            self.remember(corpus, document.path, (), uses, DRAFT, document)
            return
        values = [self._resolved(corpus, fit) for fit in copies]
        related = [self._related(corpus, fit, linker) for fit in copies]
        if document.path in corpus.held:
            return
        found = zip(copies, files, values, related, strict=True)
        for fit, (attached, _), resolved, items in found:
            self._targets(corpus, fit, attached, resolved, items, linker)
        tags = any(True for fit in copies for _ in fit.names)
        self.remember(corpus, document.path, wanted.keys, uses, None, document, tags=tags)

    def _uses(
        self,
        wanted: Wanted,
        copies: Iterable[Fitted],
        used: Iterable[Mapping[str, str]],
        *,
        partial: bool,
    ) -> dict[str, str]:
        """Everything that a change of any copy may come from, with what it is now."""
        path = wanted.document.path
        uses = dict(self._own_files(wanted))
        if partial:  # what the other copies use is as it was
            before = self.memory.records[path].uses
            uses |= {name: blob for name, blob in before.items() if not own_file(name, path)}
        for fit, files in zip(copies, used, strict=True):
            uses |= fit.rendered.uses
            paths = (item.path for item in fit.items if isinstance(item, Path))
            uses |= {path: self.gallery.blob(path) for path in paths}
            uses |= {name: blob for name, blob in files.items() if name not in self.gallery}
        if any(name.casefold().endswith(".svg") for name in uses):
            uses[f"{RENDERER}svg"] = self.gallery.blob(f"{RENDERER}svg")
        return uses

    def _own_files(self, wanted: Wanted) -> Iterator[tuple[str, str]]:
        """The files of the organizations that have a say in a template, with their blobs."""
        if wanted.document.template:
            for organization in wanted.organizations:
                for path in self.memory.shelf.of(wanted.document.path, organization):
                    yield path, self.gallery.blob(path)

    def _targets(
        self,
        corpus: Corpus,
        fit: Fitted,
        files: Mapping[str, File],
        values: Mapping[str, Mapping[str, Json]],
        related: Mapping[str, tuple[str, ...]],
        linker: Linker,
    ) -> None:
        """Want a copy for each of its organizations."""
        document, page = fit.document, fit.rendered.page
        for organization in fit.organizations:
            links, dead = linker.links(document, page, organization, files)
            for one in dead:
                corpus.report(fit.rendered.copy.placed(one))
            if organization.id in values:
                content = Content(
                    self.project.name,
                    document.key(organization.id),
                    document.path,
                    values[organization.id],
                    page.html,
                    links,
                    fit.shape.body,
                    fit.shape.marker,
                    fit.seeds,
                )
                self._want(corpus, fit, organization, content, files, related[organization.id])

    def _related(self, corpus: Corpus, fit: Fitted, linker: Linker) -> dict[str, tuple[str, ...]]:
        """What the copies for each organization, by id, are related to."""
        related: dict[str, tuple[str, ...]] = {}
        for organization in self._in_scope(fit.document, fit.organizations):
            try:
                refs, dead = refs_of(fit.items, organization, self.directory, linker.index)
            except (Unresolved, Wrong) as error:
                wrong = Wrong(error.code, str(error), error.fix)
                corpus.report(wrong_trait(fit.document, wrong, "related"))
                continue
            related[organization.id] = refs
            for path in dead:
                problem = f"related document {path} is not published to {organization.name}"
                wrong = Wrong("dead-link", problem, "It is left out.")
                corpus.report(wrong_trait(fit.document, wrong, "related", "warning"))
        return related

    def _want(
        self,
        corpus: Corpus,
        fit: Fitted,
        organization: Organization,
        content: Content,
        files: Mapping[str, File],
        related: tuple[str, ...],
    ) -> None:
        document, kind = fit.document, fit.wanted.type
        if content.key in corpus.desired:
            other = corpus.desired[content.key].document
            message = f"has the id {document.id!r} of {other}, for the same organization"
            line = document.lines.get("id")
            fix = "Give each document an id of its own."
            corpus.report(
                Diagnostic(document.path, line, None, "duplicate-id", "error", message, fix)
            )
            corpus.held |= {document.path, other}
            return
        corpus.contents[content.key] = content
        corpus.desired[content.key] = Desired(
            content.key,
            document.path,
            document.blob,
            organization,
            kind.id,
            kind.name,
            fit.rendered.page.title,
            content.fingerprints(),
            files,
            content.refs,
            content.body,
            not content.carrier,
            content.seeds,
            related,
        )

    def remember(
        self,
        corpus: Corpus,
        path: str,
        keys: tuple[str, ...],
        uses: Mapping[str, str],
        skipped: str | None,
        document: Document | None = None,
        *,
        tags: bool = False,
    ) -> None:
        """Take down what the state is to remember of a file."""
        review = document.review_by.isoformat() if document and document.review_by else None
        template = document is not None and document.template
        corpus.records[path] = Record(
            path,
            self.memory.tree.entries[path].blob,
            self.memory.context,
            uses,
            keys,
            skipped,
            review if skipped is None else None,
            tags,
            template,
        )


def where_of(document: Document) -> str:
    """The frontmatter key that names the organizations."""
    return "orgs" if "orgs" in document.lines else "org"


def _trait_line(wanted: Wanted, key: str) -> str:
    """The frontmatter key that sets a trait, which may go by the field's name."""
    for name in wanted.document.traits:
        field_ = wanted.type.field(name)
        if field_ and field_.key == key:
            return f"traits.{name}"
    return "traits"
