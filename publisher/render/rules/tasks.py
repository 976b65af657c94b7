"""Task lists: ``- [x] done`` shows as a ballot box; IT Glue strips ``<input>``."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

_BOX = re.compile(r"\[(?P<mark>[ xX])\](?=\s|$)")


def check_boxes(root: Element) -> None:
    """Replace the brackets at the start of list items (before inline mark-up is parsed)."""
    for item in root.iter("li"):
        holder = item
        if not (item.text or "").strip() and len(item) and item[0].tag == "p":
            holder = item[0]
        text = (holder.text or "").lstrip()
        box = _BOX.match(text)
        if box:
            holder.text = ("☐" if box["mark"] == " " else "☑") + text[box.end() :]
            item.set("style", "list-style-type: none")
