"""Globs over '/'-separated paths, compiled once.

| pattern      | matches                                          |
| ------------ | ------------------------------------------------ |
| ``*``, ``?`` | any characters, one character; but no '/'        |
| ``**/``      | no folder, or any number of them                 |
| ``/**``      | everything below                                 |
| ``[a-z]``    | one of these; ``[!a-z]`` one other; but no '/'   |
| ``{a,b}``    | either; may be nested                            |
| ``\\*``       | a star                                           |

A pattern covers the whole path, from the docs root. One without any of these characters names a
file, or a folder with everything below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

Predicate = Callable[[str], bool]

_SPECIAL = frozenset("*?[{\\")


@lru_cache(maxsize=1024)
def matcher(pattern: str) -> Predicate:
    """Turn one pattern into a predicate on paths; every text is a valid pattern."""
    return _predicate(_translate(_normal(pattern)))


def any_of(patterns: Iterable[str]) -> Predicate:
    """A predicate that holds when one of *patterns* matches; for no pattern, never."""
    return _predicate("|".join(_translate(_normal(pattern)) for pattern in patterns) or r"(?!)")


def literal_prefix(pattern: str) -> str:
    """What every match starts with: the longer, the more specific the pattern."""
    normal = _normal(pattern)
    end = next((at for at, char in enumerate(normal) if char in _SPECIAL), len(normal))
    return normal[:end]


def _predicate(expression: str) -> Predicate:
    match = re.compile(expression, re.DOTALL).fullmatch
    return lambda path: match(path) is not None


def _normal(pattern: str) -> str:
    """Relative to the root, however it is written; a folder means what is below it."""
    normal = pattern.removeprefix("./").lstrip("/")
    if pattern and normal in ("", "."):
        return "**"
    return normal + "**" if normal.endswith("/") else normal


def _translate(pattern: str) -> str:
    if not _SPECIAL.intersection(pattern):
        return f"{re.escape(pattern)}(?:/.*)?" if pattern else r"(?!)"
    return _sequence(pattern, 0, inside=False)[0]


def _sequence(pattern: str, at: int, *, inside: bool) -> tuple[str, int]:
    """Translate from *at* up to the end or, *inside* braces, up to ',' or '}'."""
    parts: list[str] = []
    while at < len(pattern) and not (inside and pattern[at] in ",}"):
        part, at = _one(pattern, at)
        parts.append(part)
    return "".join(parts), at


def _one(pattern: str, at: int) -> tuple[str, int]:
    """Translate what starts at *at*; give where the next thing starts."""
    char = pattern[at]
    if char == "*":
        return _stars(pattern, at)
    if char == "?":
        return "[^/]", at + 1
    if char == "[":
        return _one_of(pattern, at)
    if char == "{":
        return _either(pattern, at)
    if char == "\\" and at + 1 < len(pattern):
        return re.escape(pattern[at + 1]), at + 2
    return re.escape(char), at + 1


def _stars(pattern: str, at: int) -> tuple[str, int]:
    end = at
    while pattern[end : end + 1] == "*":
        end += 1
    whole = end - at == 2 and (at == 0 or pattern[at - 1] in "/{,")
    if whole and pattern[end : end + 1] == "/":
        while pattern.startswith("**/", end + 1):  # **/**/ says the same, only slower
            end += 3
        return "(?:[^/]+/)*", end + 1
    if whole and (end == len(pattern) or pattern[end] in ",}"):
        return ".*", end
    return "[^/]*", end


def _one_of(pattern: str, at: int) -> tuple[str, int]:
    start = at + 1
    negated = pattern[start : start + 1] in ("!", "^")
    first = start + negated
    end = pattern.find("]", first + 1)  # a ']' that comes first stands for itself
    if end < 0:
        return re.escape("["), at + 1
    # what `re` gives a meaning to, or may once give one, stands for itself
    members = re.sub(r"[\\\[\]^&~|]|--", lambda found: re.escape(found[0]), pattern[first:end])
    try:
        re.compile(f"[{members}]")
    except re.error:  # such as [z-a]
        return r"(?!)", end + 1
    return f"(?!/)[{'^' * negated}{members}]", end + 1


def _either(pattern: str, at: int) -> tuple[str, int]:
    choices: list[str] = []
    here = at
    while here < len(pattern) and pattern[here] != "}":
        choice, here = _sequence(pattern, here + 1, inside=True)
        choices.append(choice)
    if here >= len(pattern):  # never closed: an ordinary character
        return re.escape("{"), at + 1
    return f"(?:{'|'.join(choices)})", here + 1
