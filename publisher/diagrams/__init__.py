"""Diagrams as text, and SVG -> PNG: what IT Glue can show as a picture. Processes and a cache.

Fenced ``mermaid`` and ``dot`` become pictures of the document, and an SVG of the repository is
rasterized. Both are drawn in a process of their own, with a limit on time and memory: a diagram is
a program that somebody wrote, and a picture may be a bomb.
"""

from __future__ import annotations

from publisher.diagrams.draw import Undrawable
from publisher.diagrams.fences import Drawn, draw_fences
from publisher.diagrams.gallery import Gallery

__all__ = ["Drawn", "Gallery", "Undrawable", "draw_fences"]
