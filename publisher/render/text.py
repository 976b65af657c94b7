"""What HTML says, whatever a server made of its spelling."""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Iterator

import nh3

from publisher.render.allowed import CONTENT_GOES, HEADINGS, words

_BLOCKS = HEADINGS | words(
    "address article aside blockquote br caption center dd details div dl dt figcaption "
    "figure footer form header hr li main nav ol p pre section summary table tbody td tfoot "
    "th thead tr ul"
)
_SHOWN = (_BLOCKS | {"a", "img"}) - {"br", "div", "p", "tbody", "tfoot", "thead", "ol", "ul", "dl"}
"""Tags whose presence is part of what a document says; wrappers come and go."""

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<rest>[^>]*)>")
_PRE = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
_ALT = re.compile(r' alt="([^"]*)"')
_LINKED = re.compile(r'<a href="([^"]*)">(.*?)</a>')
_SIGNS = {f"h{level}": "#" * level + " " for level in range(1, 7)} | {
    "li": "- ", "tr": "| ", "hr": "---", "blockquote": "> ", "dd": ": "
}  # fmt: skip
_URL = re.compile(r' (?:href|src)="([^"]*)"')
_LINK = re.compile(r"\x02a (?P<url>[^\x03]*)\x03(?P<text>[^\x02\x03]*)\x02/a\x03")


def text(html: str) -> str:
    """The visible text of *html*, white space folded to single spaces."""
    clean = _reduce(html)
    parted = _TAG.sub(lambda tag: " " if tag["name"] in _BLOCKS else "", clean)
    return " ".join(entities.unescape(parted).split())


def lines(html: str) -> list[str]:
    """What a reader sees, one line a block, as Markdown would have it: for showing differences.

    Headings, items, cells and targets of links keep their signs; emphasis and the sources of
    pictures go. Lines of code stay as they are.
    """
    clean = _clean(html, _BLOCKS | {"a", "img"}, {"a": {"href"}, "img": {"alt"}})
    found: list[str] = []
    for number, part in enumerate(_PRE.split(clean)):
        if number % 2:
            found += entities.unescape(_TAG.sub("", part)).split("\n")
        else:
            found += _written(part)
    return [line.rstrip() for line in found if line.strip()]


def _written(part: str) -> Iterator[str]:
    """The lines of HTML without code blocks."""
    linked = _LINKED.sub(r"[\2](\1)", " ".join(part.split()))
    begun = ""
    for line in entities.unescape(_TAG.sub(_write, linked)).split("\x02"):
        said = " ".join([*begun.split(), *line.replace("\x03", "").split()])
        begun = said if said in ("-", ">", ":") else ""  # what follows is a block inside of it
        if not begun:
            yield said
        if "\x03" in line:  # a row of headings
            yield "| " + "--- | " * line.count("\x03")


def _write(tag: re.Match[str]) -> str:
    """One tag as Markdown has it; \\x02 begins a line, \\x03 marks the cell of a heading."""
    name = tag["name"]
    if name == "img":
        described = _ALT.search(tag["rest"])
        return f"![{described[1] if described else ''}]"
    if name in ("td", "th"):
        return " |" if tag["end"] else "\x03 " if name == "th" else " "
    if tag["end"] or name not in _BLOCKS:
        return "\x02" * (name in _BLOCKS)
    return "\x02" + _SIGNS.get(name, "")


def canonical(html: str) -> str:
    """A form in which two documents are equal if they say the same.

    It keeps text, headings, items, cells and rules, targets of links, sources of pictures. It
    forgets what servers rewrite: order and quoting of attributes, ``rel`` and ``target``,
    generated ids, classes, styles, entities, wrappers, white space, and whether a bare URL is a
    link. For comparing only; it is no HTML.
    """
    marked = entities.unescape(_TAG.sub(_mark, _reduce(html)))
    lines = (" ".join(line.split()) for line in _LINK.sub(_bare, marked).split("\n"))
    said = "\n".join(line for line in lines if line)
    said = re.sub(r"\x03\s+", "\x03", said).replace("\x02", "<").replace("\x03", ">")
    return unicodedata.normalize("NFC", said)


def _reduce(html: str) -> str:
    """Parse as a browser does and write down in one spelling, with the few tags that matter."""
    return _clean(html, _BLOCKS | {"a", "img"}, {"a": {"href"}, "img": {"src"}})


def _clean(html: str, tags: frozenset[str], attributes: dict[str, set[str]]) -> str:
    return nh3.clean(
        re.sub("[\x02\x03]", "", html),
        tags=set(tags),
        clean_content_tags=set(CONTENT_GOES | {"title"}),
        attributes=attributes,
        link_rel=None,
    )


def _mark(tag: re.Match[str]) -> str:
    name = tag["name"]
    if name == "a":
        if tag["end"]:
            return "\x02/a\x03"
        url = _URL.search(tag["rest"])
        return f"\x02a {url[1] if url else ''}\x03"
    if name == "img":
        url = _URL.search(tag["rest"])
        return f"\x02img {url[1] if url else ''}\x03"
    if name not in _BLOCKS:
        return ""
    return f"\n\x02{name}\x03" if name in _SHOWN and not tag["end"] else "\n"


def _bare(link: re.Match[str]) -> str:
    """A link that shows its own target, or has none, is as good as its text."""
    url, shown = link["url"], link["text"]
    target = url.removeprefix("mailto:").removeprefix("https://").removeprefix("http://")
    plain = shown.strip().removeprefix("https://").removeprefix("http://")
    return shown if not url or plain.rstrip("/") == target.rstrip("/") else link[0]
