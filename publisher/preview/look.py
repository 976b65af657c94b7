"""One look at one file: everything that the window shows of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping

from publisher.check import run as check
from publisher.check.duplicate_ids import duplicate_ids
from publisher.check.duplicate_titles import duplicate_titles
from publisher.check.material import Material
from publisher.gather.copies import Rendered, inspect_pages
from publisher.model import Diagnostic, Document, Organization
from publisher.preview.collection import Collection, Made, Resolved
from publisher.preview.facts import facts_of
from publisher.preview.model import Fact, Linked, View
from publisher.preview.references import links_out
from publisher.preview.sheet import attached, document_type, lay_out, related
from publisher.render import Page
from publisher.render.page import readable
from publisher.source.documents import Parsed

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)


class Look:
    """One look at one file."""

    def __init__(self, collection: Collection, marker: str, parsed: Parsed, raw: bytes) -> None:
        self.collection, self.marker = collection, marker
        self.parsed, self.raw, self.path = parsed, raw, parsed.path

    def view(self, organization: str) -> View:
        """It for one organization: an id or a name, else its first."""
        one = self.collection.resolved.get(self.path)
        if one is None:
            return self._without_page(self.parsed.diagnostics)
        chosen = choose(one.organizations, organization)
        if chosen is None:
            return self._without_page(one.problems, one)
        made = self.collection.made(self.path, chosen)
        if made.rendered is None:
            return self._without_page(made.findings, one, chosen)
        return self._with_page(one, made, made.rendered, chosen)

    def _with_page(
        self, one: Resolved, made: Made, rendered: Rendered, chosen: Organization
    ) -> View:
        document, page = one.document, rendered.page
        sheet = lay_out(self.collection, one, rendered, chosen, self.marker)
        names = {name: file.path for name, file in sheet.files.items()}
        return View(
            path=self.path,
            title=page.title,
            type=document_type(one),
            organization=chosen,
            organizations=one.organizations,
            key=document.key(chosen.id),
            draft=not document.publish,
            values=sheet.values,
            attachments=attached(sheet.files),
            related=related(document),
            facts=self._facts(),
            findings=self._findings(rendered, (*one.problems, *made.findings, *sheet.problems)),
            out=tuple(self._titled(links_out(page, sheet.links, self._path_of, names))),
            into=self._into(),
        )

    def _without_page(
        self,
        problems: Iterable[Diagnostic],
        one: Resolved | None = None,
        chosen: Organization | None = None,
    ) -> View:
        found = tuple(problems)
        return View(
            path=self.path,
            title=title_of(one.document) if one else readable(self.path),
            type=document_type(one) if one else "",
            organization=chosen,
            organizations=one.organizations if one else (),
            facts=self._facts(),
            findings=found,
            problems=found,
            skipped=self.parsed.skipped or "",
            into=self._into(),
        )

    def _facts(self) -> tuple[Fact, ...]:
        return facts_of(self.path, self.raw, self.collection.project.config)

    def _findings(self, rendered: Rendered, more: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        collection = self.collection
        config, organization = collection.project.config, rendered.copy.organizations[0]
        linked = collection.pages_for_anchors(rendered.page, organization)

        def inspect(
            parsed: Mapping[str, Parsed], pages: Mapping[str, Page], raw: Mapping[str, bytes]
        ) -> list[Diagnostic]:
            return check(collection.tree, parsed.values(), config, {**linked, **pages}, raw=raw)

        path, gallery = self.path, collection.gallery
        made = {path: [rendered]}
        checked = inspect_pages(inspect, {path: self.parsed}, {path: self.raw}, made, gallery)
        alone = (finding for finding, _ in checked)
        doubles = self._doubles({path: rendered.page})
        found = {*self.parsed.diagnostics, *more, *alone, *doubles}
        return tuple(sorted(found, key=lambda finding: finding.order))

    def _doubles(self, pages: Mapping[str, Page]) -> Iterator[Diagnostic]:
        """What only a look at all documents tells."""
        documents = tuple(self.collection.documents())
        today = dt.datetime.now().astimezone().date()
        material = Material(self.collection.tree, documents, pages, {}, frozenset(), today)
        for finding in (*duplicate_ids(material), *duplicate_titles(material)):
            if finding.document == self.path:
                yield finding

    def _path_of(self, key: str) -> str:
        return self.collection.targets.get(key, ("", ""))[0]

    def _into(self) -> tuple[Linked, ...]:
        paths = self.collection.linking_to(self.path)
        return tuple(self._titled(Linked("document", path, path) for path in paths))

    def _titled(self, links: Iterable[Linked]) -> Iterator[Linked]:
        """Documents by their titles instead of their paths."""
        for link in links:
            one = self.collection.resolved.get(link.target) if link.kind == "document" else None
            label = title_of(one.document) if one else link.label
            yield Linked(link.kind, label, link.target, link.anchor, link.line)


def title_of(document: Document) -> str:
    """The title without rendering: the frontmatter's, the first heading, the file's name."""
    heading = None if document.title else _HEADING.search(document.body)
    return document.title or (heading[1] if heading else readable(document.path))


def choose(organizations: tuple[Organization, ...], wanted: str) -> Organization | None:
    """The organization of that id or name, else the first."""
    found = (org for org in organizations if wanted in (org.id, org.name))
    return next(found, organizations[0] if organizations else None)
