r"""Names of shares keep both backslashes: ``\\srv\share``, of which Markdown would take one away.

CommonMark (2.4) reads ``\\`` as one backslash. Nobody who writes a share's name means that.
"""

from __future__ import annotations

import re

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

_SHARE = r"(?<![\\\w])\\\\(?=[A-Za-z0-9][\w.$-]{0,253}\\)"


class Shares(InlineProcessor):
    """The two backslashes at the start of a share's name."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(_SHARE, md)

    def handleMatch(  # type: ignore[override]  # noqa: N802 (named, and typed, by the base class)
        self, match: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        return match[0], match.start(0), match.end(0)
