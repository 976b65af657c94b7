"""What the rules look at: documents and their pages, beside the tree they come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.model import Diagnostic, Document, Severity
from publisher.source.meant import meant
from publisher.source.tree import Tree

if TYPE_CHECKING:
    from publisher.render import Page

TEXT_SUFFIXES = frozenset(
    (
        *(".bat", ".cmd", ".ps1", ".psm1", ".py", ".reg", ".sh", ".sql", ".vbs", ".bicep", ".tf"),
        *(".cfg", ".conf", ".config", ".env", ".hcl", ".ini", ".ovpn", ".properties", ".rdp"),
        *(".csv", ".json", ".toml", ".tsv", ".xml", ".yaml", ".yml", ".pem", ".key", ".ppk"),
        *(".htm", ".html", ".log", ".md", ".txt"),
    )
)
Look = Callable[[str], Iterable[tuple[int, str]]]
"""Text -> the lines, from 0, that hold a secret, and what kind it is."""
LARGEST_TEXT = 1_000_000
"""Bytes; a longer text is data, and nobody reviews it."""
LARGEST_POINTER = 1024
"""Bytes; a pointer of Git LFS is smaller than this."""


@dataclass(frozen=True, slots=True)
class Use:
    """A file that a document takes along: an attachment, a picture, or a file that it links to."""

    document: Document
    path: str
    line: int | None
    image: bool = False


@dataclass(frozen=True)
class Material:
    """The input of every rule."""

    tree: Tree
    documents: tuple[Document, ...]
    pages: Mapping[str, Page]
    """By path; a document that could not be rendered has none."""
    raw: Mapping[str, bytes]
    """The bytes of each document."""
    candidates: frozenset[str]
    """Every path that may be a document: a link there takes no file along."""
    today: dt.date
    web_view: bool = False
    """Links to files lead to the Git host's web view, so they take no file along."""
    scanner: Look | None = None
    """Looks for secrets beside our own rules."""

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Each file that a document needs, once per document, whether it exists or not."""
        return tuple(self._uses())

    def _uses(self) -> Iterator[Use]:
        for document in self.documents:
            seen: set[str] = set()
            for path in document.attachments:
                seen.add(path)
                yield Use(document, path, document.lines.get(f"attachments.{path}"))
            page = self.pages.get(document.path)
            for reference in page.references if page else ():
                path = self.meant(reference.path or "")
                image = reference.kind == "image"
                linked = path in self.tree.entries and path not in self.candidates
                takes = image or (linked and not self.web_view)
                if path and takes and path not in seen:
                    seen.add(path)
                    yield Use(document, path, reference.line, image)

    def meant(self, path: str) -> str:
        """The file that a link means: as written, without its ``.md``, or a folder's index."""
        return meant(path, self.tree.entries, self.candidates)

    @cached_property
    def contents(self) -> Mapping[str, bytes]:
        """The used files that are worth a look inside: texts, and what may be a pointer."""
        wanted = {use.path for use in self.uses if self._is_readable(use.path)}
        return dict(self.tree.read(sorted(wanted)))

    def _is_readable(self, path: str) -> bool:
        entry = self.tree.entries.get(path)
        if entry is None or entry.kind != "file":
            return False
        is_text = PurePosixPath(path).suffix.casefold() in TEXT_SUFFIXES
        return (entry.size or 0) <= (LARGEST_TEXT if is_text else LARGEST_POINTER)


def finding(
    document: Document,
    line: int | None,
    code: str,
    severity: Severity,
    message: str,
    fix: str = "",
    *,
    column: int | None = None,
) -> Diagnostic:
    """A diagnostic of one document."""
    return Diagnostic(document.path, line, column, code, severity, message, fix)
