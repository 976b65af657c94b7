"""Links that lead nowhere: to no file, out of the docs root, or to no heading."""

from __future__ import annotations

import difflib
import html as entities
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.check.files import nearest
from publisher.check.material import Material, finding
from publisher.model import Diagnostic, Document

if TYPE_CHECKING:
    from publisher.render import Page, Reference

_WITHIN = re.compile(r'<a [^>]*href="#([^"]+)"')


def broken_links(material: Material) -> Iterator[Diagnostic]:
    """Warnings: IT Glue would show a link as plain text, or lead to the top of a page."""
    for document in material.documents:
        page = material.pages.get(document.path)
        if page is None:
            continue
        for reference in page.references:
            if reference.path is None:
                yield _outside(document, reference)
            elif reference.kind == "link":
                yield from _link(document, reference, reference.path, material)
        yield from _within(document, page)


def _outside(document: Document, reference: Reference) -> Diagnostic:
    if reference.kind == "image":
        message = f"the picture {reference.raw} lies outside the docs root"
        fix = "Move it below the folder of publisher.toml."
        return finding(document, reference.line, "outside-root", "error", message, fix)
    message = f"the link to {reference.raw} leaves the docs root"
    return finding(document, reference.line, "broken-link", "warning", message)


def _link(
    document: Document, reference: Reference, path: str, material: Material
) -> Iterator[Diagnostic]:
    meant = material.meant(path)
    if meant not in material.tree.entries:
        message = f"the link to {reference.raw} leads to no file"
        fix = nearest(path, material.tree)
        yield finding(document, reference.line, "broken-link", "warning", message, fix)
        return
    page = material.pages.get(meant)
    if page and reference.anchor and reference.anchor not in page.anchors:
        message = f"{meant} has no heading #{reference.anchor}"
        fix = _heading(reference.anchor, page.anchors)
        yield finding(document, reference.line, "broken-anchor", "warning", message, fix)


def _within(document: Document, page: Page) -> Iterator[Diagnostic]:
    """Links within the page are no references: they stay as they are."""
    for escaped in dict.fromkeys(_WITHIN.findall(page.html)):
        written = entities.unescape(escaped)
        if not {written, unquote(written)} & page.anchors:
            message = f"the page has no heading #{unquote(written)}"
            line = _line_of(document, f"#{written}")
            fix = _heading(unquote(written), page.anchors)
            yield finding(document, line, "broken-anchor", "warning", message, fix)


def _heading(anchor: str, anchors: Collection[str]) -> str:
    """The anchor that is meant, perhaps: one that looks like it, or has all of its words."""
    near = difflib.get_close_matches(anchor.casefold(), anchors, 1)
    words = {*anchor.casefold().split("-")}
    near = near or [other for other in sorted(anchors) if words <= {*other.split("-")}]
    return f"Did you mean #{near[0]}?" if near else "Correct the link, or give it up."


def _line_of(document: Document, text: str) -> int | None:
    at = document.body.find(text)
    return document.body_line + document.body.count("\n", 0, at) if at >= 0 else None
