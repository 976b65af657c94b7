"""Templates for new documents: the docs repository's own, and those that come along."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = "templates"
"""Of a docs repository's own templates, below its root."""
_PLACEHOLDER = re.compile(r"\{\{ *(id|org|title|date) *\}\}")
_IN_HEAD = re.compile(
    r'(?P<alone>"\{\{ *(?P<quoted>id|org|title|date) *\}\}"'
    r"|(?<=[:-] )\{\{ *(?P<bare>id|org|title|date) *\}\}(?=[ \t]*(?:#.*)?$))"
    r"|\{\{ *(?P<within>id|org|title|date) *\}\}",
    re.MULTILINE,
)
_END = re.compile(r"^---[ \t]*$", re.MULTILINE)


def find_templates(folders: Sequence[Path]) -> dict[str, Path]:
    """Templates by name, sorted; the first folder that has a name wins."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in folder.glob("*.md") if folder.is_dir() else ():
            if path.name.casefold() != "readme.md":
                found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def is_template(path: str, raw: bytes) -> bool:
    """Whether the file at *path* of a docs repository is a template, and no document yet."""
    return path.startswith(f"{FOLDER}/") and _PLACEHOLDER.search(raw.decode("latin-1")) is not None


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill in ``{{ id }}``, ``{{ org }}``, ``{{ title }}`` and ``{{ date }}``.

    In the frontmatter values are quoted as YAML needs it; one that is empty leaves its key empty.
    Everything else in braces is the document's own.
    """
    ends = [found.end() for found in _END.finditer(text)]
    head, body = (text[: ends[1]], text[ends[1] :]) if len(ends) > 1 else ("", text)
    head = _IN_HEAD.sub(lambda found: _in_head(found, values), head)
    return head + _PLACEHOLDER.sub(lambda found: values[found[1]], body)


def summary(text: str) -> str:
    """The type that a template is for."""
    found = re.search(r"^type: *(.+?) *$", text, re.MULTILINE)
    return found[1].strip("\"'") if found else ""


def _in_head(found: re.Match[str], values: Mapping[str, str]) -> str:
    """A value as YAML needs it: in quotes where it stands alone, else for inside quotes."""
    value = values[found["quoted"] or found["bare"] or found["within"]]
    # JSON's strings are YAML's, and every character in them stays what it is.
    quoted = json.dumps(value, ensure_ascii=False)
    if not found["alone"]:
        return quoted[1:-1]
    return quoted if value else ""
