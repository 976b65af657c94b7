"""Admonitions become Bootstrap 3 alerts, with a bold title for where no style sheet is."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

_LOOK = {
    "tip": "success",
    "hint": "success",
    "success": "success",
    "check": "success",
    "done": "success",
    "warning": "warning",
    "attention": "warning",
    "important": "warning",
    "caution": "danger",
    "danger": "danger",
    "error": "danger",
    "bug": "danger",
    "failure": "danger",
    "fail": "danger",
    "missing": "danger",
}


def style_admonitions(root: Element) -> None:
    """Turn ``div.admonition KIND`` into ``div.alert alert-LOOK``; an unknown kind is info."""
    for box in root.iter("div"):
        kinds = (box.get("class") or "").split()
        if kinds[:1] != ["admonition"]:
            continue
        look = next((_LOOK[kind] for kind in kinds[1:] if kind in _LOOK), "info")
        box.set("class", f"alert alert-{look}")
        if len(box) and box[0].get("class") == "admonition-title":
            _embolden(box[0])


def _embolden(title: Element) -> None:
    del title.attrib["class"]
    children = list(title)
    for child in children:
        title.remove(child)
    strong = SubElement(title, "strong")
    strong.text, title.text = title.text, None
    strong.extend(children)
