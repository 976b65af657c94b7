"""Markdown -> HTML that IT Glue keeps. Pure: text in, text out; no file, no network."""

from __future__ import annotations

from publisher.render.errors import TooDeep
from publisher.render.footer import footer, split_footer
from publisher.render.page import Page, Stripped, render
from publisher.render.references import AsLink, Reference, resolve
from publisher.render.text import canonical, lines, text
from publisher.render.version import RENDERER

__all__ = [
    "RENDERER",
    "AsLink",
    "Page",
    "Reference",
    "Stripped",
    "TooDeep",
    "canonical",
    "footer",
    "lines",
    "render",
    "resolve",
    "split_footer",
    "text",
]
