"""The documents on disk, as they would be published: `publisher.preview.model.Library`."""

from __future__ import annotations

import threading
from pathlib import Path

from publisher.errors import GitFailed
from publisher.gather.project import Project
from publisher.model import Catalog
from publisher.preview.collection import Collection
from publisher.preview.look import Look, title_of
from publisher.preview.model import Condition, Entry, Listing, View
from publisher.preview.sheet import document_type
from publisher.render.page import readable
from publisher.source.documents import Parsed


class DocsLibrary:
    """One docs repository's work tree. Its methods may be called from any thread."""

    def __init__(
        self,
        project: Project,
        marker: str,
        *,
        config_file: Path | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        """
        Args:
            project: the opened docs repository.
            marker: the name-key of the trait that carries the marker, where a type has it.
            config_file: its publisher.toml, if that lies elsewhere than in the docs root.
            catalog: the account's organizations and types, if they are known already.
        """
        self._collection = Collection(project, config_file, catalog)
        self._marker = marker
        self.name = project.name
        self._lock = threading.Lock()
        self._views: dict[tuple[str, str], View] = {}
        """Since the last change: a page, its frame and its changes are one look."""

    def refresh(self) -> frozenset[str]:
        """Look at the disk again, and say which paths changed.

        Raises:
            PublisherError: publisher.toml does not make sense, or git fails; all is as before.
        """
        with self._lock:
            changed = self._collection.refresh()
            if changed:
                self._views.clear()
            return changed

    def use(self, catalog: Catalog) -> bool:
        """Resolve names against this catalog from now on; False when it says nothing new."""
        with self._lock:
            self._views.clear()
            return self._collection.use(catalog)

    def listing(self) -> Listing:
        """All files that are documents, or might be."""
        with self._lock:
            entries = tuple(map(self._entry, self._collection.parsed.values()))
            used = {org for entry in entries for org in entry.keys}
            known = self._collection.catalog.organizations
            return Listing(tuple(org for org in known if org.id in used), entries)

    def file(self, path: str) -> bytes | None:
        """The bytes of a regular file that Git does not ignore; None if there is none."""
        with self._lock:
            tree = self._collection.gallery.tree
            entry = tree.entries.get(path)
            if entry is None or entry.kind != "file":
                return None
            try:
                return next(content for _, content in tree.read([path]))
            except GitFailed:  # it has just gone, or turned into something that is not followed
                return None

    def view(self, path: str, organization: str = "") -> View | None:
        """One document for one organization (an id or a name; else its first); None: no file."""
        raw = self.file(path)
        with self._lock:
            parsed = self._collection.parsed.get(path)
            if parsed is None or raw is None:
                return None
            seen = self._views.get((path, organization))
            if seen is None:
                look = Look(self._collection, self._marker, parsed, raw)
                seen = self._views[path, organization] = look.view(organization)
            return seen

    def _entry(self, parsed: Parsed) -> Entry:
        document, path = parsed.document, parsed.path
        if document is None:
            condition: Condition = "other" if parsed.skipped else "broken"
            return Entry(path, readable(path), "", {}, condition)
        one = self._collection.resolved[path]
        condition = "document" if document.publish else "draft"
        keys = {org.id: document.key(org.id) for org in one.organizations}
        if one.problems:
            condition = "broken"
        return Entry(path, title_of(document), document_type(one), keys, condition)
