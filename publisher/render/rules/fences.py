"""Fenced code: which lines of a document are code, and where a fence ends (CommonMark 4.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence

OPENING = re.compile(r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_COLONS = re.compile(r"(?P<indent> {0,3}):{3} ?mermaid[ \t]*$")
PREFIX = re.compile(r"[ \t]*(?:>[ \t]*)*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")


def closes(text: str, fence: str) -> bool:
    """Whether *text*, stripped, is the closing line of a block that *fence* opened."""
    return len(text) >= len(fence) and not text.strip(fence[0])


def fenced(lines: Sequence[str]) -> list[bool]:
    """For each line whether it belongs to a fenced block, its two fences included.

    Block quotes and list items around a fence are looked through, not checked.
    """
    marks: list[bool] = []
    fence = ""
    for line in lines:
        if fence:
            marks.append(True)
            if closes(line.lstrip(" \t>").rstrip(), fence):
                fence = ""
            continue
        opening = None
        if "```" in line or "~~~" in line:
            prefix = PREFIX.match(line)
            opening = OPENING.match(line, prefix.end() if prefix else 0)
        fence = opening["fence"] if opening else ""
        marks.append(opening is not None)
    return marks


def fence_diagrams(lines: Sequence[str]) -> list[str]:
    """``::: mermaid`` … ``:::`` (Azure DevOps) as fenced code; as many lines as before."""
    if not any(":::" in line and "mermaid" in line for line in lines):
        return list(lines)
    code, out = fenced(lines), list(lines)
    opened: int | None = None
    for number, line in enumerate(lines):
        if opened is None and not code[number] and _COLONS.match(line):
            opened = number
        elif opened is not None and line.strip() == ":::":
            out[opened] = out[opened].replace(":::", "```").replace(" mermaid", "mermaid")
            out[number] = line.replace(":::", "```")
            opened = None
    return out
