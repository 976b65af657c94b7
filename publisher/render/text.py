"""What HTML says, whatever a server made of its spelling."""

from __future__ import annotations

import html as entities
import re
import unicodedata

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
_URL = re.compile(r' (?:href|src)="([^"]*)"')
_LINK = re.compile(r"\x02a (?P<url>[^\x03]*)\x03(?P<text>[^\x02\x03]*)\x02/a\x03")


def text(html: str) -> str:
    """The visible text of *html*, white space folded to single spaces."""
    clean = _reduce(html)
    parted = _TAG.sub(lambda tag: " " if tag["name"] in _BLOCKS else "", clean)
    return " ".join(entities.unescape(parted).split())


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
    return nh3.clean(
        re.sub("[\x02\x03]", "", html),
        tags=set(_BLOCKS | {"a", "img"}),
        clean_content_tags=set(CONTENT_GOES | {"title"}),
        attributes={"a": {"href"}, "img": {"src"}},
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
