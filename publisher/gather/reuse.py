"""What the state remembers: which files need not be read, and what is desired of them.

A file whose blob id, surroundings and referenced files are as the state recorded them when it was
published is not read again: what was sent then is what is desired now. Of a template, only those
copies are read whose organization's own files have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from publisher.diagrams import Gallery
from publisher.model import NATIVE, Catalog
from publisher.source.tree import Tree
from publisher.targets import Desired, File, Known, Record
from publisher.variables import Shelf, is_override
from publisher.variables.names import FOLDER

if TYPE_CHECKING:
    from publisher.gather.corpus import Corpus
    from publisher.gather.project import Scope

NOTHING: frozenset[str] = frozenset()
_NO_FILES: Mapping[str, File] = {}
_NO_LABELS: Mapping[str, str] = {}


def organization_of(key: str) -> str:
    """The organization's id in a key."""
    return key.rpartition("@")[2]


def own_file(used: str, document: str) -> bool:
    """Whether *used* has a say in one organization's copy of *document* alone."""
    return used.startswith(f"{FOLDER}/") or is_override(used, document)


class Memory:
    """The state's records against the files as they are."""

    def __init__(
        self,
        tree: Tree,
        gallery: Gallery,
        shelf: Shelf,
        catalog: Catalog,
        records: Mapping[str, Record],
        known: Mapping[str, Known],
        *,
        context: str,
        full: bool,
    ) -> None:
        """
        Args:
            tree: the files.
            gallery: knows what a document depends on.
            shelf: the files of each organization.
            catalog: organizations and types.
            records: what was found in each file when it was last published.
            known: the targets as last published.
            context: digest of what all documents depend on.
            full: names of records are to be looked up again.
        """
        self.tree, self.gallery, self.shelf = tree, gallery, shelf
        self.records, self.known = records, known
        self.context, self.full = context, full
        self.organizations = {org.id: org for org in catalog.organizations}
        self.types = {kind.id: kind for kind in (*catalog.types, NATIVE)}
        self.reread: set[str] = set()
        """Keys to read whatever the state says of them."""

    def stale(self, path: str) -> frozenset[str] | None:
        """Ids of the organizations whose copy of a file has to be read; None: the file itself."""
        record, entry = self.records.get(path), self.tree.entries[path]
        if record is None or record.blob != entry.blob or record.context != self.context:
            return None
        if record.tags and self.full:
            return None
        changed = [used for used, blob in record.uses.items() if self.gallery.blob(used) != blob]
        shared = [used for used in changed if not (record.template and own_file(used, path))]
        again = {
            organization_of(key)
            for key in record.keys
            if key in self.reread or not self._published(key, path)
        }
        if shared or (again and not record.template) or (changed and record.skipped is not None):
            return None
        if record.template:
            again |= self._own_changed(record, changed)
        return None if again and len(again) == len(record.keys) else frozenset(again)

    def _own_changed(self, record: Record, changed: Iterable[str]) -> set[str]:
        """The organizations whose own files have changed, come or gone."""
        ids = [organization_of(key) for key in record.keys]
        owners = set().union(*(self.shelf.owners(used) for used in changed))
        found = owners.intersection(ids)
        for id_ in ids:
            files = self.shelf.of(record.path, self.organizations[id_])
            if any(file not in record.uses for file in files):
                found.add(id_)
        return found

    def _published(self, key: str, path: str) -> bool:
        known = self.known.get(key)
        return known is not None and known.document == path and not known.archived

    def take(self, corpus: Corpus, scope: Scope, path: str, but: frozenset[str] = NOTHING) -> None:
        """Take the targets of a file from the state, *but* those of these organizations."""
        record = self.records[path]
        if record.skipped is not None:
            corpus.skipped[path] = record.skipped
            corpus.held.add(path)
        for key in record.keys:
            known = self.known.get(key)
            if known is None or known.organization_id in but:
                continue
            if scope.holds(path, known.organization_id):
                corpus.desired[key] = self._as_known(known)

    def _as_known(self, known: Known) -> Desired:
        files, pictures = _NO_FILES, NOTHING
        if known.files:
            files = {n: File(n, "", file.blob, file.size) for n, file in known.files.items()}
            pictures = frozenset(n for n, file in known.files.items() if file.picture)
        return Desired(
            known.key,
            known.document,
            known.blob,
            self.organizations[known.organization_id],
            known.type_id,
            self.types[known.type_id].name,
            None,
            known.sent,
            files,
            tuple(sorted(known.refs)) if known.refs else (),
            known.body,
            known.footer,
            related=tuple(sorted(known.related)) if known.related else (),
            labels=_NO_LABELS,
            pictures=pictures,
        )
