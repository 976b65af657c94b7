"""Where in the source something stands. Python-Markdown does not say, so the text is searched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from urllib.parse import quote

from publisher.render.rules.fences import fenced

_SPAN = re.compile(r"(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
_WORD = re.compile(r"[\w./%~-]")


class Places:
    """The source of one document, its code blanked out, searched from the top downwards."""

    def __init__(self, lines: Sequence[str], first_line: int) -> None:
        self._lines = lines
        self._first = first_line
        self._at = 0

    @cached_property
    def text(self) -> str:
        """The source with code replaced by blanks, so that offsets and lines stay."""
        code = fenced(self._lines)
        pairs = zip(self._lines, code, strict=True)
        return "\n".join("" if is_code else _blank_spans(line) for line, is_code in pairs)

    def of_url(self, url: str) -> int | None:
        """The line on which *url* is written: the next one after the last that was found."""
        for written in dict.fromkeys(
            (url, quote(url, safe="/#?&=%:@+,;"), url.replace("&", "&amp;"))
        ):
            for start in (self._at, 0):
                found = self._find(written, start)
                if found is not None:
                    self._at = found + len(written)
                    return self._line(found)
        return None

    def of_loss(self, what: str) -> int | None:
        """The line of the first thing that is called *what* by the sanitizer."""
        needle = {"<?…?>": "<?", "<![CDATA[…]]>": "<![CDATA["}.get(what)
        if needle is None:
            needle = what.removesuffix(">").removeprefix("style: ")
            needle = needle.removesuffix(" link").removesuffix(" image")
        start = self.text.lower().find(needle.lower())
        return None if start < 0 else self._line(start)

    def _line(self, offset: int) -> int:
        return self._first + self.text.count("\n", 0, offset)

    def _find(self, written: str, start: int) -> int | None:
        return next(self._hits(written, start), None)

    def _hits(self, written: str, start: int) -> Iterator[int]:
        """Offsets at which *written* stands by itself, not as a part of a longer path."""
        text = self.text
        at = text.find(written, start)
        while at >= 0:
            end = at + len(written)
            before, after = text[at - 1 : at] if at else "", text[end : end + 1]
            if not _WORD.match(before) and not _WORD.match(after):
                yield at
            at = text.find(written, end)


def _blank_spans(line: str) -> str:
    if "`" not in line:
        return line
    return _SPAN.sub(lambda span: " " * len(span[0]), line)
