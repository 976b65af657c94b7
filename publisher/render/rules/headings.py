"""Headings: anchors as GitHub makes them, and the one heading that is the document's title."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from publisher.render.allowed import HEADINGS

_DROPPED = re.compile(r"[^\w\- ]")


class Slugger:
    """Makes the anchors of one document: ``#server-patching``, the next ``#server-patching-1``."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self._next: dict[str, int] = {}

    def __call__(self, text: str, _separator: str = "-") -> str:
        slug = _DROPPED.sub("", text.strip().lower()).replace(" ", "-") or "section"
        unique, number = slug, self._next.get(slug, 0)
        while unique in self.used:
            number += 1
            unique = f"{slug}-{number}"
        self._next[slug] = number
        self.used.add(unique)
        return unique


class Title:
    """Finds the title of one document among its headings."""

    def __init__(self, given: str | None, slug: Slugger) -> None:
        self.given = given
        self.found: str | None = None
        self.anchor: str | None = None
        """The anchor of a heading that was taken out of the body."""
        self._slug = slug

    def take(self, root: Element, plain: Callable[[Element], str]) -> None:
        """Take the heading that is the title out of *root*.

        That is the first block, if it is a level 1 heading (and says what the frontmatter says,
        if that gives a title); else, without a title from elsewhere, the first heading, which
        stays unless it is of level 1.
        """
        heading = next((child for child in root if child.tag in HEADINGS), None)
        if heading is None:
            return
        text = html.unescape(plain(heading)).strip()
        if self.given is None:
            self.found = text or None
            goes = heading.tag == "h1" and bool(text)
        else:
            goes = heading is root[0] and heading.tag == "h1" and _same(text, self.given)
        if goes:
            self.anchor = self._slug(text)
            self.anchor = heading.get("id") or self.anchor
            root.remove(heading)


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
