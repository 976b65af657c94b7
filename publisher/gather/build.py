"""What is read: files -> targets, each with everything that it is to hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from publisher.diagrams.gallery import RENDERER
from publisher.gather.cache import Pages
from publisher.gather.content import Content
from publisher.gather.copies import Press, Rendered, inspect_pages
from publisher.gather.fit import Fitted, Fitter, Wanted
from publisher.gather.links import Linker
from publisher.gather.project import Inspect, Project, Scope
from publisher.gather.related import Path
from publisher.gather.reuse import Memory, organization_of, own_file
from publisher.gather.sections import as_native
from publisher.gather.tags import Directory
from publisher.model import NATIVE, Catalog, Diagnostic, Document, Json, Organization
from publisher.source.documents import Parsed
from publisher.targets import Desired, File, Record

if TYPE_CHECKING:
    from publisher.gather.corpus import Corpus

DRAFT = "a draft (publish: false)"


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
        self.project, self.memory = project, memory
        self.scope, self.inspect = scope, inspect
        entries = memory.tree.entries
        self.fitter = Fitter(catalog, marker, entries, scope=scope, directory=directory)
        self.gallery = memory.gallery
        pages = Pages(project.root, memory.tree)
        self.press = Press(memory.tree, memory.gallery, memory.shelf, project.config, pages)

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
        if not parsed:
            return
        wanted: dict[str, Wanted] = {}
        for path, result in parsed.items():
            for problem in result.diagnostics:
                corpus.report(problem)
            if result.document is None:
                self._no_document(corpus, path, result)
            elif one := self.fitter.resolve(corpus, result.document):
                wanted[path] = one
        self.press.start(one.document for one in wanted.values() if self._renders(one))
        made = {path: self._pages(corpus, one, only.get(path)) for path, one in wanted.items()}
        made = {path: copies for path, copies in made.items() if copies}
        for found, document in inspect_pages(self.inspect, parsed, raw, made, self.gallery):
            corpus.report(found, holds=document)
        self.press.keep(but=corpus.held)  # a secret is an error, and no text with one is kept
        fitted = {
            path: [self.fitter.fit(corpus, wanted[path], rendered) for rendered in copies]
            for path, copies in made.items()
            if path not in corpus.held
        }
        good = {
            path: [fit for fit in copies if fit]
            for path, copies in fitted.items()
            if path not in corpus.held
        }
        await self.fitter.look_up(good)
        linker = Linker(
            self.gallery.tree,
            self._index(corpus, wanted),
            corpus.paths,
            raster=self.gallery.raster,
            web_view=self.project.config.docs.web_view,
        )
        for path, copies in good.items():
            self._build(corpus, wanted[path], copies, linker, partial=path in only)

    # Documents

    def _no_document(self, corpus: Corpus, path: str, result: Parsed) -> None:
        if path in corpus.held:
            return
        corpus.skipped[path] = result.skipped or "no document"
        self.remember(corpus, path, (), {}, corpus.skipped[path])

    def _pages(self, corpus: Corpus, wanted: Wanted, only: frozenset[str] | None) -> list[Rendered]:
        """The pages of a document; none if it is out of scope, or something is wrong with it."""
        document = wanted.document
        if not self._renders(wanted):
            return []
        organizations: Iterable[Organization] = wanted.organizations
        if document.template:
            organizations = [
                org
                for org in self.fitter.in_scope(document, organizations)
                if only is None or org.id in only
            ]
        made, found = self.press.pages(document, organizations)
        for one in found:  # also when it stands in a file of the organization's
            corpus.report(one, holds=document.path)
        return made

    def _renders(self, wanted: Wanted) -> bool:
        return self.scope.renders(wanted.document.path, wanted.organizations)

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
        values = [self.fitter.values(corpus, fit) for fit in copies]
        related = [self.fitter.related(corpus, fit, linker.index) for fit in copies]
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
                if fit.wanted.type is NATIVE:
                    content = as_native(content, document, page)
                self._want(corpus, fit, organization, content, files, related[organization.id])

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
            content.holder,
            not content.carrier,
            content.seeds,
            related,
            content.labels,
            content.pictures,
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
