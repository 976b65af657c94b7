"""A document -> its pages: filled in for each organization if it is a template, diagrams drawn.

One page serves all organizations of a document that is no template, so a fan-out to hundreds of
them is rendered once.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from publisher.config import Config
from publisher.diagrams import Drawn, Gallery, draw_fences
from publisher.diagrams.gallery import RENDERER
from publisher.gather.ahead import Source, call_processes, render_all
from publisher.gather.cache import Pages
from publisher.gather.project import Inspect
from publisher.model import Diagnostic, Document, Organization, OrgSelector
from publisher.render import Page, TooDeep, render
from publisher.source.documents import Parsed
from publisher.source.tree import Tree
from publisher.variables import BadTemplate, Copy, Override, Shelf, Values, fill_in, read_values

_SHOWN = 10
"""Mistakes of a kind that are listed; three hundred organizations can lack the same value."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One copy of a document with its page."""

    copy: Copy
    page: Page
    uses: Mapping[str, str]
    """The renderers of its diagrams, with their versions."""


class Press:
    """Makes the pages of documents."""

    def __init__(
        self,
        tree: Tree,
        gallery: Gallery,
        shelf: Shelf,
        config: Config | None = None,
        cache: Pages | None = None,
    ) -> None:
        """Without a *config* the values of organizations are not looked through for secrets."""
        self.tree, self.gallery, self.shelf, self.config = tree, gallery, shelf, config
        self._cache = cache
        self._secrets = functools.cache(self._secrets_in)
        self._values = functools.cache(lambda path: read_values(path, self._raw(path)))
        self._pool: ProcessPoolExecutor | None = None
        self._ahead: dict[Source, Page] = {}
        self._used: dict[Source, Page] = {}
        self._asked: set[Source] = set()
        self._kept: set[Source] = set()
        """What the cache was asked for, and what it has."""

    def expect(self, count: int) -> None:
        """Get ready for so many documents that are just being read."""
        if not (self._cache and self._cache.exists):  # else there may be nothing to do
            self._pool = call_processes(count)

    def start(self, documents: Iterable[Document]) -> None:
        """Make what can be made ahead: what is not filled in for each organization."""
        sources = [
            (one.path, one.body, one.title, one.body_line) for one in documents if not one.template
        ]
        self._ahead = self._from_cache(sources)
        pool, self._pool = self._pool, None
        self._ahead |= render_all((one for one in sources if one not in self._ahead), pool)

    def keep(self, but: Collection[str]) -> None:
        """Keep the pages that were made for later runs, *but* none of these documents."""
        if self._cache:
            good = {one: page for one, page in self._used.items() if one[0] not in but}
            self._cache.drop(self._used.keys() - good.keys())
            self._cache.put({one: good[one] for one in good.keys() - self._kept})
        self._used, self._asked, self._kept = {}, set(), set()

    def _from_cache(self, sources: Collection[Source]) -> dict[Source, Page]:
        new = [one for one in sources if one not in self._asked]
        if not self._cache or not new:
            return {}
        found = self._cache.get(new)
        self._asked |= {*new}
        self._kept |= found.keys()
        return found

    def _raw(self, path: str) -> bytes:
        return next(self.tree.read([path]))[1]

    def pages(
        self, document: Document, organizations: Iterable[Organization]
    ) -> tuple[list[Rendered], list[Diagnostic]]:
        """Render *document* for *organizations*, and say what is wrong."""
        found: list[Diagnostic] = []
        made: list[Rendered] = []
        pages: dict[tuple[str, str | None], Rendered] = {}
        for copy in self._copies(document, tuple(organizations), found):
            text = (copy.document.body, copy.document.title)
            try:
                same = pages.get(text) or self._rendered(copy, found)
            except TooDeep as error:
                message = f"cannot be rendered: {error}"
                line = error.line or document.body_line
                wrong = Diagnostic(document.path, line, None, "too-deep", "error", message)
                found.append(copy.placed(wrong))
                continue
            pages[text] = same
            made.append(replace(same, copy=copy))
        return made, _shortened(found, document)

    def _copies(
        self,
        document: Document,
        organizations: tuple[Organization, ...],
        found: list[Diagnostic],
    ) -> Iterator[Copy]:
        if not document.template:
            yield Copy(document, organizations)
            return
        for organization in organizations:
            try:
                found += self._secrets(self.shelf.values(organization))
                yield fill_in(document, organization, *self._own(document, organization))
            except BadTemplate as error:
                path = error.path or document.path
                found.append(
                    Diagnostic(
                        path, error.line, None, error.code, "error", error.problem, error.fix
                    )
                )

    def _secrets_in(self, path: str | None) -> tuple[Diagnostic, ...]:
        """What in an organization's values seems secret: in a page it might not look like it."""
        if path is None or self.config is None:
            return ()
        from publisher.check.secrets import scanner_of, text_findings  # late: most plans read none

        return tuple(text_findings(path, self._raw(path), scanner_of(self.config)))

    def _own(
        self, document: Document, organization: Organization
    ) -> tuple[Values | None, Override | None]:
        values = self.shelf.values(organization)
        override = self.shelf.override(document.path, organization)
        return (
            self._values(values) if values else None,
            Override.read(override, self._raw(override)) if override else None,
        )

    def _rendered(self, copy: Copy, found: list[Diagnostic]) -> Rendered:
        document = copy.document
        drawn = draw_fences(document.body, self.gallery.diagram)
        found += map(copy.placed, _undrawn(document, drawn))
        source = (document.path, drawn.body, document.title, document.body_line)
        page = self._ahead.pop(source, None) or self._from_cache([source]).get(source)
        page = page or render(
            drawn.body, path=document.path, title=document.title, first_line=document.body_line
        )
        if self._cache:
            self._used[source] = page
        kinds = (f"{RENDERER}{kind}" for kind in drawn.kinds)
        return Rendered(copy, page, {kind: self.gallery.blob(kind) for kind in kinds})


