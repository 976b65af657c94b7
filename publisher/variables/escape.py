"""A value -> text in which nothing is mark-up: what a value says is shown, whatever it holds.

Entities rather than backslashes: Markdown and HTML both leave them alone until they are shown, in
text, link targets, table cells and attributes alike. A value cannot start a list, a heading or a
table, nor a tag; an address in it becomes a link, as it would in any text.
"""

from __future__ import annotations

import datetime as dt
import re

from publisher.model import Json

_SPECIAL = re.compile(r"[\\`*\[\]<>&\"{}|~]|#(?=#*$)|(?<![^\W_])_|_(?![^\W_])")
_START = re.compile(r"(?P<before>\d{0,9})(?P<marks>(?:#{1,6}|[-=]+|[+:.)])(?=\s|$)|!!!)")


class Verbatim(str):
    """Text that is put in as it is."""

    __slots__ = ()


class Unprintable(ValueError):
    """A value that has no text: a mapping, for instance."""


def plain(value: Json) -> str:
    """A value as words.

    Raises:
        Unprintable: it is a mapping, or a list that holds one.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    raise Unprintable


def one_line(value: Json) -> str:
    """A value for a title or a trait: no mark-up is known there."""
    return " ".join(plain(value).split())


def markdown(value: Json) -> str:
    """A value for a paragraph, a cell, a link; its line ends are line breaks."""
    if isinstance(value, Verbatim):
        return value
    lines = (" ".join(line.split()) for line in plain(value).splitlines())
    return "<br>".join(_line(line) for line in lines if line)


def _line(text: str) -> str:
    start = _START.match(text)
    if start is None:
        return _SPECIAL.sub(_entity, text)
    coded = "".join(f"&#{ord(mark)};" for mark in start["marks"])
    return start["before"] + coded + _SPECIAL.sub(_entity, text[start.end() :])


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def code(value: Json, margin: str | None = None) -> str:
    """A value inside code, where everything stands for itself but what would end the code.

    *margin* is what stands before each line of a fenced block; None means a span, of one line.
    """
    if isinstance(value, Verbatim):
        return value
    if margin is None:
        return one_line(value).replace("`", "'")
    text = re.sub(r"`{3,}|~{3,}", lambda run: "'" * len(run[0]), plain(value))
    return f"\n{margin}".join(text.splitlines())
