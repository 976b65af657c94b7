"""Assembly of the Markdown parser: which extensions, in which order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.toc import render_inner_html, strip_tags
from markdown.treeprocessors import Treeprocessor

from publisher.render.rules.admonitions import style_admonitions
from publisher.render.rules.attributes import MeantAttributes
from publisher.render.rules.code import Code
from publisher.render.rules.emoji import Emoji
from publisher.render.rules.headings import Slugger, Title
from publisher.render.rules.inline import SparingInline
from publisher.render.rules.shares import Shares
from publisher.render.rules.tables import draw_lines, unescape_pipes
from publisher.render.rules.tasks import check_boxes
from publisher.render.sanitize import keep_placeholders

EXTENSIONS = (
    "markdown.extensions.abbr",
    "markdown.extensions.admonition",
    "markdown.extensions.attr_list",
    "markdown.extensions.def_list",
    "markdown.extensions.footnotes",
    "markdown.extensions.md_in_html",
    "markdown.extensions.nl2br",
    "markdown.extensions.sane_lists",
    "markdown.extensions.tables",
    "markdown.extensions.toc",
    "pymdownx.betterem",
    "pymdownx.highlight",
    "pymdownx.magiclink",
    "pymdownx.saneheaders",
    "pymdownx.superfences",
    "pymdownx.tilde",
)

SETTINGS: dict[str, dict[str, Any]] = {
    # Style sheets do not survive in IT Glue, inline styles do.
    "pymdownx.highlight": {"noclasses": True, "guess_lang": False},
    "pymdownx.superfences": {"relaxed_headers": True},
    # One tilde is an approximation (~5 minutes), not a subscript.
    "pymdownx.tilde": {"subscript": False},
}


class _Step(Treeprocessor):
    """A function over the tree as a step of the parser."""

    def __init__(self, md: Markdown, step: Callable[[Element], None]) -> None:
        super().__init__(md)
        self.step = step

    def run(self, root: Element) -> None:
        self.step(root)


class Parser:
    """Python-Markdown with our rules, for one document after the other."""

    def __init__(self) -> None:
        self.slugger = Slugger()
        self.title = Title(None, self.slugger)
        contents = {"slugify": lambda text, _: self.slugger(text), "permalink": False}
        self.md = Markdown(
            extensions=[Code() if name == "pymdownx.highlight" else name for name in EXTENSIONS],
            extension_configs=SETTINGS | {"markdown.extensions.toc": contents},
        )
        self._register()

    def _register(self) -> None:
        md, steps = self.md, self.md.treeprocessors
        # After code (190), before escapes (180).
        md.inlinePatterns.register(Shares(md), "shares", 185)
        md.inlinePatterns.register(Emoji(md), "emoji", 1)
        # Before inline mark-up (20), which would take the brackets for a link.
        steps.register(_Step(md, check_boxes), "tasks", 25)
        steps.register(SparingInline(md), "inline", 20)
        steps.register(MeantAttributes(md), "attr_list", 8)
        steps.register(_Step(md, draw_lines), "table_lines", 7)
        steps.register(_Step(md, unescape_pipes), "table_pipes", 7)
        steps.register(_Step(md, style_admonitions), "admonition_style", 7)
        # After attribute lists (8), before the table of contents and its anchors (5).
        steps.register(_Step(md, lambda root: self.title.take(root, self._plain)), "title", 6)

    def convert(self, source: str, title: Title, slugger: Slugger) -> str:
        """The HTML of one document, before anything is taken out of it."""
        self.title, self.slugger = title, slugger
        self.md.reset()
        return self.md.convert(source)

    def _plain(self, heading: Element) -> str:
        return strip_tags(keep_placeholders(render_inner_html(heading, self.md)))


_own = threading.local()


def convert(source: str, title: Title, slugger: Slugger) -> str:
    """Convert a document with this thread's parser, as making one takes a tenth of the time.

    It is put back only after success: what has failed half-way is in no known state.
    """
    parser: Parser = _own.__dict__.pop("parser", None) or Parser()
    html = parser.convert(source, title, slugger)
    _own.parser = parser
    return html
