"""Git's side: every document's targets, read as sparingly as possible.

A file whose blob id, surroundings and referenced files are as the state recorded them when it was
published is not read again: what was sent then is what is desired now. So a plan in which nothing
changed costs one tree listing, however many documents there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from publisher.config import Config
from publisher.gather.catalog import Unresolved, find_organizations, find_type
from publisher.gather.content import Content
from publisher.gather.links import Linker
from publisher.gather.project import Project, Scope
from publisher.gather.tags import Directory, Misnamed, names_in
from publisher.model import AssetType, Catalog, Diagnostic, Document, Json, Organization, digest
from publisher.render import RENDERER, Page, TooDeep, render
from publisher.source.defaults import check_defaults
from publisher.source.documents import Parsed, parse
from publisher.source.select import select
from publisher.source.tree import Tree
from publisher.targets import Desired, File, Known, Record
from publisher.types import Shape, Wrong, seeds_of, shape_of, values_of, wrong_trait

Inspect = Callable[
    [Mapping[str, Parsed], Mapping[str, Page], Mapping[str, bytes]], list[Diagnostic]
]
"""The checks that a document must pass to be published, over those that were read."""


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
    """A document's place in its type."""

    shape: Shape
    values: Mapping[str, Json]
    """As they are sent, but for body and marker; names of records not yet looked up."""
    seeds: frozenset[str] = frozenset()

    @property
    def has_tags(self) -> bool:
        return any(True for _ in names_in(self.values))


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
        self.project, self.tree, self.catalog, self.marker = project, tree, catalog, marker
        self.records, self.known = records, known
        self.scope, self.inspect, self.directory = scope, inspect, directory
        self.context = context_of(project.config, project.name, catalog, marker)
        self.organizations = {org.id: org for org in catalog.organizations}
        self.types = {kind.id: kind for kind in catalog.types}
        self.reread: set[str] = set()

    async def read(self) -> Corpus:
        """Read what has to be read, and take the rest from the state."""
        corpus = Corpus()
        selection = select(self.tree, self.project.config.docs)
        corpus.diagnostics += [*check_defaults(self.project.config), *selection.diagnostics]
        corpus.paths = frozenset(selection.paths)
        reused = [path for path in selection.paths if self._reusable(path)]
        fresh = [path for path in selection.paths if path not in set(reused)]
        for path in reused:
            self._reuse(corpus, self.records[path])
        await self._read(corpus, fresh)
        return corpus

    async def read_again(self, keys: Iterable[str]) -> Corpus:
        """Read again; the documents of *keys* really, whatever the state says of them."""
        self.reread |= {self.known[key].document for key in keys if key in self.known}
        return await self.read()

    # What the state remembers

    def _reusable(self, path: str) -> bool:
        record, entry = self.records.get(path), self.tree.entries[path]
        if record is None or path in self.reread or record.blob != entry.blob:
            return False
        if record.context != self.context or (record.tags and self.directory.mode == "full"):
            return False
        if any(self._blob(used) != blob for used, blob in record.uses.items()):
            return False
        return all(self._published(key, path) for key in record.keys)

    def _blob(self, path: str) -> str:
        entry = self.tree.entries.get(path)
        return entry.blob if entry else ""

    def _published(self, key: str, path: str) -> bool:
        known = self.known.get(key)
        return known is not None and known.document == path and not known.archived

    def _reuse(self, corpus: Corpus, record: Record) -> None:
        if record.skipped is not None:
            corpus.skipped[record.path] = record.skipped
            corpus.held.add(record.path)
        for key in record.keys:
            known = self.known[key]
            if self.scope.holds(record.path, known.organization_id):
                corpus.desired[key] = self._as_known(known)

    def _as_known(self, known: Known) -> Desired:
        files = {n: File(n, "", file.blob, file.size) for n, file in known.files.items()}
        return Desired(
            known.key,
            known.document,
            known.blob,
            self.organizations[known.organization_id],
            known.type_id,
            self.types[known.type_id].name,
            None,
            known.sent,
            files,
            tuple(sorted(known.refs)),
            known.body,
            known.footer,
        )

    # What has to be read

    async def _read(self, corpus: Corpus, paths: list[str]) -> None:
        raw = dict(self.tree.read(paths))
        parsed = {
            path: parse(self.tree.entries[path], raw[path], self.project.config) for path in paths
        }
        wanted: dict[str, Wanted] = {}
        for path, result in parsed.items():
            corpus.diagnostics += result.diagnostics
            if result.document is None:
                self._no_document(corpus, path, result)
            elif found := self._resolve(corpus, result.document):
                wanted[path] = found
        pages = self._render(corpus, wanted)
        corpus.diagnostics += self.inspect(parsed, pages, raw)
        bad = {d.document for d in corpus.diagnostics if d.severity == "error"}
        corpus.held |= bad
        good = {path: page for path, page in pages.items() if path not in bad}
        fitted = {path: self._fit(corpus, wanted[path], page) for path, page in good.items()}
        await self._look_up(wanted, fitted)
        linker = Linker(self.tree, self._index(corpus, wanted), corpus.paths)
        for path, fit in fitted.items():
            if fit:
                self._build(corpus, wanted[path], fit, pages[path], linker)

    def _no_document(self, corpus: Corpus, path: str, result: Parsed) -> None:
        if any(found.severity == "error" for found in result.diagnostics):
            return
        corpus.skipped[path] = result.skipped or "no document"
        self._remember(corpus, path, (), {}, corpus.skipped[path])

    def _resolve(self, corpus: Corpus, document: Document) -> Wanted | None:
        """Names to ids; a document that names something unknown is an error of its own."""
        try:
            kind = find_type(document.type, self.catalog)
            organizations = tuple(find_organizations(document.orgs, self.catalog))
        except Unresolved as error:
            wrong = error
            where = "type" if error.code.endswith("-type") else where_of(document)
            line = document.lines.get(where)
            corpus.diagnostics.append(
                Diagnostic(document.path, line, None, wrong.code, "error", wrong.problem, wrong.fix)
            )
            return None
        corpus.documents[document.path] = document
        return Wanted(document, kind, organizations)

    def _render(self, corpus: Corpus, wanted: Mapping[str, Wanted]) -> dict[str, Page]:
        pages: dict[str, Page] = {}
        for path, found in wanted.items():
            document = found.document
            if not self.scope.document(path):
                continue
            try:
                pages[path] = render(
                    document.body,
                    path=path,
                    title=document.title,
                    first_line=document.body_line,
                )
            except TooDeep as error:
                message = f"cannot be rendered: {error}"
                corpus.diagnostics.append(
                    Diagnostic(path, document.body_line, None, "too-deep", "error", message)
                )
        return pages

    def _index(self, corpus: Corpus, wanted: Mapping[str, Wanted]) -> dict[str, dict[str, str]]:
        """Document -> organization id -> key, of everything that is or will be published."""
        index: dict[str, dict[str, str]] = {}
        for path, found in wanted.items():
            if found.document.publish:
                index[path] = {org.id: found.document.key(org.id) for org in found.organizations}
        for path in corpus.paths:
            record = self.records.get(path)
            if path not in index and path not in corpus.held and record:
                index[path] = {key.rpartition("@")[2]: key for key in record.keys}
        return index

    def _fit(self, corpus: Corpus, wanted: Wanted, page: Page) -> Fitted | None:
        """Find the place of everything in the type; None when something has none."""
        document = wanted.document
        try:
            shape = shape_of(document, wanted.type, self.marker)
        except Wrong as wrong:
            where = "body" if document.body_field else "type"
            self._hold(corpus, [wrong_trait(document, wrong, where)])
            return None
        values, found = values_of(document, wanted.type, shape, page.title)
        seeds, misnamed = seeds_of(document, wanted.type, shape)
        self._hold(corpus, [*found, *misnamed])
        return None if document.path in corpus.held else Fitted(shape, values, seeds)

    def _hold(self, corpus: Corpus, found: Iterable[Diagnostic]) -> None:
        """Take note of findings; a document with an error is held."""
        for one in found:
            corpus.diagnostics.append(one)
            if one.severity == "error":
                corpus.held.add(one.document)

    async def _look_up(
        self, wanted: Mapping[str, Wanted], fitted: Mapping[str, Fitted | None]
    ) -> None:
        """Have the directory list what the documents name."""
        await self.directory.read(
            (name, organization)
            for path, fit in fitted.items()
            if fit and wanted[path].document.publish
            for organization in self._organizations(wanted[path])
            for name in names_in(fit.values)
        )

    def _organizations(self, wanted: Wanted) -> list[Organization]:
        path = wanted.document.path
        return [org for org in wanted.organizations if self.scope.holds(path, org.id)]

    def _build(
        self, corpus: Corpus, wanted: Wanted, fit: Fitted, page: Page, linker: Linker
    ) -> None:
        document = wanted.document
        files, uses = linker.files(document, page)
        if not document.publish:
            corpus.skipped[document.path] = "a draft (publish: false)"
            corpus.held.add(document.path)
            self._remember(corpus, document.path, (), uses, corpus.skipped[document.path])
            return
        values = self._resolved(corpus, wanted, fit)
        if values is None:
            return
        for organization in wanted.organizations:
            links, dead = linker.links(document, page, organization, files)
            corpus.diagnostics += dead
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
                self._want(corpus, wanted, organization, page.title, content, files)
        self._remember(corpus, document.path, wanted.keys, uses, None, document, fit.has_tags)

    def _resolved(
        self, corpus: Corpus, wanted: Wanted, fit: Fitted
    ) -> dict[str, Mapping[str, Json]] | None:
        """The values for each organization, by id; None when a name leads nowhere."""
        resolved: dict[str, Mapping[str, Json]] = {}
        wrong: list[Diagnostic] = []
        for organization in self._organizations(wanted):
            try:
                resolved[organization.id] = self.directory.resolve(fit.values, organization)
            except Misnamed as error:
                where = _trait_line(wanted, error.trait)
                wrong.append(wrong_trait(wanted.document, error, where))
        self._hold(corpus, wrong)
        return None if wrong else resolved

    def _want(
        self,
        corpus: Corpus,
        wanted: Wanted,
        organization: Organization,
        title: str,
        content: Content,
        files: Mapping[str, File],
    ) -> None:
        document = wanted.document
        if content.key in corpus.desired:
            other = corpus.desired[content.key].document
            message = f"has the id {document.id!r} of {other}, for the same organization"
            line = document.lines.get("id")
            fix = "Give each document an id of its own."
            corpus.diagnostics.append(
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
            wanted.type.id,
            wanted.type.name,
            title,
            content.fingerprints(),
            files,
            content.refs,
            content.body,
            not content.carrier,
            content.seeds,
        )

    def _remember(
        self,
        corpus: Corpus,
        path: str,
        keys: tuple[str, ...],
        uses: Mapping[str, str],
        skipped: str | None,
        document: Document | None = None,
        tags: bool = False,
    ) -> None:
        review = document.review_by.isoformat() if document and document.review_by else None
        blob = self.tree.entries[path].blob
        corpus.records[path] = Record(path, blob, self.context, uses, keys, skipped, review, tags)


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


def context_of(config: Config, name: str, catalog: Catalog, marker: str) -> str:
    """Digest of all that a document's meaning depends on beside itself and the files it uses."""
    return digest(
        [
            RENDERER,
            name,
            marker,
            config.docs.model_dump(mode="json"),
            [dict(entry) for entry in config.defaults],
            repr(catalog),
        ]
    )
