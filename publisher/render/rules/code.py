"""Coloured code. pymdown-extensions makes lexer and formatter anew for each block; here both stay.

Finding a lexer means a walk through five hundred names, and a formatter draws up its style sheet
when it is made: together they took longer than the colouring. What comes out is the same.
"""

from __future__ import annotations

import functools
from typing import Any

from pygments import highlight
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound
from pymdownx.highlight import (  # type: ignore[import-untyped]  # it has no type hints
    BlockHtmlFormatter,
    Highlight,
    HighlightExtension,
)

_OPTIONS = ("hl_lines", "inline", "classes", "id_value", "attrs", "title")


class _Highlight(Highlight):  # type: ignore[misc]  # its base has no type hints
    """Colours a block without options by itself, and leaves all others to its base."""

    def highlight(
        self, src: str, language: str, css_class: str = "highlight", **options: Any
    ) -> Any:
        if any(options.get(name) for name in _OPTIONS) or options.get("linestart", -1) > 0:
            return super().highlight(src, language, css_class, **options)
        lexer = _lexer(language)(stripnl=self.stripnl)
        return highlight(src, lexer, _formatter(css_class, self.pygments_style)).strip()


class Code(HighlightExtension):  # type: ignore[misc]  # its base has no type hints
    """``pymdownx.highlight`` with the settings that it has here, for fenced code."""

    def __init__(self) -> None:
        super().__init__(noclasses=True, guess_lang=False)

    def get_pymdownx_highlighter(self) -> type[Highlight]:
        return _Highlight


@functools.lru_cache(maxsize=256)  # a name is whatever stands behind the fence
def _lexer(language: str) -> type[Lexer]:
    """The lexer of a language; plain text's, if nobody knows it."""
    try:
        return type(get_lexer_by_name(language))
    except ClassNotFound:
        return type(get_lexer_by_name("text"))


@functools.lru_cache(maxsize=16)
def _formatter(css_class: str, style: str) -> BlockHtmlFormatter:
    return BlockHtmlFormatter(
        cssclass=css_class, style=style, noclasses=True, wrapcode=True, linenostart=1
    )
