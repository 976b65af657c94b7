"""Block layout as people write it for GitHub -> block layout as Python-Markdown reads it.

Python-Markdown wants list content indented by four columns and a blank line before a list, a
table or a nested block. CommonMark (sections 5.2 and 5.3) counts from the item's text: two columns
after ``- ``, three after ``1. ``. Example::

    Steps:              Steps:
    1. Log in
       - as admin       1. Log in
       ```sh                - as admin
       sudo -i
       ```                  ```sh
                            sudo -i
                            ```

Where the two disagree about ill-indented text, the likelier intention wins: two columns more than
the marker are enough to be inside an item. Code is never changed but for its indentation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.render.errors import TooDeep
from publisher.render.rules.alerts import alert_body, alert_head
from publisher.render.rules.fences import OPENING, closes
from publisher.render.rules.wrappers import is_marked, mark_open

MAX_DEPTH = 32
"""Block quotes, lists and admonitions inside one another."""

STAND_IN = "\u200b"
"""Invisible text for an item that starts with a block; `without_stand_ins` takes it away."""

_TAB = 4
_ITEM = re.compile(r"(?P<mark>[-*+]|(?P<number>\d{1,9})[.)])(?P<gap>[ ]+|$)(?P<text>.*)")
_RULE = re.compile(r"([-*_])[ ]*(?:\1[ ]*){2,}$")
_HEADING = re.compile(r"#{1,6}(?:[ ]|$)")
_TABLE_RULE = re.compile(r"\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?$")
_PATH_END = re.compile(r"(?:\\\S*|:|\\)\\$")
_CONTAINER = re.compile(r"!!![ ]?[\w-]+|\[\^[^\]]+\]:[ ]|:[ ]{1,3}\S")
"""Admonitions, footnotes, definitions: what is indented by four columns belongs to them."""
_RAW = re.compile(r"<(?P<tag>pre|script|style|textarea|svg)\b", re.IGNORECASE)
_HTML = re.compile(
    r"</?(?:address|article|aside|blockquote|center|details|div|dl|dt|dd|fieldset|figure|form|"
    r"h[1-6]|iframe|li|ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b",
    re.IGNORECASE,
)


def without_stand_ins(html: str) -> str:
    """Take the stand-ins for the text of items out of the finished HTML."""
    if STAND_IN not in html:
        return html
    return re.sub(rf"(<li>\s*)(?:<p>{STAND_IN}</p>\s*|{STAND_IN}(?=<))", r"\1", html)


@dataclass(slots=True)
class _Item:
    """A list item that is still open."""

    marker: int
    """Source column of its marker."""
    content: int
    """Source column of its text."""
    out: int
    """Output column of its marker; its content stands four further right."""
    ordered: bool
    loose: bool = False
    """It holds more than its first paragraph: what follows must be a block of its own."""

    @property
    def inside(self) -> int:
        """The least source column of what belongs to it."""
        return min(self.content, self.marker + 2)


def lay_out(lines: Sequence[str], depth: int = 0) -> list[str]:
    """Return *lines* laid out for Python-Markdown.

    Raises:
        TooDeep: blocks are nested more than `MAX_DEPTH` deep.
    """
    if depth > MAX_DEPTH:
        raise TooDeep("block quotes and lists", MAX_DEPTH)
    return _Layout([line.expandtabs(_TAB).rstrip() for line in lines], depth).run()


class _Layout:
    """One pass over the lines of one container."""

    def __init__(self, lines: list[str], depth: int) -> None:
        self.lines = lines
        self.depth = depth
        self.out: list[str] = []
        self.items: list[_Item] = []
        self.at = 0
        self.blank = True
        """Whether the last line put out was blank, or there was none."""
        self.start = 0
        """Output column of the first line since the last blank one."""
        self.code: int | None = None
        """Source column of the indented code that is going on."""

    def run(self) -> list[str]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line:
                text = line.lstrip(" ")
                self._line(len(line) - len(text), text)
            else:
                self.out.append("")
                self.blank = True
                self.at += 1
        return self.out

    def _line(self, indent: int, text: str) -> None:
        if self.code is not None and indent >= self.code:
            self._put(self._base + _TAB + indent - self.code, text)
            return
        self.code = None
        item = None if _RULE.match(text) else _ITEM.match(text)
        if item and self._list_item(indent, item):
            return
        text = self._without_break(text)
        if self.blank or (item is None and self._starts_block(text)):
            self._leave(indent)
            self._block(indent, text)
        else:
            self._continuation(indent, text)

    def _without_break(self, text: str) -> str:
        """Drop the backslash of a hard line break: every line end is one (nl2br).

        The end of a Windows path (``C:\\Temp\\``) is none.
        """
        if not text.endswith("\\") or _PATH_END.search(text):
            return text
        following = self.lines[self.at + 1 : self.at + 2]
        return text[:-1] if following and following[0] else text

    # Where things go

    @property
    def _base(self) -> int:
        """The output column of blocks inside the innermost open item."""
        return self.items[-1].out + _TAB if self.items else 0

    def _put(self, column: int, text: str) -> None:
        """Put out *text* for the current line, and go on to the next."""
        if self.blank:
            self.start = column
        self.out.append(" " * column + text)
        self.blank = False
        self.at += 1

    def _separate(self) -> None:
        if not self.blank:
            self.out.append("")
            self.blank = True

    def _leave(self, indent: int) -> _Item | None:
        """Close the items that *indent* is not inside of; return the outermost of them."""
        closed = None
        while self.items and indent < self.items[-1].inside:
            closed = self.items.pop()
        return closed

    def _is_outside(self, line: str) -> bool:
        """Whether *line* is indented too little for the innermost open item."""
        return bool(self.items) and len(line) - len(line.lstrip(" ")) < self.items[-1].inside

    # Lists

    def _list_item(self, indent: int, match: re.Match[str]) -> bool:
        """Put out a list item, if the line is one here."""
        ordered, text = match["number"] is not None, match["text"]
        if not self.items and not self._may_begin(indent, match):
            return False
        if self.blank and self.items and indent >= self._code_column(as_list=True):
            return False
        before = self.items[-1] if self.items else None
        sibling = self._leave(indent)
        if sibling:
            apart = before is not None and (before.loose or sibling.ordered != ordered)
        else:
            apart = not self.items or self.items[-1].loose
        # Lines up to a blank one are one block, which ends no list that was open before it.
        if apart or self._base < self.start:
            self._separate()
        if len(self.items) + self.depth >= MAX_DEPTH:
            raise TooDeep("block quotes and lists", MAX_DEPTH)
        gap = len(match["gap"])
        width = len(match["mark"]) + (gap if text and gap <= _TAB else 1)
        self.items.append(_Item(indent, indent + width, self._base, ordered))
        mark = f"{match['number']}." if ordered else match["mark"]
        self._item_text(mark, text)
        return True

    def _may_begin(self, indent: int, match: re.Match[str]) -> bool:
        """Whether the line can be the first item of a list (CommonMark 5.2, interruption)."""
        if self.blank:
            return indent < _TAB
        return bool(match["text"]) and match["number"] in (None, "1") and indent < _TAB

    def _item_text(self, mark: str, text: str) -> None:
        item = self.items[-1]
        nested = 0
        rest = text
        while (inner := _ITEM.match(rest)) and inner["text"]:
            nested, rest = nested + 1, inner["text"]
            if nested > MAX_DEPTH:
                raise TooDeep("block quotes and lists", MAX_DEPTH)
        if OPENING.match(text):
            # Python-Markdown knows no item that starts with a block.
            self.out.append(f"{' ' * item.out}{mark} {STAND_IN}")
            self.lines[self.at] = " " * item.content + text
            item.loose = True
            self.blank = False
        else:
            self._put(item.out, f"{mark} {text}")

    # Everything else

    def _starts_block(self, text: str) -> bool:
        """Whether *text* begins a block although a paragraph stands before it."""
        if OPENING.match(text) or text.startswith(">") or _CONTAINER.match(text):
            return True
        if self._is_table(text) or _HTML.match(text):
            return True
        return bool(self.items and (_HEADING.match(text) or _RULE.match(text)))

    def _is_table(self, text: str) -> bool:
        if "|" not in text or self.at + 1 >= len(self.lines):
            return False
        rule = self.lines[self.at + 1].strip()
        return "|" in rule and bool(_TABLE_RULE.match(rule))

    def _code_column(self, as_list: bool = False) -> int:
        """The least source column of indented code inside the innermost item.

        People who write for Python-Markdown count in fours, others from the item's text.
        """
        fours = _TAB * len(self.items) + _TAB
        text = self.items[-1].content + _TAB if self.items else _TAB
        return max(fours, text) if as_list else text

    def _block(self, indent: int, text: str) -> None:
        """Put out the first line of a block, or all of it if it has lines of its own."""
        if self.blank and indent >= self._code_column():
            fours = _TAB * len(self.items) + _TAB
            self.code = fours if indent >= fours else self._code_column()
            self._put(self._base + _TAB + indent - self.code, text)
            return
        if self.items and not text.startswith(":"):
            self._separate()
            self.items[-1].loose = True
        opening = OPENING.match(text)
        if opening:
            self._fence(indent, opening["fence"], text)
        elif text.startswith(">"):
            self._quote()
        elif _CONTAINER.match(text):
            self._container(indent, text)
        elif text.startswith("<") and (_RAW.match(text) or _HTML.match(text)):
            self._html(raw=bool(_RAW.match(text)))
        else:
            if self._is_table(text):
                self._separate()
            self._put(self._base, text)

    def _continuation(self, indent: int, text: str) -> None:
        """Put out a further line of a paragraph; one that is not indented is lazy."""
        if not self.items:
            self._put(indent if indent < _TAB else 0, text)
            return
        item = self.items[-1]
        self._put(item.out + (_TAB if item.loose else 0), text)

    def _fence(self, indent: int, fence: str, text: str) -> None:
        """Put out a fenced block; one without an end goes to the end of the container."""
        self._separate()
        base = self._base
        self._put(base, text)
        while self.at < len(self.lines):
            line = self.lines[self.at]
            inner = line.lstrip(" ")
            if closes(inner, fence):
                self.at += 1
                break
            column = max(len(line) - len(inner) - indent, 0)
            self._put(base + column, inner) if inner else self._put(0, "")
        self.out.append(" " * base + fence)
        self.out.append("")
        self.blank = True

    def _quote(self) -> None:
        """Put out a block quote, its content laid out by itself; or the alert that it is."""
        base = self._base
        inner = []
        while self.at < len(self.lines) and self.lines[self.at].lstrip(" ").startswith(">"):
            inner.append(re.sub(r"^ *> ?", "", self.lines[self.at]))
            self.at += 1
        head = alert_head(inner[0])
        if head is None:
            quoted = [f"> {line}".rstrip() for line in lay_out(inner, self.depth + 1)]
        else:
            self._separate()
            quoted = [head, *alert_body(lay_out(inner[1:], self.depth + 1)), ""]
        self.out.extend(" " * base + line if line else "" for line in quoted)
        self.start = base
        self.blank = head is not None

    def _container(self, indent: int, text: str) -> None:
        """Put out an admonition, a footnote or a definition, its content laid out by itself."""
        if text.startswith("!"):
            self._separate()
        base = self._base
        self._put(base, text)
        inner = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line and len(line) - len(line.lstrip(" ")) < indent + _TAB:
                break
            inner.append(line[indent + _TAB :])
            self.at += 1
        laid = alert_body(lay_out(inner, self.depth + 1))
        self.out.extend(" " * base + line if line else "" for line in laid)
        if inner:
            self.blank = not inner[-1]
        if text.startswith("!"):
            self._separate()

    def _html(self, raw: bool) -> None:
        """Leave a block of raw HTML as it is: to its end tag, or to the next blank line.

        GitHub reads Markdown after that blank line, also inside a tag that is still open.
        """
        base = self._base
        text = self.lines[self.at]
        if not raw and is_marked(text):
            self._put(base, text.lstrip(" "))
            self.blank = True
            return
        tag = _RAW.match(text.lstrip(" "))
        end = f"</{tag['tag'].lower()}" if tag else None
        first = len(self.out)
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if end is None and (not line or self._is_outside(line)):
                break
            self._put(base, line.lstrip(" ") if base else line) if line else self._put(0, "")
            if end and end in line.lower():
                return
        if self.at < len(self.lines):
            self.out[first:] = mark_open(self.out[first:])
