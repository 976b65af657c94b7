"""References between documents and to pictures: found while rendering, filled in by `resolve`."""

from __future__ import annotations

import html as entities
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from publisher.render.allowed import SCHEMES

SCHEME = "publisher-ref"
"""Stands in the HTML until the real URL is known; nh3 never lets a document's own one through."""

_BLANKS = re.compile(r"[\x00-\x20]+")
_URL_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_TOKEN = re.compile(rf'\b(?:href|src)="({SCHEME}:(\d+))"')
_ALT = re.compile(r'\balt="([^"]*)"')
_TAGS = re.compile(r"<a(?: [^>]*)?>|</a>|<img(?: [^>]*)?>")


Kind = Literal["link", "image"]


class AsLink(str):
    """The URL of a picture that no browser shows: it is linked to under its description."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A link to another file of the docs, or a picture from there."""

    kind: Kind
    raw: str
    """As written."""
    path: str | None
    """Below the docs root, '/'-separated; None when it leads out of it."""
    anchor: str
    """What stands after '#', or ''."""
    line: int | None
    """Line of the file, as far as it can be told."""
    token: str
    """The URL that stands for it in the HTML."""


def scheme_of(url: str) -> str | None:
    """The URL's scheme in lower case as a browser sees it, which skips blanks; None: relative."""
    found = _URL_SCHEME.match(_BLANKS.sub("", url))
    return found[1].lower() if found else None


def is_local(url: str) -> bool:
    """Whether *url* names another file of the docs."""
    return bool(url) and scheme_of(url) is None and not url.startswith(("#", "//", "?"))


def locate(url: str, document: str) -> tuple[str | None, str]:
    """Path below the docs root and anchor of a local *url* written in *document*.

    Backslashes count as slashes, as a Windows author means them; so no path can lead out of the
    root on one system that stays inside on another.
    """
    path, _, anchor = url.partition("#")
    path = unquote(path.partition("?")[0]).replace("\\", "/")
    if "\0" in path:
        return None, unquote(anchor)
    rooted = path.startswith("/")
    base = "" if rooted else posixpath.dirname(document)
    whole = posixpath.normpath(posixpath.join(base, path.lstrip("/") if rooted else path))
    outside = whole == ".." or whole.startswith(("../", "/"))
    return (None if outside else whole), unquote(anchor)


def resolve(html: str, urls: Sequence[str | None] | Mapping[str, str | None]) -> str:
    """Put the real URLs into *html*, as `render` made it.

    *urls* holds one per reference, in order or by token. A reference without one degrades: a link
    to its plain content, a picture to its description. So does one whose URL no browser should
    follow (``javascript:``).
    """
    if SCHEME not in html:
        return html
    kept: list[bool] = []

    def replace(tag: re.Match[str]) -> str:
        text = tag[0]
        if text == "</a>":
            return text if not kept or kept.pop() else ""
        token = _TOKEN.search(text)
        url = _url(token, urls) if token else None
        gone = token is not None and url is None
        if text.startswith("<a"):
            kept.append(not gone)
            if gone:
                return ""
        elif gone:
            return describe(text)
        if token is None or url is None:
            return text
        if isinstance(url, AsLink) and text.startswith("<img"):
            said = describe(text)
            return said if any(kept) else f'<a href="{entities.escape(url)}">{said}</a>'
        return text[: token.start(1)] + entities.escape(url) + text[token.end(1) :]

    return _TAGS.sub(replace, html)


def _url(token: re.Match[str], urls: Sequence[str | None] | Mapping[str, str | None]) -> str | None:
    if isinstance(urls, Mapping):
        url = urls.get(token[1])
    else:
        number = int(token[2])
        url = urls[number] if number < len(urls) else None
    if url is None or scheme_of(url) not in SCHEMES | {None}:
        return None
    return url


def describe(img: str) -> str:
    """What stands for a picture that cannot be shown: its description, emphasized."""
    alt = _ALT.search(img)
    return f"<em>{alt[1]}</em>" if alt and alt[1].strip() else ""
