"""Tables get the classes that IT Glue's own interface (Bootstrap 3) draws lines with."""

from __future__ import annotations

from xml.etree.ElementTree import Element


def draw_lines(root: Element) -> None:
    """Give every Markdown table a class; tables in raw HTML keep their author's."""
    for table in root.iter("table"):
        if not table.get("class"):
            table.set("class", "table table-bordered")
