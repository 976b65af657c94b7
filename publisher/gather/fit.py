"""Documents against the account: what they name, by id; their traits, by field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.gather.catalog import Unresolved, find_organizations, find_type
from publisher.gather.copies import Rendered
from publisher.gather.project import Scope
from publisher.gather.related import Path, names_of, read_items, refs_of
from publisher.gather.tags import Directory, names_in
from publisher.model import NATIVE, AssetType, Catalog, Diagnostic, Document, Json, Organization
from publisher.types import Name, Shape, Wrong, seeds_of, shape_of, values_of, wrong_trait

if TYPE_CHECKING:
    from publisher.gather.corpus import Corpus


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


class Fitter:
    """Finds the place of everything in one account; what has none is reported."""

    def __init__(
        self,
        catalog: Catalog,
        marker: str,
        files: Collection[str],
        *,
        scope: Scope,
        directory: Directory,
    ) -> None:
        """
        Args:
            catalog: organizations and types.
            marker: the name-key of the trait that carries the marker, where a type has it.
            files: all files of the tree.
            scope: what is planned.
            directory: looks records up by their names.
        """
        self.catalog, self.marker, self.files = catalog, marker, files
        self.scope, self.directory = scope, directory

    def resolve(self, corpus: Corpus, document: Document) -> Wanted | None:
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

    def in_scope(
        self, document: Document, organizations: Iterable[Organization]
    ) -> list[Organization]:
        return [org for org in organizations if self.scope.holds(document.path, org.id)]

    def fit(self, corpus: Corpus, wanted: Wanted, rendered: Rendered) -> Fitted | None:
        """Find the place of everything in the type; None when something has none."""
        document = rendered.copy.document
        try:
            if wanted.type is NATIVE:
                _check_native(document)
                return Fitted(
                    wanted, rendered, Shape("", "", ""), {}, items=read_items(document, self.files)
                )
            for unused in _unused(document):
                corpus.report(unused)
            shape = shape_of(document, wanted.type, self.marker)
        except Wrong as wrong:
            where = "body" if document.body_field else "type"
            where = _WHERE.get(wrong.code, where)
            corpus.report(wrong_trait(document, wrong, where))
            return None
        values, found = values_of(document, wanted.type, shape, rendered.page.title)
        seeds, misnamed = seeds_of(document, wanted.type, shape)
        for one in (*found, *misnamed):
            corpus.report(one)
        try:
            items = read_items(document, self.files)
        except Wrong as wrong:
            corpus.report(wrong_trait(document, wrong, "related"))
            return None
        return Fitted(wanted, rendered, shape, values, seeds, items)

    async def look_up(self, fitted: Mapping[str, list[Fitted]]) -> None:
        """Have the directory list what the documents name."""
        await self.directory.read(
            (name, organization)
            for copies in fitted.values()
            for fit in copies
            if fit.document.publish
            for organization in self.in_scope(fit.document, fit.organizations)
            for name in fit.names
        )

    def values(self, corpus: Corpus, fit: Fitted) -> dict[str, Mapping[str, Json]]:
        """The values for each organization, by id; a name that leads nowhere is an error."""
        resolved: dict[str, Mapping[str, Json]] = {}
        for organization in self.in_scope(fit.document, fit.organizations):
            values, wrong = self.directory.resolve(fit.values, organization)
            for error in wrong:
                where = _trait_line(fit.wanted, error.trait)
                corpus.report(wrong_trait(fit.document, error, where))
            if not wrong:
                resolved[organization.id] = values
        return resolved

    def related(
        self, corpus: Corpus, fit: Fitted, index: Mapping[str, Mapping[str, str]]
    ) -> dict[str, tuple[str, ...]]:
        """What the copies for each organization, by id, are related to."""
        related: dict[str, tuple[str, ...]] = {}
        for organization in self.in_scope(fit.document, fit.organizations):
            try:
                refs, dead = refs_of(fit.items, organization, self.directory, index)
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


_WHERE = {"unknown-trait": "traits", "bad-related": "related", "broken-link": "related"}
"""The frontmatter key to point at, where it is not the type."""


def _check_native(document: Document) -> None:
    """An IT Glue document has a title, a folder and sections, and nothing else.

    Raises:
        Wrong: fields are set.
    """
    if document.traits or document.seed or document.body_field:
        problem = "an IT Glue document has no fields"
        raise Wrong("unknown-trait", problem, "Remove traits, seed and body, or name a type.")


def _unused(document: Document) -> Iterator[Diagnostic]:
    """Keys that only an IT Glue document understands."""
    for key in ("folder", "steps"):
        if key in document.lines:
            problem = f"`{key}` is for IT Glue documents, and has no effect here"
            wrong = Wrong("unused-key", problem, "Remove it, or write `type: document`.")
            yield wrong_trait(document, wrong, key, "warning")


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
