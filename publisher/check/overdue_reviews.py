"""Documents that somebody wanted to look at again by now."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.check.material import Material, finding
from publisher.model import Diagnostic


def overdue_reviews(material: Material) -> Iterator[Diagnostic]:
    """Warnings from the day after ``review_by``."""
    for document in material.documents:
        if document.review_by and document.review_by < material.today:
            days = (material.today - document.review_by).days
            message = f"the review was due on {document.review_by}, {days} days ago"
            line = document.lines.get("review_by")
            fix = "Look it over, and set the next review_by."
            yield finding(document, line, "review-overdue", "warning", message, fix)
