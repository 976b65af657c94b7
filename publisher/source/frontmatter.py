"""Frontmatter: the YAML block at the top of a document, read strictly.

python-frontmatter's handler, with what it lets through taken out: it drops a block behind a BOM
or without an end in silence, and eats indented code at the start of the body. Here a block starts
at the first byte (after a BOM), the body keeps every character but for line ends, which become LF,
and what is wrong has a line and a column.

``---`` may also be a rule at the top of an ordinary text. It opens a block only when the first
line after it that is neither empty nor a comment looks like ``key:``, or closes the block.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

from publisher.model import Json
from publisher.source.strictyaml import Malformed, load
from publisher.source.tree import CONTROL

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)
_FIRST = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*([^\n]*)")
_KEY = re.compile(
    r"\{|'(?:[^'\n]|'')*'\s*:(?:\s|$)"
    r"|(?![#>|*]|[-+?][ \t]|---)[^ \t\n][^\n]*?:(?:\s|$)"  # no heading, quote, table, list or rule
)
_MISPLACED = re.compile(r"\s+---[ \t]*\n(?:[ \t]*\n)*[A-Za-z_]+:(?:\s|$)")
_TOML = re.compile(
    r"\+\+\+[ \t]*\n(?=(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?:[\w.\"'-]+[ \t]*=|\[|\+\+\+))"
    r"(?P<block>(?:.*\n)*?)\+\+\+[ \t]*(?:\n|\Z)"
)
_LARGEST = 100_000
"""Characters; far beyond what anybody writes by hand, and parsed in a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Text:
    """A document taken apart."""

    values: Mapping[str, Json]
    """The frontmatter; empty when there is none."""
    lines: Mapping[str, int]
    """The line of each key, as ``traits``, ``traits.owner``, ``attachments.0``."""
    body: str
    body_line: int
    """The 1-based line of the file on which the body starts."""


class TomlFrontmatter(Malformed):
    """The block is Hugo's, in TOML."""

    def __init__(self, block: str) -> None:
        problem = "the frontmatter is TOML (+++), which is not read"
        super().__init__(
            "toml-frontmatter", problem, 1, 1, "Write it as YAML between two --- lines."
        )
        self.keys = frozenset(re.findall(r"^[ \t]*(\w+)[ \t]*=", block, re.MULTILINE))
        """What stands before the first equals signs of its lines."""


class Handler(YAMLHandler):
    """python-frontmatter's interface over the strict rules; also to write documents with."""

    def split(self, text: str) -> tuple[str, str]:
        """Cut *text* (LF, no BOM) into the block's inside and the body.

        Raises:
            ValueError: there is no frontmatter (what python-frontmatter expects to see).
            Malformed: it does not end.
        """
        opening = _OPENING.match(text)
        if opening is None or not _opens(text, opening.end()):
            raise ValueError("no frontmatter")
        closing = _CLOSING.search(text, opening.end())
        if closing is None:
            raise Malformed(
                "unterminated-frontmatter",
                "the frontmatter that starts here has no end",
                1,
                1,
                "End it with a line that holds --- and nothing else.",
            )
        return text[opening.end() : closing.start()], text[closing.end() :]

    def load(self, fm: str, **kwargs: object) -> Any:
        return load(fm, first_line=2)[0]

    def export(self, metadata: dict[str, object], **kwargs: object) -> str:
        written: str = yaml.dump(
            metadata,
            Dumper=_Plain,
            default_flow_style=False,
            allow_unicode=True,
            sort_keys=False,
            width=1000,
        )
        return written


class _Plain(yaml.SafeDumper):
    """Writes a value that occurs twice twice: `load` refuses aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        # YAML 1.1's rarer line breaks get lost in any style but double quotes
        style = '"' if CONTROL.search(data.replace("\n", "")) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style)


_Plain.add_representer(str, _Plain.represent_str)

HANDLER = Handler()


def read(raw: bytes) -> Text:
    """Take a document's bytes apart.

    Raises:
        Malformed: it is not UTF-8, or its frontmatter is not what it should be.
    """
    text = decode(raw)
    try:
        block, body = HANDLER.split(text)
    except ValueError:
        if misplaced := _MISPLACED.match(text):
            line = misplaced[0].split("---")[0].count("\n") + 1
            problem = "the frontmatter does not start on the first line, so it does not count"
            fix = "Remove what stands before the first ---."
            raise Malformed("misplaced-frontmatter", problem, line, 1, fix) from None
        if toml := _TOML.match(text):
            raise TomlFrontmatter(toml["block"]) from None
        return Text({}, {}, text, 1)
    if len(block) > _LARGEST:
        raise Malformed("bad-yaml", f"the frontmatter is longer than {_LARGEST} characters", 2, 1)
    values, lines = load(block, first_line=2)
    return Text(values, lines, body, text.count("\n", 0, len(text) - len(body)) + 1)


def write(values: Mapping[str, Json], body: str) -> str:
    """Write a document that `read` takes apart into the same values and body."""
    return f"---\n{HANDLER.export(dict(values)) if values else ''}---\n{body}"


def decode(raw: bytes) -> str:
    """Bytes -> text with LF line ends, without a BOM.

    Raises:
        Malformed: they are not UTF-8; the place is that of the first wrong byte.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _bad_encoding("it is UTF-16", 1, 1)
    data = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        column = len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
        wrong = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise _bad_encoding(wrong, before.count(b"\n") + 1, column) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _bad_encoding(problem: str, line: int, column: int) -> Malformed:
    return Malformed("bad-encoding", problem, line, column, "Save the file as UTF-8.")


def _opens(text: str, start: int) -> bool:
    if _CLOSING.match(text, start):
        return True
    first = _FIRST.match(text, start)
    return first is not None and _KEY.match(first[1]) is not None
