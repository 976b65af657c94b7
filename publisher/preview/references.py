"""Links between documents: what one points to, and which others point to it.

A page knows its own references exactly. To find who links *to* a page, every document would have
to be rendered; so their sources are searched instead, code left out, which finds the same links
in a fraction of the time.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

from publisher.gather.content import Link
from publisher.model import Document
from publisher.preview.model import Linked
from publisher.render import Page
from publisher.render.places import Places
from publisher.render.references import is_local, locate
from publisher.source.meant import INDEXES

_URL = re.compile(
    r"\]\(\s*<?(?P<inline>[^()<>\s]+(?:\([^()\s]*\)[^()<>\s]*)*)"
    r"|^[ ]{0,3}\[[^\]\n]+\]:[ \t]*<?(?P<named>[^\s>]+)"
    r"|\bhref\s*=\s*[\"'](?P<tag>[^\"']+)",
    re.MULTILINE | re.IGNORECASE,
)
_WEB = re.compile(r'<a [^>]*href="((?:https?|mailto|tel):[^"]*)"')


def outgoing(document: Document) -> frozenset[str]:
    """The paths that a document links to, as its source says; see `meant` for what they mean."""
    text = Places(document.body.split("\n"), document.body_line).text
    found = (match["inline"] or match["named"] or match["tag"] for match in _URL.finditer(text))
    paths = {locate(url, document.path)[0] for url in found if is_local(url)}
    return frozenset(filter(None, paths))


def mentions(body: str, path: str) -> bool:
    """Whether a link to *path* can stand in *body* at all: quick, and never wrong about a no."""
    pure = PurePosixPath(path)
    names = {pure.stem, pure.parent.name or "/"} if pure.name in INDEXES else {pure.stem}
    return any(name in body or quote(name) in body for name in names)


def links_out(
    page: Page,
    links: tuple[Link | None, ...],
    label: Callable[[str], str],
    names: Mapping[str, str],
) -> Iterator[Linked]:
    """What a page points to, each target once.

    Args:
        page: the rendered document.
        links: what each of its references means.
        label: a key -> the path of its document.
        names: the path of each attachment by its name.
    """
    seen: set[tuple[str, ...]] = set()
    for linked in [*_local(page, links, label, names), *_web(page)]:
        place = (linked.kind, linked.target or linked.label, linked.anchor)
        if place not in seen:
            seen.add(place)
            yield linked


def _local(
    page: Page,
    links: tuple[Link | None, ...],
    path_of: Callable[[str], str],
    names: Mapping[str, str],
) -> Iterator[Linked]:
    for reference, link in zip(page.references, links, strict=True):
        kind, _, what = link.ref.partition(":") if link else ("", "", "")
        if kind == "doc":
            path = path_of(what)
            yield Linked("document", path, path, reference.anchor, reference.line)
        elif kind == "file":
            yield Linked("file", what, names.get(what, ""), "", reference.line)
        elif link and link.url:
            yield Linked("web", reference.raw, link.url, link.anchor, reference.line)
        else:
            yield Linked("nothing", reference.raw, "", "", reference.line)


def _web(page: Page) -> Iterator[Linked]:
    for escaped in _WEB.findall(page.html):
        url = entities.unescape(escaped)
        yield Linked("web", url, url)
