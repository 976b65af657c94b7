"""Two documents with one identity would fight over one asset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from publisher.check.material import Material, finding
from publisher.model import Diagnostic, Document


def duplicate_ids(material: Material) -> Iterator[Diagnostic]:
    """Errors, at each of the places; a copied file is how it comes about."""
    same: dict[str, list[Document]] = defaultdict(list)
    for document in material.documents:
        same[document.identity].append(document)
    for identity, documents in same.items():
        for document in documents if len(documents) > 1 else ():
            others = ", ".join(other.path for other in documents if other is not document)
            message = f"the id {identity!r} is also that of {others}"
            fix = "Give a copied document an id of its own."
            yield finding(document, document.lines.get("id"), "duplicate-id", "error", message, fix)
