"""One target's document with what it takes to render pieces of it, addresses and all."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote, unquote

from publisher.diagrams import Gallery
from publisher.diagrams.gallery import FOLDER
from publisher.gather.agree import address_of
from publisher.gather.content import Content
from publisher.gather.copies import Press
from publisher.gather.links import Linker
from publisher.gather.project import PICTURES
from publisher.gather.session import Planned, Session
from publisher.model import Document
from publisher.pull.blocks import definitions, written
from publisher.pull.convert import relative
from publisher.render import Page
from publisher.targets import Desired
from publisher.variables import Shelf

ELSEWHERE = "\0"
"""A title that no heading says, so that a piece keeps its heading."""


@dataclass(frozen=True, slots=True)
class Studio:
    """What all targets of a run share."""

    session: Session
    planned: Planned
    press: Press
    linker: Linker
    paths: dict[str, str]
    """The address of an asset -> the document that it was made from."""


def studio(session: Session, planned: Planned) -> Studio:
    """Set up what the documents of *planned* are rendered with."""
    index: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for desired in planned.corpus.desired.values():
        index[desired.document][desired.organization.id] = desired.key
    gallery = Gallery(session.tree, session.project.root / PICTURES)
    shelf = Shelf(planned.catalog.organizations, session.tree.entries.keys())
    linker = Linker(
        gallery.tree,
        index,
        planned.corpus.paths,
        raster=gallery.raster,
        web_view=session.project.config.docs.web_view,
    )
    paths = {known.url: known.document for known in planned.known.values() if known.url}
    return Studio(session, planned, Press(session.tree, gallery, shelf), linker, paths)


@dataclass(frozen=True)
class Canvas:
    """One target."""

    studio: Studio
    key: str

    @property
    def content(self) -> Content:
        return self.studio.planned.corpus.contents[self.key]

    @property
    def desired(self) -> Desired:
        return self.studio.planned.corpus.desired[self.key]

    @property
    def document(self) -> Document:
        return self.studio.planned.corpus.documents[self.desired.document]

    @cached_property
    def _definitions(self) -> str:
        return definitions(self.document.body)

    @cached_property
    def _address(self) -> Callable[[str], tuple[str, str]]:
        return address_of(self.studio.planned, self.key)

    # Markdown -> HTML

    def piece(self, source: str, may_be_titled: bool) -> str:
        """A piece of the document as HTML, with the page's own tokens for references."""
        title = self.document.title if may_be_titled else ELSEWHERE
        return self._page(f"{source}\n\n{self._definitions}", title).html

    def paint(self, source: str) -> str:
        """A piece of Markdown as it would be sent, without the footnotes that it would bring."""
        html = self._sent(self._page(f"{source}\n\n{self._definitions}", ELSEWHERE))
        return "".join(written(html))

    def whole(self, source: str) -> str:
        """A body as it would be sent."""
        return self._sent(self._page(source, self.document.title))

    def addressed(self, block: str) -> str:
        """A block of the body's own page as it was sent."""
        return replace(self.content, html=block).addressed(lambda ref: self._address(ref)[1])

    def _page(self, source: str, title: str | None) -> Page:
        document = replace(self.document, body=source, title=title, template=False)
        made, _ = self.studio.press.pages(document, [self.desired.organization])
        return made[0].page if made else Page("", "", (), frozenset(), ())

    def _sent(self, page: Page) -> str:
        desired = self.desired
        links, _ = self.studio.linker.links(
            self.document, page, desired.organization, desired.files
        )
        sent = replace(self.content, html=page.html, links=links)
        return sent.addressed(lambda ref: self._address(ref)[1])

    # Addresses -> paths

    @cached_property
    def _files(self) -> dict[str, str]:
        known = self.studio.planned.known[self.key]
        return {
            known.files[name].url: file.path
            for name, file in self.desired.files.items()
            if name in known.files and not file.path.startswith(f"{FOLDER}/")
        }

    def link(self, url: str) -> str:
        """An address in the asset as the document writes it: a path where it is one of ours."""
        plain, mark, anchor = url.partition("#")
        path = self._files.get(url) or self.studio.paths.get(plain)
        if path is None:
            return url
        start = posixpath.dirname(self.document.path) or "."
        return relative(posixpath.relpath(path, start)) + mark + quote(unquote(anchor))
