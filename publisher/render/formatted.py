"""What HTML says and how it stresses it: `canonical`, with the inline mark-up that people set.

`canonical` asks whether a reader misses anything; this one, whether an author does. So bold,
code and merged cells count, colours and sizes do not: no server is known to keep those as sent.
"""

from __future__ import annotations

import re

from publisher.render.text import canonical

_SAME = {"b": "strong", "i": "em", "s": "del", "strike": "del", "tt": "code", "cite": "em"}
_KEPT = ("strong", "em", "code", "del", "u", "ins", "sub", "sup", "kbd", "mark")
_FIRST = 0xE100
"""Private characters stand for the tags while `canonical` drops all tags."""
_OPEN = "".join(chr(_FIRST + 2 * n) for n in range(len(_KEPT)))
_CLOSE = "".join(chr(_FIRST + 2 * n + 1) for n in range(len(_KEPT)))
_PRIVATE = re.compile("[\ue100-\ue1ff]")
_PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL | re.IGNORECASE)
_INLINE = re.compile(
    rf"<(?P<end>/?)(?P<name>{'|'.join([*_SAME, *_KEPT])})(?=[\s>])[^>]*>", re.IGNORECASE
)
_CELL = re.compile(r"<t[dh]\b[^>]*>", re.IGNORECASE)
_SPAN = re.compile(r'\b(col|row)span="?(\d+)', re.IGNORECASE)


def formatted(html: str) -> str:
    """A form in which two texts are equal if they say the same in the same formatting."""
    parts = _PRE.split(_PRIVATE.sub("", html))
    marked = (part if at % 2 else _INLINE.sub(_mark, part) for at, part in enumerate(parts))
    return _tidy(canonical(_CELL.sub(_merged, "".join(marked))))


def _mark(tag: re.Match[str]) -> str:
    name = tag["name"].lower()
    at = _KEPT.index(_SAME.get(name, name))
    return chr(_FIRST + 2 * at + bool(tag["end"]))


def _merged(cell: re.Match[str]) -> str:
    spans = [f"{name.lower()}{size}" for name, size in _SPAN.findall(cell[0]) if size != "1"]
    return cell[0] + "".join(f"\ue1ff{span} " for span in spans)


def _tidy(said: str) -> str:
    """Blanks go out of the stressed words, stress without words goes, and neighbours join."""
    before = None
    while before != said:
        before = said
        said = re.sub(rf"([{_OPEN}]+)([ \n]+)", r"\2\1", said)
        said = re.sub(rf"([ \n]+)([{_CLOSE}]+)", r"\2\1", said)
        for opening, closing in zip(_OPEN, _CLOSE, strict=True):
            said = said.replace(opening + closing, "").replace(closing + opening, "")
    return "\n".join(" ".join(line.split()) for line in said.split("\n") if line.strip())
