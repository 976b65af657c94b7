"""HTML around Markdown, as GitHub reads it: after a blank line Markdown starts again.

``<details>``, a blank line, then a list: CommonMark (4.6, kind 6) ends the HTML block at the blank
line. Python-Markdown takes all up to the end tag as HTML, unless the tag says ``markdown="1"``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WRAPPER = re.compile(
    r"<(?P<end>/?)(?P<name>div|details|section|article|aside|center|blockquote|figure|table|tbody|"
    r"thead|tr|td|th)\b[^<>]*>",
    re.IGNORECASE,
)
_MARKED = re.compile(r"<[^<>]*\smarkdown(?=[\s=>])", re.IGNORECASE)


def is_marked(line: str) -> bool:
    """Whether the author asked for Markdown inside a tag of *line*."""
    return _MARKED.search(line) is not None


def mark_open(lines: Sequence[str]) -> list[str]:
    """Ask for Markdown inside the tags that *lines*, one HTML block, leave open."""
    html = "\n".join(lines)
    for tag in reversed(_left_open(html)):
        # A cell would take its content for one line of text.
        kind = "block" if tag["name"].lower() in ("td", "th") else "1"
        html = f'{html[: tag.end("name")]} markdown="{kind}"{html[tag.end("name") :]}'
    return html.split("\n")


def close_wrappers(lines: Sequence[str]) -> list[str]:
    """Add the end tags that are missing at the end; the parser drops what is never closed."""
    html = "\n".join(lines)
    if not _MARKED.search(html):
        return list(lines)
    return [*lines, *(f"</{tag['name']}>" for tag in reversed(_left_open(html)))]


def _left_open(html: str) -> list[re.Match[str]]:
    still_open: list[re.Match[str]] = []
    for tag in _WRAPPER.finditer(html):
        if not tag["end"]:
            still_open.append(tag)
        elif still_open and still_open[-1]["name"].lower() == tag["name"].lower():
            still_open.pop()
    return still_open
