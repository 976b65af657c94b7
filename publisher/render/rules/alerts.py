"""Alerts of GitHub and Obsidian (``> [!NOTE]``) become Python-Markdown's (``!!! note``)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_FIRST = re.compile(
    r"\[!(?P<kind>NOTE|TIP|IMPORTANT|WARNING|CAUTION|INFO|TODO|HINT|SUCCESS|CHECK|DONE|QUESTION"
    r"|HELP|FAQ|ATTENTION|FAILURE|FAIL|MISSING|DANGER|ERROR|BUG|EXAMPLE|ABSTRACT|SUMMARY|TLDR)\]"
    r"[+-]?[ \t]*(?P<title>.*)$",
    re.IGNORECASE,
)


def alert_head(first: str) -> str | None:
    """The admonition's first line for a block quote that starts with *first*, if it is an alert.

    GitHub knows the first five kinds and no title; the others, and titles, are what Obsidian added.
    """
    found = _FIRST.match(first.strip())
    if not found:
        return None
    title = found["title"].strip().replace('"', "'") or found["kind"].capitalize()
    return f'!!! {found["kind"].lower()} "{title}"'


def alert_body(lines: Sequence[str]) -> list[str]:
    """The lines of an alert, indented as an admonition's content is."""
    return [f"    {line}" if line.strip() else "" for line in lines]
