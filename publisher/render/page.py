"""Markdown body -> `Page`: the pipeline of render, its steps by name."""

from __future__ import annotations

import html as entities
import posixpath
import re
from dataclasses import dataclass

from publisher.render.errors import TooDeep
from publisher.render.limits import check_limits
from publisher.render.places import Places
from publisher.render.references import SCHEME, Kind, Reference, locate
from publisher.render.rules.comments import drop_comments
from publisher.render.rules.dialects import adapt
from publisher.render.rules.headings import Slugger, Title
from publisher.render.rules.layout import MAX_DEPTH, lay_out, without_stand_ins
from publisher.render.rules.wrappers import close_wrappers
from publisher.render.sanitize import sanitize

_ID = re.compile(r'<[a-z][^>]* id="([^"]*)"')
_NAMELESS = re.compile(rf'<img(?P<rest>(?![^>]* alt="[^"])[^>]* src="{SCHEME}:(?P<n>\d+)"[^>]*)>')


@dataclass(frozen=True, slots=True)
class Stripped:
    """Something that the document holds and IT Glue would not keep."""

    what: str
    """``<script>``, ``onclick``, ``style: position``, ``data: image`` …"""
    line: int | None
    """Line of the file where it first stands, as far as it can be told."""


@dataclass(frozen=True, slots=True)
class Page:
    """A document as HTML, before it is known where its references lead."""

    title: str
    html: str
    """Sanitized; local references are symbolic: see `resolve`."""
    references: tuple[Reference, ...]
    """In order of appearance: the token of number N is ``publisher-ref:N``."""
    anchors: frozenset[str]
    """What ``#anchor`` can lead to in this page."""
    stripped: tuple[Stripped, ...]
    """What was dropped, each kind once."""


def render(body: str, *, path: str, title: str | None = None, first_line: int = 1) -> Page:
    """Render the Markdown *body* of the document at *path*, relative to the docs root.

    *title* is the frontmatter's; without one the first heading is the title, else the file's
    name. *first_line* is the file's line on which the body starts.

    Raises:
        TooDeep: blocks or tags are nested deeper than any document needs.
    """
    from publisher.render.markdown import convert  # late: most plans render nothing

    lines = body.replace("\r\n", "\n").split("\n")
    places = Places(lines, first_line)
    slugger = Slugger()
    heading = Title(title, slugger)
    source = "\n".join(close_wrappers(lay_out(adapt(drop_comments(lines)))))
    check_limits(places.text, first_line)
    try:
        raw = convert(source, heading, slugger)
    except RecursionError:
        raise TooDeep("blocks", MAX_DEPTH) from None
    references: list[Reference] = []

    def symbolic(kind: Kind, url: str) -> str:
        token = f"{SCHEME}:{len(references)}"
        where, anchor = locate(url, path)
        references.append(Reference(kind, url, where, anchor, places.of_url(url), token))
        return token

    html, losses = sanitize(raw, symbolic)
    html = _NAMELESS.sub(lambda img: _named(img, references), without_stand_ins(html)).strip()
    anchors = {entities.unescape(found) for found in _ID.findall(html)}
    if heading.anchor:
        anchors.add(heading.anchor)
    return Page(
        title=title or heading.found or readable(path),
        html=html,
        references=tuple(references),
        anchors=frozenset(anchors),
        stripped=tuple(Stripped(what, places.of_loss(what)) for what in losses),
    )


def readable(path: str) -> str:
    """A title out of a file's name: ``sops/server-patching.md`` -> ``Server patching``."""
    stem = posixpath.splitext(posixpath.basename(path))[0]
    words = re.sub(r"[-_\s]+", " ", stem).strip() or stem
    return words[:1].upper() + words[1:]


def _named(img: re.Match[str], references: list[Reference]) -> str:
    """Describe a picture that has no description by its file's name."""
    reference = references[int(img["n"])]
    name = posixpath.basename(reference.path or reference.raw)
    rest = img["rest"].replace(' alt=""', "")
    return f'<img{rest} alt="{entities.escape(name)}">'
