"""References of a page -> what they mean for one target: another target, an attachment, nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from publisher.gather.content import Link
from publisher.model import Diagnostic, Document, Entry, Organization
from publisher.render import Page, Reference
from publisher.source.tree import Tree
from publisher.targets import File


class Linker:
    """Knows where every document goes."""

    def __init__(
        self, tree: Tree, index: Mapping[str, Mapping[str, str]], candidates: frozenset[str]
    ) -> None:
        """
        Args:
            tree: the files.
            index: document -> organization id -> key.
            candidates: all files that may be documents, published or not.
        """
        self.tree, self.index, self.candidates = tree, index, candidates

    def files(self, document: Document, page: Page) -> tuple[dict[str, File], dict[str, str]]:
        """The attachments of a document by name, and every file that it refers to with its blob."""
        uses: dict[str, str] = {}
        attached: dict[str, Entry] = {}
        for path in document.attachments:
            entry = self.tree.entries.get(path)
            uses[path] = entry.blob if entry else ""
            if entry and entry.kind == "file":
                attached[path] = entry
        for path in filter(None, map(self._path, page.references)):
            entry = self.tree.entries.get(path)
            uses[path] = entry.blob if entry else ""
            if entry and entry.kind == "file" and path not in self.candidates:
                attached[path] = entry
        return {file.name: file for file in _named(attached)}, uses

    def links(
        self, document: Document, page: Page, organization: Organization, files: Mapping[str, File]
    ) -> tuple[tuple[Link | None, ...], list[Diagnostic]]:
        """What each reference of the page means for one organization, and what leads nowhere."""
        names = {file.path: name for name, file in files.items()}
        links: list[Link | None] = []
        dead: list[Diagnostic] = []
        for reference in page.references:
            path = self._path(reference)
            if path in self.candidates and reference.kind == "link":
                link, problem = self._to_document(path or "", reference, organization)
                if problem:
                    dead.append(_dead(document, reference, problem))
            else:
                link = Link(f"file:{names[path]}") if path in names else None
            links.append(link)
        return tuple(links), dead

    def _path(self, reference: Reference) -> str | None:
        """The file that is meant: as written, or without its ``.md``."""
        path = reference.path
        if path and path not in self.tree.entries and f"{path}.md" in self.tree.entries:
            return f"{path}.md"
        return path

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


def _dead(document: Document, reference: Reference, problem: str) -> Diagnostic:
    fix = "The text stays, without a link."
    return Diagnostic(document.path, reference.line, None, "dead-link", "warning", problem, fix)


def _named(attached: Mapping[str, Entry]) -> list[File]:
    """Files under names that are unique within the target: the file name, else the whole path."""
    counts = Counter(PurePosixPath(path).name.casefold() for path in attached)
    files = []
    for path, entry in sorted(attached.items()):
        name = PurePosixPath(path).name
        unique = name if counts[name.casefold()] == 1 else path.replace("/", "-")
        files.append(File(unique, path, entry.blob, entry.size or 0))
    return files
