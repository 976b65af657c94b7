"""Two documents that nobody can tell apart in IT Glue's list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

from publisher.check.material import Material, finding
from publisher.model import Diagnostic, Document

_Place: TypeAlias = tuple[str, frozenset[str], frozenset[str], str]


def duplicate_titles(material: Material) -> Iterator[Diagnostic]:
    """Warnings, at each of the places: same organizations as written, same type, same title."""
    same: dict[_Place, list[Document]] = defaultdict(list)
    for document in material.documents:
        page = material.pages.get(document.path)
        title = page.title if page else document.title
        if title:
            same[_place(document, title)].append(document)
    for documents in same.values():
        for document in documents if len(documents) > 1 else ():
            others = ", ".join(other.path for other in documents if other is not document)
            message = f"the same organization, type and title as {others}"
            line = document.lines.get("title")
            yield finding(document, line, "duplicate-title", "warning", message)


def _place(document: Document, title: str) -> _Place:
    return (
        document.type.casefold(),
        frozenset(name.casefold() for name in document.orgs.include),
        frozenset(name.casefold() for name in document.orgs.exclude),
        " ".join(title.split()).casefold(),
    )
