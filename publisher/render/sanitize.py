"""HTML from the Markdown parser -> HTML that IT Glue keeps, references symbolic, losses named."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import nh3

from publisher.render.allowed import (
    AS_DIV,
    ATTRIBUTES,
    CONTENT_GOES,
    IMAGE_SCHEMES,
    KNOWN,
    SCHEMES,
    SILENT,
    STYLES,
    TAGS,
    VOID,
    words,
)
from publisher.render.errors import TooDeep
from publisher.render.references import SCHEME, Kind, describe, is_local, scheme_of

MAX_TAGS_DEEP = 256
"""Sanitizers and browsers slow down quadratically on tags that are nested without end."""

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>"
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'<>/=]+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?"
)
_IMPLIED_END = words("p li dt dd tr td th thead tbody tfoot colgroup option")
_VALUE = re.compile(r"(?:[\w#%.,+\-]|[ ]|(?:rgb|rgba|hsl|hsla)\([\d.,%/ ]+\))+")
_DEAD = re.compile(r"<a>(.*?)</a>|<img(?: [^>]*)?>", re.DOTALL)

_AS_DIV = re.compile(rf"<(/?)({'|'.join(sorted(AS_DIV))})(?=[\s/>])", re.IGNORECASE)
_EMPTY = re.compile(
    r"(\A|</?(?:blockquote|details|div|li|ol|p|summary|table|ul)(?: [^>]*)?>\s*)(?:<p></p>\s*)+"
)
_PRE_START = re.compile(r"(<pre(?: [^>]*)?>)\n+")
_PASSES = 4
# nh3 takes plain sets; these are never changed.
_TAGS, _CONTENT_GOES, _SCHEMES = set(TAGS), set(CONTENT_GOES), set(SCHEMES)
_ATTRIBUTES = {tag: set(names) for tag, names in ATTRIBUTES.items()}
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")

Rewrite = Callable[[Kind, str], str | None]
"""Takes kind and a local URL; returns the URL to put, or None."""


def keep_placeholders(html: str) -> str:
    """Show tags that HTML does not have (``ping <server>``) as the text that they are."""
    if all(_known(name) for name in set(_NAME.findall(html))):
        return html
    return _TAG.sub(
        lambda tag: tag[0] if _known(tag["name"]) else entities.escape(tag[0], quote=False), html
    )


def _known(name: str) -> bool:
    return name.lower() in KNOWN or ":" in name


def sanitize(html: str, rewrite: Rewrite) -> tuple[str, tuple[str, ...]]:
    """Return the HTML with only what `allowed` lists, and the names of what was dropped.

    *rewrite* is called for each local reference in order of appearance.

    Raises:
        TooDeep: tags are nested more than `MAX_TAGS_DEEP` deep.
    """
    html = _AS_DIV.sub(_div, keep_placeholders(html))
    check_depth(html)
    losses = dict.fromkeys(_losses(html))

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            kept, dropped = clean_style(value)
            losses.update(dict.fromkeys(f"style: {prop}" for prop in dropped))
            return kept or None
        if name in ("href", "src"):
            return _url("link" if name == "href" else "image", value, rewrite)
        return value

    clean = _nh3(html, attribute, _SCHEMES)
    if _NAME.findall(html) != _NAME.findall(clean):
        clean = _settle(clean)
    return _DEAD.sub(_alive, _tidy(clean)), tuple(losses)


def _settle(html: str) -> str:
    """Parse until nothing changes: tags that were dropped or repaired may leave others astray."""
    for _ in range(_PASSES):
        again = _nh3(html, None, _SCHEMES | {SCHEME})
        if again == html:
            break
        html = again
    return html


def _div(tag: re.Match[str]) -> str:
    centred = tag[2].lower() == "center" and not tag[1]
    return f"<{tag[1]}div" + (' align="center"' if centred else "")


def _tidy(html: str) -> str:
    """Remove what says nothing and would not survive a second parser as it is."""
    html = html.replace("<span></span>", "")
    if "<p></p>" in html:
        html = _EMPTY.sub(r"\1", html)
    return _PRE_START.sub(r"\1", html) if "<pre" in html else html


def _url(kind: Kind, url: str, rewrite: Rewrite) -> str | None:
    """The URL to put for one that nh3 let through: its scheme is allowed, or it has none."""
    if url.startswith("//"):
        return f"https:{url}"
    if is_local(url):
        return rewrite(kind, url)
    if kind == "image":
        return url if scheme_of(url) in IMAGE_SCHEMES else None
    return url if url.startswith("#") or scheme_of(url) else None


def _nh3(
    html: str, attribute: Callable[[str, str, str], str | None] | None, schemes: set[str]
) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_CONTENT_GOES,
        url_schemes=schemes,
        attribute_filter=attribute,
        link_rel=None,
    )


def _alive(tag: re.Match[str]) -> str:
    """A link that lost its target becomes plain text, a picture its description."""
    if tag[0].startswith("<a"):
        return tag[1]
    return tag[0] if ' src="' in tag[0] else describe(tag[0])


@lru_cache(maxsize=512)
def clean_style(style: str) -> tuple[str, tuple[str, ...]]:
    """The declarations of *style* that are on the list, and the properties of the others.

    A value holds words, numbers, lengths and colours: no URL, quote, comment or escape.
    """
    kept, dropped = [], []
    for declaration in style.split(";"):
        prop, colon, value = (part.strip() for part in declaration.partition(":"))
        prop = prop.lower()
        if not colon:
            continue
        if prop in STYLES and _VALUE.fullmatch(value):
            kept.append(f"{prop}: {value}")
        else:
            dropped.append(prop)
    return "; ".join(kept), tuple(dropped)


def check_depth(html: str) -> None:
    """Raise `TooDeep` if tags are nested too deep; unclosed paragraphs and cells do not count."""
    depth = 0
    for tag in _TAG.finditer(html):
        name = tag["name"].lower()
        if name in VOID or name in _IMPLIED_END:
            continue
        depth = max(depth - 1, 0) if tag["end"] else depth + 1
        if depth > MAX_TAGS_DEEP:
            raise TooDeep("HTML tags", MAX_TAGS_DEEP)


def _losses(html: str) -> Iterator[str]:
    """Name what nh3 will drop, by the same lists, looking at each distinct tag once."""
    if "<?" in html:
        yield "<?…?>"
    if "<![CDATA[" in html:
        yield "<![CDATA[…]]>"
    seen: set[str] = set()
    skipped = ""
    for tag in _TAG.finditer(html):
        name = tag["name"].lower()
        if skipped:
            skipped = "" if tag["end"] and name == skipped else skipped
        elif not tag["end"] and tag[0] not in seen:
            seen.add(tag[0])
            if name in TAGS:
                yield from _lost_attributes(name, tag["rest"])
            elif ":" not in name:
                yield f"<{name}>"
        if not skipped and not tag["end"] and name in CONTENT_GOES:
            skipped = name


def _lost_attributes(tag: str, rest: str) -> Iterator[str]:
    for found in _ATTRIBUTE.finditer(rest):
        name = found["name"].lower()
        if name not in ATTRIBUTES[tag]:
            if name not in SILENT and not name.startswith("data-"):
                yield name
        elif name in ("href", "src"):
            url = entities.unescape((found["value"] or "").strip("\"'"))
            scheme = scheme_of(url)
            allowed: Mapping[str, frozenset[str]] = {"href": SCHEMES, "src": IMAGE_SCHEMES}
            if scheme is not None and scheme not in allowed[name]:
                yield f"{scheme}: {'link' if name == 'href' else 'image'}"
