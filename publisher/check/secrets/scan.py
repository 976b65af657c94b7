"""Text -> the lines that seem to hold a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from publisher.check.material import Look
from publisher.check.secrets.patterns import (
    COLUMN_WORDS,
    KEY_MATERIAL,
    PATTERNS,
    PRIVATE_KEY,
    RECOVERY_KEY,
    Pattern,
)
from publisher.check.secrets.tables import in_csv, in_table, is_definition
from publisher.check.secrets.values import is_secret

_ALLOW = re.compile(r"publisher:\s*allow-secret\b[ \t]*(?P<reason>.*?)[ \t]*(?:-->|$)")
_LONGEST_LINE = 2_000
"""Characters; what is longer (minified, encoded) is cut: no rule needs more, and none may hang."""

UNREASONED = "an allowance without a reason"


class Finding(NamedTuple):
    """One line that seems to hold a secret, and which; never the secret."""

    line: int
    kind: str


def scan(text: str, *, is_table: bool = False, also: Look | None = None) -> list[Finding]:
    """Look for secrets in *text*; *is_table* for separated values (CSV); *also* is a second look.

    At most one finding per line. A line is let pass by ``publisher: allow-secret REASON`` in a
    comment on it, or on the line before; without a REASON that is a finding of its own.
    """
    lines = [line[:_LONGEST_LINE] for line in text.split("\n")]
    lowered = text.lower()
    found: dict[int, str] = {}
    for at, kind in _findings(lines, lowered):
        found.setdefault(at, kind)
    if is_table:
        found |= dict.fromkeys(in_csv(lines), "a password in a table")
    if also:
        found = dict(also(text)) | found
    allowed, unreasoned = _allowed(lines, lowered)
    kept = {at: kind for at, kind in found.items() if at not in allowed}
    kept |= dict.fromkeys(unreasoned, UNREASONED) if not kept.keys() & unreasoned else {}
    return [Finding(at + 1, kept[at]) for at in sorted(kept)]


def _findings(lines: list[str], lowered: str) -> Iterator[tuple[int, str]]:
    hits: dict[str, list[int]] = {}
    for pattern in PATTERNS:
        for at in _lines_with(pattern.words, lowered, hits):
            if _matches(pattern, lines[at]):
                yield at, pattern.kind
    for at in _lines_with(("key",), lowered, hits):
        if "-" in lines[at] and PRIVATE_KEY.search(lines[at]) and _has_material(lines[at : at + 6]):
            yield at, "a private key"
    if "bitlocker" in lowered:
        for match in RECOVERY_KEY.finditer(lowered):
            yield lowered.count("\n", 0, match.start()), "a BitLocker recovery key"
    for at in _lines_with(COLUMN_WORDS, lowered, hits):
        if "|" in lines[at]:
            yield from ((row, "a password in a table") for row in in_table(lines, at))
        elif is_definition(lines, at):
            yield at + 1, "a password"


def _matches(pattern: Pattern, line: str) -> bool:
    for match in pattern.expression.finditer(line):
        groups = match.groupdict()
        value = groups["value"] or groups.get("quoted") or ""
        if is_secret(value, pattern.strength, groups.get("rest") or ""):
            return True
    return False


def _has_material(lines: list[str]) -> bool:
    """A name of a key is no key: its bytes must follow."""
    return any(KEY_MATERIAL.search(line) for line in lines)


def _lines_with(words: Iterable[str], lowered: str, hits: dict[str, list[int]]) -> list[int]:
    """The lines that hold any of *words*; *hits* remembers those of each word."""
    found: set[int] = set()
    for word in words:
        if word not in hits:
            hits[word] = _lines_with_one(word, lowered)
        found.update(hits[word])
    return sorted(found)


def _lines_with_one(word: str, lowered: str) -> list[int]:
    found: list[int] = []
    line = counted = 0
    at = lowered.find(word)
    while at >= 0:
        line += lowered.count("\n", counted, at)
        found.append(line)
        counted = lowered.find("\n", at)
        if counted < 0:
            break
        at = lowered.find(word, counted)
    return found


def _allowed(lines: list[str], lowered: str) -> tuple[set[int], set[int]]:
    """The lines that pass, and those of allowances that give no reason."""
    allowed: set[int] = set()
    unreasoned: set[int] = set()
    for at in _lines_with_one("allow-secret", lowered):
        if comment := _ALLOW.search(lines[at]):
            if comment["reason"].strip():
                allowed |= {at, at + 1}
            else:
                unreasoned.add(at)
    return allowed, unreasoned
