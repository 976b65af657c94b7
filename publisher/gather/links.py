"""References of a page -> what they mean for one target: another target, an attachment, nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

from publisher.diagrams import Undrawable
from publisher.gather.attached import named
from publisher.gather.content import Link
from publisher.model import Diagnostic, Document, Entry, Organization
from publisher.render import Page, Reference
from publisher.source.meant import meant
from publisher.source.tree import Tree
from publisher.targets import File

SHOWN = frozenset((".png", ".jpg", ".jpeg", ".gif", ".webp"))
"""Suffixes of pictures that every browser shows."""


class Linker:
    """Knows where every document goes."""

    def __init__(
        self,
        tree: Tree,
        index: Mapping[str, Mapping[str, str]],
        candidates: frozenset[str],
        *,
        raster: Callable[[str], str] | None = None,
        web_view: str = "",
    ) -> None:
        """
        Args:
            tree: the files.
            index: document -> organization id -> key.
            candidates: all files that may be documents, published or not.
            raster: the path of an SVG -> that of a picture of it; raises Undrawable. None leaves
                an SVG as it is.
            web_view: the address of a file in the Git host's web view, with ``{path}`` in it;
                '' attaches what is linked to.
        """
        self.tree, self.index, self.candidates = tree, index, candidates
        self.raster, self.web_view = raster, web_view
        self._pictures: dict[str, str | Undrawable] = {}
        """What an SVG came to."""

    def files(self, document: Document, page: Page) -> tuple[dict[str, File], dict[str, str]]:
        """The attachments of a document by name, and every file that it refers to with its blob."""
        uses: dict[str, str] = {}
        attached: dict[str, Entry] = {}
        for path, takes in self._paths(document, page):
            entry = self.tree.entries.get(path)
            uses[path] = entry.blob if entry else ""
            if entry and entry.kind == "file" and takes:
                picture = self._picture(path) if takes == "picture" else path
                attached[picture] = self.tree.entries[picture]
        return {file.name: file for file in named(attached)}, uses

    def _paths(self, document: Document, page: Page) -> Iterator[tuple[str, str]]:
        """Every file that is referred to, and how it is taken along: picture, file, or not."""
        yield from ((path, "file") for path in document.attachments)
        for reference in page.references:
            path = self._path(reference)
            if path is None:
                continue
            if path in self.candidates:
                yield path, ""
            elif reference.kind == "image":
                yield path, "picture"
            else:
                yield path, "" if self.web_view else "file"

    def links(
        self, document: Document, page: Page, organization: Organization, files: Mapping[str, File]
    ) -> tuple[tuple[Link | None, ...], list[Diagnostic]]:
        """What each reference of the page means for one organization, and what leads nowhere."""
        names = {file.path: name for name, file in files.items()}
        links: list[Link | None] = []
        dead: list[Diagnostic] = []
        for reference in page.references:
            target, problem = self._path(reference) or "", ""
            if reference.kind == "image":
                link, problem = self._to_picture(target, names)
            elif target in self.candidates:
                link, problem = self._to_document(target, reference, organization)
            else:
                link = self._to_file(target, reference, names)
            if problem:
                dead.append(_dead(document, reference, problem))
            links.append(link)
        return tuple(links), dead

    def _path(self, reference: Reference) -> str | None:
        """The file that is meant."""
        path = reference.path
        return path and meant(path, self.tree.entries, self.candidates)

    def _to_document(
        self, path: str, reference: Reference, organization: Organization
    ) -> tuple[Link | None, str]:
        keys = self.index.get(path, {})
        if organization.id in keys:
            return Link(f"doc:{keys[organization.id]}", reference.anchor), ""
        if len(keys) == 1:
            return Link(f"doc:{next(iter(keys.values()))}", reference.anchor), ""
        if keys:
            return None, f"{path} is published to other organizations, not to {organization.name}"
        return None, f"{path} is not published"

    def _to_file(self, path: str, reference: Reference, names: Mapping[str, str]) -> Link | None:
        if path in names:
            return Link(f"file:{names[path]}")
        entry = self.tree.entries.get(path)
        if entry is None or entry.kind != "file" or not self.web_view:
            return None
        url = self.web_view.replace("{path}", quote(path))
        return Link(anchor=reference.anchor, url=url)

    # Pictures

    def _to_picture(self, path: str, names: Mapping[str, str]) -> tuple[Link | None, str]:
        if path not in self.tree.entries or self.tree.entries[path].kind != "file":
            return None, ""
        picture = self._picture(path)
        if picture not in names:
            return None, ""
        suffix = PurePosixPath(picture).suffix.casefold()
        shown = suffix in SHOWN or (suffix == ".svg" and self.raster is None)
        link = Link(f"file:{names[picture]}", download=not shown)
        if shown:
            return link, ""
        failed = self._pictures.get(path)
        why = f"{failed.problem}" if isinstance(failed, Undrawable) else "no browser shows it"
        return link, f"{path} is attached, with a link in place of the picture: {why}"

    def _picture(self, path: str) -> str:
        """The path of what is shown of a picture: of an SVG, the PNG drawn of it."""
        if self.raster is None or PurePosixPath(path).suffix.casefold() != ".svg":
            return path
        if path not in self._pictures:
            try:
                self._pictures[path] = self.raster(path)
            except Undrawable as failed:
                self._pictures[path] = failed
        picture = self._pictures[path]
        return path if isinstance(picture, Undrawable) else picture


def _dead(document: Document, reference: Reference, problem: str) -> Diagnostic:
    if reference.kind == "image":
        fix = "Keep the picture as PNG, JPEG, GIF or WebP."
        return Diagnostic(document.path, reference.line, None, "not-shown", "warning", problem, fix)
    fix = "The text stays, without a link."
    return Diagnostic(document.path, reference.line, None, "dead-link", "warning", problem, fix)