def _undrawn(document: Document, drawn: Drawn) -> Iterator[Diagnostic]:
    for line, why in drawn.problems:
        message = f"the diagram stays code: {why.problem}"
        place = document.body_line + line
        yield Diagnostic(document.path, place, None, "diagram", "warning", message, why.fix)


def _shortened(found: list[Diagnostic], document: Document) -> list[Diagnostic]:
    """Each finding once, and of one kind not more than anybody reads."""
    kept: list[Diagnostic] = []
    left = 0
    for one in dict.fromkeys(found):
        if sum(other.code == one.code for other in kept) < _SHOWN:
            kept.append(one)
        else:
            left += 1
    if left:
        message = f"{left} more of the same, for other organizations"
        kept.append(Diagnostic(document.path, None, None, kept[-1].code, "error", message))
    return kept


def inspect_pages(
    inspect: Inspect,
    parsed: Mapping[str, Parsed],
    raw: Mapping[str, bytes],
    made: Mapping[str, list[Rendered]],
    gallery: Gallery,
) -> list[tuple[Diagnostic, str]]:
    """Check documents by their pages; each copy of a template is checked like a document.

    Gives each finding with the document that it speaks of: it may stand in an override.
    """
    views, pages, texts = dict(parsed), dict[str, Page](), dict(raw)
    origins: dict[str, tuple[str, Copy]] = {}
    for path, copies in made.items():
        document = parsed[path].document
        for rendered in copies:
            name = path
            if document and document.template:
                copy = rendered.copy
                name = f"{path}@{copy.organizations[0].id}"
                origins[name] = (path, copy)
                views[name] = replace(parsed[path], path=name, document=_view(copy, name))
                texts[name] = _text(copy.document)
            pages[name] = _without_drawn(rendered.page, gallery)
        if document and document.template:  # its title is the copies'
            views[path] = replace(parsed[path], document=replace(document, title=None))
    found = inspect(views, pages, texts)
    return list(dict.fromkeys(_placed(one, origins) for one in found))


def _view(copy: Copy, name: str) -> Document:
    selector = OrgSelector((copy.organizations[0].id,))
    return replace(copy.document, path=name, id=None, orgs=selector)


def _text(document: Document) -> bytes:
    """A copy as a file: what was filled in stands on the lines of the template."""
    front = [""] * (document.body_line - 1)
    texts = {f"traits.{name}": value for name, value in document.traits.items()}
    for key, value in {**texts, "title": document.title}.items():
        line = document.lines.get(key, 0)
        if 0 < line <= len(front):
            front[line - 1] += f"{key.removeprefix('traits.')}: {value} "
    return "\n".join([*front, document.body]).encode("utf-8", "replace")


def _without_drawn(page: Page, gallery: Gallery) -> Page:
    """The page without references to drawn pictures, which no file of the tree is."""
    kept = tuple(one for one in page.references if one.path not in gallery)
    return page if len(kept) == len(page.references) else replace(page, references=kept)


def _placed(found: Diagnostic, origins: Mapping[str, tuple[str, Copy]]) -> tuple[Diagnostic, str]:
    if found.document not in origins:
        return found, found.document
    path, copy = origins[found.document]
    return copy.placed(replace(found, document=path)), path
