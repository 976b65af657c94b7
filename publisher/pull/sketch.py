"""Markdown of documents that are not there yet, rendered as the plan will render them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from publisher.pull.convert import relative
from publisher.render import TooDeep, render, resolve

NO_TITLE = "\0"
"""A title that no heading says, so that a piece keeps its heading."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """One document to be."""

    path: str
    urls: Mapping[str, str]
    """Path of a document or a file -> its address in IT Glue."""
    paths: Mapping[str, str]
    """Address in IT Glue -> path."""

    def link(self, url: str) -> str:
        """An address as the document writes it: a path where it is one of ours."""
        plain, mark, anchor = url.partition("#")
        path = self.paths.get(url) or self.paths.get(plain)
        if path is None:
            return url
        start = posixpath.dirname(self.path) or "."
        return relative(posixpath.relpath(path, start)) + mark + quote(unquote(anchor))

    def paint(self, source: str, title: str = NO_TITLE) -> str:
        """A piece of Markdown as it would be sent."""
        try:
            page = render(source, path=self.path, title=title)
        except TooDeep:
            return ""
        urls = []
        for reference in page.references:
            url = self.urls.get(reference.path or "")
            anchor = f"#{quote(reference.anchor)}" if reference.anchor else ""
            urls.append(url + anchor if url else None)
        return resolve(page.html, urls)
