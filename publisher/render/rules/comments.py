"""HTML comments are notes among the authors: they go, but never inside code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from publisher.render.rules.fences import fenced

_CODE_OR_COMMENT = re.compile(r"(?P<ticks>`+)[^\n]*?(?<!`)(?P=ticks)(?!`)|(?P<open><!--)")

_CODE_INDENT = ("    ", "\t")
"""Either indented code, which shows the comment, or nested text, where the sanitizer drops it."""


def drop_comments(lines: Sequence[str]) -> list[str]:
    """Return *lines* without comments; a line that held nothing else goes altogether.

    A comment that is never closed is shown as text: a browser, and a sanitizer, would swallow
    the rest of the document with it.
    """
    if not any("<!--" in line for line in lines):
        return list(lines)
    return list(_without(lines))


def _without(lines: Sequence[str]) -> Iterator[str]:
    code = fenced(lines)
    last_end = max((n for n, line in enumerate(lines) if "-->" in line), default=-1)
    inside = False
    before = ""
    for number, line in enumerate(lines):
        indented = line.startswith(_CODE_INDENT) and (
            not before.strip() or before.startswith(_CODE_INDENT)
        )
        before = line
        if (code[number] or indented) and not inside:
            yield line
            continue
        kept, inside = _cut(line, inside, last_end > number)
        if kept.strip() or not line.strip():
            yield kept


def _cut(line: str, inside: bool, closed_later: bool) -> tuple[str, bool]:
    """The part of *line* outside comments, and whether a comment goes on after it."""
    kept: list[str] = []
    at = 0
    while True:
        if inside:
            end = line.find("-->", at)
            if end < 0:
                return "".join(kept), True
            at, inside = end + 3, False
        found = next((m for m in _CODE_OR_COMMENT.finditer(line, at) if m["open"]), None)
        if found is None:
            kept.append(line[at:])
            return "".join(kept), False
        kept.append(line[at : found.start()])
        if "-->" in line[found.end() :] or closed_later:
            at, inside = found.end(), True
        else:
            kept.append("&lt;!--")
            at = found.end()
