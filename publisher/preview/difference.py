"""Two versions of a page -> one page that shows what was put in and what was taken out.

Both are cut into items: the tags of blocks, and the runs of text between them. difflib compares
the items; runs that changed are compared word by word. What is new stands in ``<ins>``, what went
in ``<del>``, at places where HTML allows them: the new version's blocks stay as they are, and old
ones are shown whole when all their tags were taken out together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

from publisher.render.allowed import HEADINGS, words

BLOCKS = HEADINGS | words(
    "blockquote caption col colgroup dd details div dl dt figcaption figure hr li ol p pre summary "
    "table tbody td tfoot th thead tr ul"
)
_TEXTLESS = words("table tbody thead tfoot tr colgroup ul ol dl")
"""Text right inside these would be moved elsewhere by the browser, or belongs to no item."""
_VOID = words("hr col")
_LARGEST = 6_000
"""Items; far beyond any document. Comparing takes quadratic time at worst."""

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_WORD = re.compile(r"<[^<>]*>|&\w+;|&#\w+;|\w+|[^\w\s]|\s+")

Item: TypeAlias = tuple[str, str]
"""What is compared, and the HTML."""


def difference(before: str, after: str) -> str | None:
    """One page that shows how *before* became *after* (both sanitized); None when nothing did.

    Attributes do not count: a server may rewrite classes and addresses as it likes.
    """
    old, new = list(_items(before)), list(_items(after))
    if [key for key, _ in old] == [key for key, _ in new]:
        return None
    if max(len(old), len(new)) > _LARGEST:
        return "".join(_marked("ins", html) for _, html in new)
    return "".join(_merged(old, new))


def _items(html: str) -> Iterator[Item]:
    run = ""
    at = 0
    for tag in _TAG.finditer(html):
        name = tag["name"].lower()
        if name not in BLOCKS:
            continue
        run += html[at : tag.start()]
        yield from _run(run)
        yield f"<{tag['end']}{name}>", tag[0]
        run, at = "", tag.end()
    yield from _run(run + html[at:])


def _run(html: str) -> Iterator[Item]:
    if html.strip():
        yield " ".join(_key(word) for word in _WORD.findall(html) if not word.isspace()), html


def _key(word: str) -> str:
    """What is compared of a word; of a tag only its name, of a picture what it shows."""
    if not word.startswith("<"):
        return word
    name = re.match(r"</?\w+", word)
    alt = re.search(r' alt="([^"]*)"', word)
    return (name[0] if name else word) + (alt[1] if alt else "")


def _merged(old: Sequence[Item], new: Sequence[Item]) -> Iterator[str]:
    place = _Place()
    for verb, a, b, c, d in _steps(old, new):
        gone, come = old[a:b], new[c:d]
        if verb == "equal":
            for _, html in come:
                yield from place.put(html)
        elif len(gone) == len(come) == 1 and not _are_tags(gone, come):
            yield from place.put(_words(gone[0][1], come[0][1]))
        else:
            yield from _replaced(gone, come, place)
    yield from place.end()


def _steps(old: Sequence[Item], new: Sequence[Item]) -> list[tuple[str, int, int, int, int]]:
    """difflib's steps; what was taken out is moved up among equals until its tags are in pairs.

    Of ``<p>A</p><p>B</p>`` and ``<p>A</p>``, difflib may say that ``</p><p>B`` went.
    """
    keys = [[key for key, _ in side] for side in (old, new)]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    steps: list[tuple[str, int, int, int, int]] = [*matcher.get_opcodes()]
    for at in range(1, len(steps)):
        _, a, b, c, d = steps[at]
        shift = _shift(old, a, b, a - steps[at - 1][1])
        if c == d and steps[at - 1][0] == "equal" and shift:
            verb, e, f, g, h = steps[at - 1]
            steps[at - 1] = verb, e, f - shift, g, h - shift
            steps[at] = "delete", a - shift, b - shift, c - shift, d - shift
            after = steps[at + 1] if at + 1 < len(steps) else ("equal", b, b, d, d)
            steps[at + 1 : at + 2] = [(after[0], b - shift, after[2], d - shift, after[4])]
    return steps


def _shift(old: Sequence[Item], start: int, end: int, most: int) -> int:
    """How far up to move what went, to have its tags in pairs; 0 when that does not help."""
    for shift in range(most + 1):
        a, b = start - shift, end - shift
        if _balanced(old[a:b]):
            return shift
        if shift == most or old[a - 1][0] != old[b - 1][0]:
            break
    return 0


def _are_tags(*items: Sequence[Item]) -> bool:
    return any(_is_tag(one) for many in items for one in many)


def _is_tag(item: Item) -> bool:
    return item[0].startswith("<") and item[0].lstrip("</").rstrip(">") in BLOCKS


def _balanced(items: Sequence[Item]) -> bool:
    open_: list[str] = []
    for item in items:
        name = item[0].strip("</>")
        if not _is_tag(item) or name in _VOID:
            continue
        if not item[0].startswith("</"):
            open_.append(name)
        elif not open_ or open_.pop() != name:
            return False
    return not open_


def _replaced(gone: Sequence[Item], come: Sequence[Item], place: _Place) -> Iterator[str]:
    if _balanced(gone) and place.allows(gone):
        for item in gone:
            yield from place.put(item[1] if _is_tag(item) else _marked("del", item[1]))
    else:
        for item in gone:
            if not _is_tag(item):
                place.keep(_marked("del", item[1]) + " ")
    for item in come:
        yield from place.put(item[1] if _is_tag(item) else _marked("ins", item[1]))


class _Place:
    """Where in the new page we are: what was taken out waits for a place that takes text."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._waiting = ""

    def keep(self, html: str) -> None:
        self._waiting += html

    def allows(self, items: Sequence[Item]) -> bool:
        """Whether these blocks may stand here."""
        first = items[0][0].strip("</>") if items and _is_tag(items[0]) else ""
        parent = self._open[-1] if self._open else ""
        rows = {"tr": ("tbody", "thead", "tfoot", "table"), "td": ("tr",), "th": ("tr",)}
        rows |= {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
        rows |= dict.fromkeys(("tbody", "thead", "tfoot", "caption", "colgroup"), ("table",))
        if first in rows:
            return parent in rows[first]
        return parent not in _TEXTLESS

    def put(self, html: str) -> Iterator[str]:
        tag = _TAG.match(html)
        name = tag["name"].lower() if tag and tag["name"].lower() in BLOCKS else ""
        parent = self._open[-1] if self._open else ""
        if self._waiting and parent not in _TEXTLESS and (not name or parent != ""):
            yield self._waiting
            self._waiting = ""
        if tag and name and name not in _VOID:
            self._track(name, ends=bool(tag["end"]))
        yield html

    def _track(self, name: str, *, ends: bool) -> None:
        if not ends:
            self._open.append(name)
        elif name in self._open:
            while self._open.pop() != name:
                pass

    def end(self) -> Iterator[str]:
        yield self._waiting
        self._waiting = ""


def _words(before: str, after: str) -> str:
    """One run with what changed in it."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    keys = [[" " if word.isspace() else _key(word) for word in side] for side in (old, new)]
    parts: list[str] = []
    for verb, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if verb == "equal":
            parts += new[c:d]
        else:
            parts.append(_marked("del", "".join(filter(_stands_alone, old[a:b]))))
            parts.append(_marked("ins", "".join(new[c:d])))
    return "".join(parts)


def _stands_alone(word: str) -> bool:
    """Whether it can be shown without the tags around it."""
    return not word.startswith("<") or word.startswith("<img")


def _marked(tag: str, html: str) -> str:
    """*html* with its text and pictures in ``<ins>`` or ``<del>``, between its own tags."""
    pieces = re.split(r"(<[^<>]*>)", html)
    return "".join(f"<{tag}>{piece}</{tag}>" if _shows(piece) else piece for piece in pieces)


def _shows(piece: str) -> bool:
    return piece.startswith("<img") or (piece[:1] != "<" and not piece.isspace() and piece != "")
