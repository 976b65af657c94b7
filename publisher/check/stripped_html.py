"""HTML that IT Glue would drop on save, so the renderer already has."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.check.material import Material, finding
from publisher.model import Diagnostic


def stripped_html(material: Material) -> Iterator[Diagnostic]:
    """Warnings, one for each kind of thing in a document."""
    for document in material.documents:
        page = material.pages.get(document.path)
        for loss in page.stripped if page else ():
            message = f"{loss.what} is left out: IT Glue does not keep it"
            yield finding(document, loss.line, "stripped-html", "warning", message)
