"""Code is left alone: braces in it are shielded from the template language, then put back.

Inside code, ``{{! name }}`` is filled in all the same; a fence with the word ``template`` after
its language is filled in as a whole. Everywhere else ``{{! name }}`` and ``{{ name }}`` are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from publisher.render.rules.fences import OPENING, PREFIX, closes

SHIELD = "\ufdd0"
"""Stands for an opening brace in code. A noncharacter: no text has it (Unicode 23.7)."""

ALONE = "\ufdd5"
"""Ends a line on which a tag stands alone: that line leaves nothing behind."""

_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?P<code>[^\n]*?)(?<!`)\1(?!`)")
_ASKED = re.compile(r"\{\{!(?P<expression>[^\n]*?)\}\}")
_FILLED = re.compile(r"\{\{!?(?P<expression>[^\n]*?)\}\}")
_WORD = re.compile(r"(?<=\S)[ \t]+template(?!\S)")
_TAGS = re.compile(r"[ \t]*(?:\{%(?:(?!%\}).)*%\}[ \t]*)+")
_MARGIN = re.compile(r"[ \t>]*")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")


def shield(lines: Sequence[str]) -> str:
    """Join *lines* with the braces in code shielded, and what is asked for in code marked so."""
    kinds = _kinds(lines)
    return "\n".join(_shielded(line, kind) for line, kind in zip(lines, kinds, strict=True))


def unshield(text: str) -> str:
    """Put the braces back."""
    return text.replace(SHIELD, "{")


def _shielded(line: str, kind: str) -> str:
    line = line.replace(SHIELD, "")
    if kind == "opening":
        line = _WORD.sub("", line, count=1)
    if "{" not in line:
        return line
    if kind in ("text", "template") and _TAGS.fullmatch(line):
        return line.strip() + ALONE
    if kind == "template":
        return _FILLED.sub(lambda found: _call(found["expression"], _margin(line)), line)
    if kind in ("code", "opening"):
        return _leave(line, _margin(line))
    text = _SPAN.sub(lambda span: span[1] + _leave(span["code"]) + span[1], line)
    return text.replace("{{!", "{{")


def _margin(line: str) -> str:
    margin = _MARGIN.match(line)
    return margin[0] if margin else ""


def _call(expression: str, margin: str | None) -> str:
    given = "" if margin is None else f'("{margin}")'.replace("\t", "    ")
    return f"{{{{ ({expression}) | code{given} }}}}"


def _leave(code: str, margin: str | None = None) -> str:
    """Code with its braces shielded but for ``{{! … }}``."""
    parts: list[str] = []
    at = 0
    for asked in _ASKED.finditer(code):
        parts.append(code[at : asked.start()].replace("{", SHIELD))
        parts.append(_call(asked["expression"], margin))
        at = asked.end()
    return "".join(parts) + code[at:].replace("{", SHIELD)


def _kinds(lines: Sequence[str]) -> Iterator[str]:
    """For each line: text, code, template (code to be filled in), or opening (of such a fence)."""
    fence, kind = "", "code"
    indented = _Indented()
    for line in lines:
        if fence:
            ends = closes(line.lstrip(" \t>").rstrip(), fence)
            yield "code" if ends else kind
            fence = "" if ends else fence
            continue
        prefix = PREFIX.match(line)
        opening = OPENING.match(line, prefix.end() if prefix else 0)
        if opening:
            fence = opening["fence"]
            asked = "template" in opening["info"].split()[1:]
            kind = "template" if asked else "code"
            yield "opening" if asked else "code"
        else:
            yield "code" if indented.is_code(line) else "text"


class _Indented:
    """Finds indented code, where it is certainly that: not within a list."""

    def __init__(self) -> None:
        self.in_list, self.blank, self.code = False, True, False

    def is_code(self, line: str) -> bool:
        if not line.strip():
            self.blank = True
            return False
        deep = line.startswith(("    ", "\t"))
        if not line.startswith((" ", "\t")):
            self.in_list = bool(_ITEM.match(line)) or (self.in_list and not self.blank)
        elif not deep and _ITEM.match(line.lstrip()):
            self.in_list = True
        self.code = deep and not self.in_list and (self.blank or self.code)
        self.blank = False
        return self.code
