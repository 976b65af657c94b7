"""The body of one asset -> the Markdown that renders to it."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.pull.blocks import units, without_contents, written
from publisher.pull.canvas import Canvas
from publisher.pull.losses import difference, losses
from publisher.pull.splice import splice
from publisher.render import split_footer
from publisher.render.sanitize import sanitize


@dataclass(frozen=True, slots=True)
class Body:
    """What an asset's text comes to."""

    markdown: str
    lost: tuple[str, ...]
    """What Markdown could not say, each with how often."""
    wrong: str | None
    """Where the document still says something else; None if it says the same."""


def body_of(canvas: Canvas, html: str) -> Body:
    """Write the asset's *html* as Markdown, in the author's own words where it says the same.

    Raises:
        BadConfig: html-to-markdown is not installed.
    """
    document, page = canvas.document, written(canvas.content.html)
    parts = units(document.body, page, canvas.piece)
    clean, stripped = sanitize(split_footer(html)[0], lambda _, url: url)
    sent = [canvas.addressed(block) for block in page]
    text = splice(parts, sent, written(clean), canvas.link, canvas.paint)
    said = canvas.whole(text)
    wrong = difference(without_contents(clean), without_contents(said))
    return Body(text, (*stripped, *losses(clean, said)), wrong)
