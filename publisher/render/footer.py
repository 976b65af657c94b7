"""The provenance footer: where a body comes from, and the marker by which it is found again.

The marker is plain text, because a sanitizer may drop any tag or attribute but has no reason to
drop words. It is percent-encoded, so that it is one word of ASCII whatever the path holds, and no
folding of white space or entities can change it.
"""

from __future__ import annotations

import html as entities
import re
from bisect import bisect_right
from urllib.parse import quote, unquote

from publisher.render.allowed import words

_LABEL = "publisher-key:"
_SAFE = "/@:._-~+,;="
_MARKER = re.compile(rf"{_LABEL}\s*(\S+)")
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_INLINE = words("a abbr b code em font i ins mark s small span strong sub sup u")
_RULE_BEFORE = re.compile(r"<hr\b[^>]*>\s*\Z", re.IGNORECASE)
_SHORT = 8


def footer(*, repository: str, path: str, commit: str | None, marker: str) -> str:
    """The HTML that ends a body: source, the commit that last changed it (if known), marker."""
    at = f", last changed at {commit[:_SHORT]}" if commit else ""
    said = f"Source: {path} in {repository}{at}. Edit it there. {_LABEL} "
    return f"<hr>\n<p><small>{entities.escape(said, False)}{quote(marker, safe=_SAFE)}</small></p>"


def split_footer(html: str) -> tuple[str, str | None]:
    """Part *html* into what stands outside of the footer, and the marker.

    The footer is found by its words, so it may have been rewritten: other tags, a linkified
    marker, entities. Without a footer the HTML comes back as it is, with None.
    """
    said, pieces = _flatten(html)
    found = list(_MARKER.finditer(said))
    if not found:
        return html, None
    begin, end = _block_around(html, _source_offset(found[-1].start(), pieces))
    rule = _RULE_BEFORE.search(html, 0, begin)
    outside = html[: rule.start() if rule else begin].rstrip() + html[end:]
    return outside.rstrip(), unquote(found[-1][1])


def _flatten(html: str) -> tuple[str, list[tuple[int, int]]]:
    """The text of *html*, blocks parted by line ends; and where each piece of it comes from."""
    parts: list[str] = []
    pieces: list[tuple[int, int]] = []
    length = at = 0

    def add(text: str, source: int) -> None:
        nonlocal length
        pieces.append((length, source))
        parts.append(text)
        length += len(text)

    for tag in _TAG.finditer(html):
        add(entities.unescape(html[at : tag.start()]), at)
        if tag["name"].lower() not in _INLINE:
            add("\n", tag.start())
        at = tag.end()
    add(entities.unescape(html[at:]), at)
    return "".join(parts), pieces


def _source_offset(offset: int, pieces: list[tuple[int, int]]) -> int:
    """Where in the HTML the piece of text starts that holds *offset*."""
    return pieces[bisect_right(pieces, offset, key=lambda piece: piece[0]) - 1][1]


def _block_around(html: str, offset: int) -> tuple[int, int]:
    """The innermost block that holds *offset*, its own tags included."""
    blocks = [tag for tag in _TAG.finditer(html) if tag["name"].lower() not in _INLINE]
    opening = next((tag for tag in reversed(blocks) if tag.start() < offset), None)
    closing = next((tag for tag in blocks if tag.start() >= offset), None)
    begin = 0 if opening is None else opening.start()
    if opening is not None and (opening["end"] or opening["name"].lower() in ("hr", "br")):
        return opening.end(), len(html) if closing is None else closing.start()
    if closing is None:
        return begin, len(html)
    paired = opening is not None and closing["end"] and closing["name"] == opening["name"]
    return begin, closing.end() if paired else closing.start()
