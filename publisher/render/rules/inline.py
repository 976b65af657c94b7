"""Inline mark-up, looked for only where a character of it stands.

Python-Markdown's `InlineProcessor` runs each of its twenty patterns over each text, which is two
fifths of the time that a document takes, and most texts hold none of what they begin with. This one
leaves out the patterns that cannot match; what comes out is the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

_SIGN = re.compile(r"!?\[\^?|:(?://)?|[\n`\\<@&*_~]")
_IMAGE = frozenset({"![", "![^"})
_BRACKET = frozenset({"[", "[^"})
NEEDED: Mapping[str, frozenset[str]] = {
    "backtick": frozenset("`"),
    "shares": frozenset("\\"),
    "escape": frozenset("\\"),
    "footnote": frozenset({"[^", "![^"}),
    "reference": _BRACKET,
    "link": _BRACKET,
    "image_link": _IMAGE,
    "image_reference": _IMAGE,
    "short_reference": _BRACKET,
    "short_image_ref": _IMAGE,
    "autolink": frozenset("<"),
    "automail": frozenset("<"),
    "linebreak": frozenset("\n"),
    "html": frozenset("<"),
    "magic-link": frozenset({"://", "www."}),
    "magic-mail": frozenset("@"),
    "entity": frozenset("&"),
    "delimiter": frozenset("*_~"),
    "nl": frozenset("\n"),
    "emoji": frozenset({":", "://"}),
}
"""Name of a pattern -> the signs of which one stands in whatever it matches. A pattern that is not
listed is always tried."""


class SparingInline(InlineProcessor):
    """Takes the place of Python-Markdown's ``inline`` step, once all patterns are registered.

    It stands in for the loop over the patterns and leaves the rest to the base class. What it
    overrides and calls is private there, so a test compares what comes out.
    """

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        registry = md.inlinePatterns
        needed = {id(registry[name]): signs for name, signs in NEEDED.items() if name in registry}
        self._patterns = [(pattern, needed.get(id(pattern))) for pattern in registry]
        self._all_need = all(signs is not None for _, signs in self._patterns)
        self._apply = self._InlineProcessor__applyPattern  # type: ignore[attr-defined]  # private

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 (named by the base class)
        if isinstance(data, AtomicString):
            return data
        signs = _signs(data)
        if self._all_need and not signs:
            return data
        for at, (pattern, needed) in enumerate(self._patterns[patternIndex:], patternIndex):
            if needed is not None and needed.isdisjoint(signs):
                continue
            changed, start, again = False, 0, True
            while again:
                data, again, start = self._apply(pattern, data, at, start)
                changed |= again
            if changed:  # what a match has cut off begins something else: \![a](b)
                signs = _signs(data)
        return data


def _signs(data: str) -> list[str]:
    signs = _SIGN.findall(data)
    if "w." in data or "W." in data:
        signs.append("www.")
    return signs
