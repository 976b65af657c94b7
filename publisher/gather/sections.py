"""The text of a native document: HTML parted into headings, texts and steps, each with a name.

IT Glue keeps a document's text in sections, so each is compared and sent by itself. A section goes
by the heading that it stands below, and by its number there: ``s:`` and a hash, since names are
kept in the state, which holds no text. A change below one heading renames nothing elsewhere.
"""

from __future__ import annotations

import html as entities
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from publisher.gather.content import MARKER, Content
from publisher.marker import Marker
from publisher.model import Document, Json, digest
from publisher.render import Page, canonical, footer, resolve, split_footer
from publisher.render.references import SCHEME

TITLE, FOLDER, ORDER = "title", "folder", "order"
"""What a document has beside its sections, as `sent` and `seen` call it."""

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_VOID = frozenset({"br", "col", "hr", "img", "input", "wbr"})
_HEADING = re.compile(r"h([1-6])")


@dataclass(frozen=True, slots=True)
class Section:
    """One section as Git wants it, references still symbolic."""

    name: str
    label: str
    """What a reviewer calls it."""
    kind: str
    """``Heading``, ``Text`` or ``Step``."""
    html: str
    """HTML; of a heading, its plain text."""
    level: int | None = None
    """Of a heading."""

    def with_html(self, html: str) -> dict[str, Json]:
        """The section as it travels: kind, text and level."""
        return {"kind": self.kind, "content": html, "level": self.level}


def split(html: str, *, steps: bool) -> tuple[Section, ...]:
    """Part a page at its headings; with *steps*, an ordered list's items are steps.

    The last section is a text, since it takes the footer; where the page has none there, an empty
    one is added.
    """
    naming = _Naming()
    found = [naming.section(*part) for part in _parts(html, steps)]
    if not found or found[-1].kind != "Text":
        found.append(naming.section("Text", "", None))
    return tuple(found)


def numbered(parts: Iterable[tuple[str, str]]) -> list[str]:
    """The names of sections that are given as (kind, text), in their order."""
    naming = _Naming()
    return [naming.section(kind, text, None).name for kind, text in parts]


class _Naming:
    """Gives sections their names, each one of its own."""

    def __init__(self) -> None:
        self.heading, self.shown, self.used = "", "the title", set[str]()

    def section(self, kind: str, html: str, level: int | None) -> Section:
        if kind == "Heading":
            self.shown, self.heading = html, self._unique(" ".join(html.split()).casefold())
            return Section(_hashed(self.heading), f"heading {html!r}", kind, html, level)
        path = self._unique(f"{self.heading}\n{kind}")
        number = "" if path.endswith(kind) else f" {path.rpartition(' ')[2]}"
        label = f"{kind.casefold()}{number} below {self.shown!r}"
        return Section(_hashed(path), label, kind, html, level)

    def _unique(self, path: str) -> str:
        name, number = path, 1
        while name in self.used:
            number += 1
            name = f"{path} {number}"
        self.used.add(name)
        return name


def _hashed(path: str) -> str:
    return f"s:{digest(path)[:12]}"


def _parts(html: str, steps: bool) -> Iterator[tuple[str, str, int | None]]:
    """Kind, content and level, in their order; texts without any content are left out."""
    text = 0
    for tag, begin, end in _top(html):
        heading = _HEADING.fullmatch(tag)
        if not heading and not (steps and tag == "ol"):
            continue
        yield from _text(html[text:begin])
        text = end
        inner = html[html.index(">", begin) + 1 : html.rindex("<", begin, end)]
        if heading:
            yield (
                "Heading",
                " ".join(entities.unescape(_TAG.sub("", inner)).split()),
                int(heading[1]),
            )
        else:
            for _, first, last in _top(inner):
                item = inner[first:last]
                yield "Step", item[item.index(">") + 1 : item.rindex("<")].strip(), None
    yield from _text(html[text:])


def _text(html: str) -> Iterator[tuple[str, str, None]]:
    if html.strip():
        yield "Text", html.strip(), None


def _top(html: str) -> Iterator[tuple[str, int, int]]:
    """The elements that lie in no other one: tag, begin and end. What is sanitized is balanced."""
    depth, begin = 0, 0
    for tag in _TAG.finditer(html):
        if tag["name"] in _VOID:
            continue
        if not tag["end"]:
            begin = begin if depth else tag.start()
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                yield tag["name"], begin, tag.end()


@dataclass(frozen=True, slots=True)
class NativeContent(Content):
    """Everything of one native document but the addresses that IT Glue gives out."""

    sections: tuple[Section, ...] = ()
    title: str = ""
    folder: str | None = None
    """Names of folders from the top, with '/' between; None leaves the document where it is."""
    shown: tuple[bool, ...] = ()
    """Of each link, whether it is a picture of the text."""

    @property
    def pictures(self) -> frozenset[str]:
        """The files that are shown in the text, by name; others are attachments."""
        links = zip(self.links, self.shown, strict=True)
        return frozenset(
            link.ref[5:]
            for link, shown in links
            if link and shown and link.ref.startswith("file:") and not link.download
        )

    @property
    def holder(self) -> str:
        """What holds the footer: the last section."""
        return self.sections[-1].name

    def fingerprints(self) -> dict[str, str]:
        """Hash per section, keys in place of addresses; title, folder and order beside them."""
        urls = self.symbolic
        sent = {one.name: digest(one.with_html(resolve(one.html, urls))) for one in self.sections}
        sent |= {TITLE: digest(self.title), ORDER: digest([*sent])}
        if self.folder is not None:
            sent[FOLDER] = digest(self.folder)
        sent[MARKER] = digest([self.repository, self.key, self.path])
        return sent

    @property
    def labels(self) -> dict[str, str]:
        """What a reviewer calls each section, and what is no section."""
        around = {TITLE: "title", FOLDER: "folder", ORDER: "order of the sections"}
        return around | {one.name: one.label for one in self.sections}

    def composed(
        self, address: Callable[[str], str], marker: Marker | None
    ) -> dict[str, dict[str, Json]]:
        """The sections by name, with real addresses; without a marker there is no footer."""
        urls = self.urls(address)
        made = {one.name: one.with_html(resolve(one.html, urls)) for one in self.sections}
        if marker:
            last = made[self.sections[-1].name]
            last["content"] += footer(
                repository=self.repository, path=self.path, commit=None, marker=str(marker)
            )
        return made

    def refs_in(self, name: str) -> set[str]:
        """What one section points to."""
        html = next((one.html for one in self.sections if one.name == name), "")
        return {
            link.ref
            for number, link in enumerate(self.links)
            if link and link.ref and f'"{SCHEME}:{number}"' in html
        }


def as_native(content: Content, document: Document, page: Page) -> NativeContent:
    """What a native document is to hold, with *content* for all but its sections."""
    folder = posixpath.dirname(document.path) if document.folder == "path" else document.folder
    values = {one.name: getattr(content, one.name) for one in fields(content)}
    return NativeContent(
        **values,
        sections=split(page.html, steps=document.steps),
        title=page.title,
        folder=folder or None,
        shown=tuple(reference.kind == "image" for reference in page.references),
    )


def says(section: Mapping[str, Json]) -> str:
    """Digest of what a section says, whatever a server made of its spelling, but for the footer."""
    text = str(section.get("content") or "")
    if section.get("kind") != "Heading":
        text = canonical(split_footer(text)[0])
    return digest([section.get("kind"), section.get("level"), " ".join(text.split())])
