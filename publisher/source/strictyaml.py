"""The part of YAML that frontmatter needs, with the line of every key.

Built from libyaml's events rather than by PyYAML's constructor: one pass, no recursion (so no
nesting can exhaust a stack), nothing expanded. What surprises people stays the text that they
wrote: ``no``, ``on``, ``2027-03-01``, ``12:30``, ``0123``, ``1_000``, and ``1.10``, which is a
version more often than a number. Only ``true``, ``false``, ``null``, and numbers that are written
as they would be printed have a meaning. Keys are always text.

Refused: a key given twice, anchors and aliases, tags, more than one YAML document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from frontmatter.default_handlers import SafeLoader
from yaml import events

from publisher.model import Json

_DEEPEST = 20
_LINES_DOWN_TO = 3
"""Keys nested deeper than this have no line of their own."""
_CONTROL = re.compile(r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What is not a printable character to YAML 1.1 (section 5.1), the BOM included."""
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_WORDS: dict[str, Json] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_HINTS = (
    ("mapping values are not allowed", "Put quotes around a value that holds ': '."),
    (r"\t", "Indent with spaces, not tabs."),
    ("cannot start any token", "Put quotes around a value that starts with this character."),
    ("unexpected end of stream", "Close the quotes."),
)


class Malformed(Exception):
    """A document that cannot be read: what becomes a `Diagnostic`. Holds none of its text."""

    def __init__(self, code: str, problem: str, line: int, column: int, fix: str = "") -> None:
        super().__init__(code, problem, line, column, fix)
        self.code, self.problem, self.line, self.column, self.fix = code, problem, line, column, fix


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    value: dict[str, Json] | list[Json]
    path: str
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    first_line: int
    lines: dict[str, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Json = None

    def take(self, event: Any) -> None:
        if isinstance(event, events.AliasEvent):
            raise self.error(event, "yaml-alias", "aliases (*name) are not allowed here")
        if isinstance(event, events.CollectionEndEvent):
            self.stack.pop()
        elif isinstance(event, events.NodeEvent):
            self._node(event)
        elif isinstance(event, events.DocumentStartEvent) and event.explicit:
            raise self.error(event, "bad-yaml", "a second YAML document starts here")

    def _node(self, event: Any) -> None:
        if event.anchor is not None:
            raise self.error(event, "yaml-alias", "anchors (&name) are not allowed here")
        if event.tag is not None:
            raise self.error(event, "bad-yaml", "tags (!name) are not allowed here")
        if isinstance(event, events.ScalarEvent):
            self._scalar(event)
            return
        if len(self.stack) >= _DEEPEST:
            raise self.error(event, "bad-yaml", f"nested more than {_DEEPEST} levels deep")
        new: dict[str, Json] | list[Json] = (
            {} if isinstance(event, events.MappingStartEvent) else []
        )
        path = self._put(event, new)
        self.stack.append(_Open(new, path))

    def _scalar(self, event: Any) -> None:
        inside = self.stack[-1] if self.stack else None
        if inside and isinstance(inside.value, dict) and inside.key is None:
            self._key(event, inside)
        else:
            self._put(event, _meaning(event.value) if event.implicit[0] else event.value)

    def _key(self, event: Any, inside: _Open) -> None:
        key = event.value
        if not key:
            raise self.error(event, "bad-yaml", "a key is empty")
        path = _join(inside.path, key)
        if key in inside.value:
            before = self.lines.get(path)
            problem = "this key is given twice" + (f", first on line {before}" if before else "")
            raise self.error(event, "duplicate-key", problem, "Keep one of the two.")
        inside.key = key
        if len(self.stack) <= _LINES_DOWN_TO:
            self.lines[path] = self.first_line + event.start_mark.line

    def _put(self, event: Any, value: Json) -> str:
        """Put a value where the next one belongs; give the path to it."""
        if not self.stack:
            self.root = value
            return ""
        inside = self.stack[-1]
        if isinstance(inside.value, list):
            path = _join(inside.path, str(len(inside.value)))
            if len(self.stack) <= _LINES_DOWN_TO:
                self.lines[path] = self.first_line + event.start_mark.line
            inside.value.append(value)
            return path
        if inside.key is None:
            raise self.error(
                event,
                "bad-yaml",
                "a key must be text, not a list or a mapping",
                "Put quotes around a value that starts with { or [.",
            )
        path = _join(inside.path, inside.key)
        inside.value[inside.key] = value
        inside.key = None
        return path

    def error(self, event: Any, code: str, problem: str, fix: str = "") -> Malformed:
        mark = event.start_mark
        return Malformed(code, problem, self.first_line + mark.line, mark.column + 1, fix)


def load(text: str, first_line: int = 1) -> tuple[dict[str, Json], dict[str, int]]:
    """Read a mapping; give its values, and the line of each key and list item.

    Raises:
        Malformed: it is no YAML, no mapping, or more than is understood here.
    """
    builder = _Builder(first_line)
    if control := _CONTROL.search(text):  # libyaml would count bytes to it, PyYAML characters
        before = text[: control.start()]
        line, column = before.count("\n"), len(before.rpartition("\n")[2])
        problem = "a control character is not allowed here"
        raise Malformed("bad-yaml", problem, first_line + line, column + 1, "Remove it.")
    try:
        for event in yaml.parse(text, Loader=SafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, first_line) from None
    if builder.root is None:
        return {}, {}
    if not isinstance(builder.root, dict):
        raise Malformed("bad-yaml", "the frontmatter is no list of `key: value`", first_line, 1)
    return builder.root, builder.lines


def _meaning(text: str) -> Json:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text) and str(number := float(text)) == text:
        return number
    return text


def _syntax(error: yaml.MarkedYAMLError, first_line: int) -> Malformed:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "not valid YAML"
    fix = next((hint for part, hint in _HINTS if part in problem), "")
    line, column = (mark.line, mark.column + 1) if mark else (0, 1)
    return Malformed("bad-yaml", f"not valid YAML: {problem}", first_line + line, column, fix)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
