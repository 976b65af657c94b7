"""What is refused before parsing, because it would take the parser quadratic time.

Python-Markdown looks for the end of every bracket, parenthesis and tag anew. A few hundred that
never end are a mistake or an attack; either way they are no document.
"""

from __future__ import annotations

import re

from publisher.render.errors import TooDeep

MAX_BRACKETS = 200
"""Open ``[`` or ``(`` in one paragraph."""
MAX_OPEN_TAGS = 500
"""Tags in the whole document that never end."""

_OPEN_TAG = re.compile(r"</?[a-zA-Z][^<>]*(?=<|\Z)")
_PAIRS = {"brackets": "[]", "parentheses": "()"}


def check_limits(text: str, first_line: int) -> None:
    """Check a document's text, in which code has been blanked out.

    Raises:
        TooDeep: brackets are nested, or tags left open, beyond all measure.
    """
    for what, pair in _PAIRS.items():
        if text.count(pair[0]) > MAX_BRACKETS:
            _check_pairs(text, first_line, what, pair)
    if text.count("<") > MAX_OPEN_TAGS and len(_OPEN_TAG.findall(text)) > MAX_OPEN_TAGS:
        raise TooDeep("unclosed HTML tags", MAX_OPEN_TAGS)


def _check_pairs(text: str, first_line: int, what: str, pair: str) -> None:
    mark = re.compile(f"[{re.escape(pair)}]")
    depth = 0
    for number, line in enumerate(text.split("\n"), first_line):
        if not line.strip():
            depth = 0
        for found in mark.finditer(line):
            depth = depth + 1 if found[0] == pair[0] else max(depth - 1, 0)
            if depth > MAX_BRACKETS:
                raise TooDeep(what, MAX_BRACKETS, number)
