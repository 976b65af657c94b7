"""Tables: the classes that IT Glue's own interface (Bootstrap 3) draws lines with, and pipes."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown.util import AtomicString


def draw_lines(root: Element) -> None:
    """Give every Markdown table a class; tables in raw HTML keep their author's."""
    for table in root.iter("table"):
        if not table.get("class"):
            table.set("class", "table table-bordered")


def unescape_pipes(root: Element) -> None:
    r"""Show ``\|`` in a cell's code as the pipe that it is on GitHub (GFM 4.10)."""
    for table in root.iter("table"):
        for code in table.iter("code"):
            if code.text and "\\|" in code.text:
                code.text = AtomicString(code.text.replace("\\|", "|"))
