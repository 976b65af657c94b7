"""Emoji by name, as GitHub writes them: ``:warning:`` -> ⚠️.

Only names that GitHub knows, and only between blanks or punctuation: ``2001:db8:100:200::1`` is an
address, and ``:100:`` in it no emoji. The names are those of gemoji, which pymdown-extensions
brings along.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

_NAME = r"(?<![\w:]):(?P<name>[+-]1|[a-z0-9][a-z0-9_+-]*):(?![\w:])"


class Emoji(InlineProcessor):
    """Names of emoji, once everything else has been taken out of the text."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(_NAME, md)

    def handleMatch(  # type: ignore[override]  # noqa: N802 (named, and typed, by the base class)
        self, match: re.Match[str], data: str
    ) -> tuple[str | None, int | None, int | None]:
        found = _emoji().get(match["name"])
        return (found, match.start(0), match.end(0)) if found else (None, None, None)


@functools.cache
def _emoji() -> Mapping[str, str]:
    """Name -> characters; loaded when the first name is met."""
    from pymdownx.gemoji_db import (  # type: ignore[import-untyped]  # it has no type hints
        aliases,
        emoji,
    )

    known = {
        name.strip(":"): "".join(chr(int(code, 16)) for code in codes.split("-"))
        for name, one in emoji.items()
        if (codes := one.get("unicode_alt") or one.get("unicode"))
    }
    return known | {
        alias.strip(":"): known[name.strip(":")]
        for alias, name in aliases.items()
        if name.strip(":") in known
    }
