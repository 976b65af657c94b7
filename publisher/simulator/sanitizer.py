"""Rewrites HTML on save, as IT Glue is seen to do with Textbox fields and document sections.

What is known: scripts, styles, frames, event handlers, ``data:`` pictures and SVG go; Bootstrap
classes, inline styles, tables, links and external pictures stay; exported documents show links with
``rel``, ``target`` and the class ``linkified``, and headings with ids of the form ``id-<uuid>``.
The exact list of what survives is not published; this one is an assumption on the careful side.

`sanitize` is idempotent: sanitising what it returned changes nothing.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Literal

import nh3

from publisher.simulator.values import words

Level = Literal["off", "normalise", "full"]

TAGS = frozenset(
    words(
        "a abbr b blockquote br caption code col colgroup dd del div dl dt em figcaption figure"
        " h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong"
        " sub sup table tbody td tfoot th thead tr u ul var"
    )
)
_DROPPED_WHOLE = frozenset(
    words("script style iframe svg math object embed noscript template title textarea select")
)
_ATTRIBUTES = {
    "*": frozenset({"class", "id", "style", "title"}),
    "a": frozenset({"href", "name", "rel", "tabindex", "target"}),
    "col": frozenset({"span", "width"}),
    "colgroup": frozenset({"span", "width"}),
    "img": frozenset({"alt", "height", "src", "width"}),
    "ol": frozenset({"start", "type"}),
    "table": frozenset({"border", "cellpadding", "cellspacing", "width"}),
    "td": frozenset({"align", "colspan", "rowspan", "valign", "width"}),
    "th": frozenset({"align", "colspan", "rowspan", "scope", "valign", "width"}),
}
_SIDES = ("", "-top", "-right", "-bottom", "-left")
_STYLES = frozenset(
    words(
        "background background-color border-collapse border-color border-radius border-spacing"
        " border-style border-width clear color display float font font-family font-size font-style"
        " font-variant font-weight height letter-spacing line-height list-style list-style-type"
        " max-height max-width min-height min-width overflow overflow-x overflow-wrap tab-size"
        " text-align text-decoration text-indent text-transform vertical-align white-space width"
        " word-break word-wrap"
    )
) | {f"{name}{side}" for name in ("border", "margin", "padding") for side in _SIDES}

_NAMESPACE = uuid.UUID("5d1f3a52-6c43-4f0e-9d39-3f1b7c0a8e11")
_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[^\s=>"]+="[^"]*")*)\s*>')
_ATTRIBUTE = re.compile(r'([^\s=>"]+)="([^"]*)"')
_URL = re.compile(r"\bhttps?://[^\s<>\"]*[^\s<>\"'.,;:!?)\]}]")
_HEADING = re.compile(r"(<h([1-6]))((?:\s[^>]*)?)>(.*?)</h\2>", re.DOTALL)
_ROUNDS = 8


def sanitize(html: str, level: Level = "full", extra_tags: frozenset[str] = frozenset()) -> str:
    """Return *html* as the server would store it."""
    if level == "off":
        return html
    # HTML as such does not survive a round of parsing and writing unchanged (the first line end in
    # <pre> is eaten each time, for one), so go on until it does.
    clean, rewritten = _cleaner(extra_tags).clean, None
    for _ in range(_ROUNDS):
        html = clean(html)
        if html == rewritten:
            return html
        rewritten = html = _with_heading_ids(_rewrite(html, level), level)
    return nh3.clean_text(html)


@cache
def _cleaner(extra_tags: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS | extra_tags),
        clean_content_tags=set(_DROPPED_WHOLE - extra_tags),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        filter_style_properties=set(_STYLES),
        url_schemes={"http", "https", "mailto", "tel", "ftp"},
        link_rel=None,
        strip_comments=True,
    )


def _rewrite(html: str, level: Level) -> str:
    """Walk the cleaner's canonical output: tags in lower case, every value in double quotes."""
    parts: list[str] = []
    place, verbatim = 0, 0
    for token in _TOKEN.finditer(html):
        text = html[place : token.start()]
        parts.append(_linkify(text) if level == "full" and not verbatim else text)
        closing, tag, attributes = token.groups()
        if tag in ("a", "pre", "code"):
            verbatim += -1 if closing else 1
        parts.append(f"</{tag}>" if closing else _open(tag, attributes, level))
        place = token.end()
    rest = html[place:]
    return "".join([*parts, _linkify(rest) if level == "full" and not verbatim else rest])


def _open(tag: str, attributes: str, level: Level) -> str:
    """One start tag with its attributes in order; '' for a picture that has lost its source."""
    if not attributes and tag != "img":
        return f"<{tag}>"
    values = dict(_ATTRIBUTE.findall(attributes))
    if values.get("style") == "":
        del values["style"]
    if tag == "img" and not values.get("src"):
        return ""
    if tag == "a" and level == "full" and re.match(r"https?:", values.get("href", "")):
        values |= {"rel": "noopener noreferrer", "target": "_blank"}
    return f"<{tag}{_written(values)}>"


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{attributes[name]}"' for name in sorted(attributes))


def _linkify(text: str) -> str:
    if "://" not in text:
        return text
    return _URL.sub(
        lambda url: (
            f'<a class="linkified" href="{url[0]}" rel="noopener noreferrer"'
            f' target="_blank">{url[0]}</a>'
        ),
        text,
    )


def _with_heading_ids(html: str, level: Level) -> str:
    """Give each heading without one an id; the same text always gets the same."""
    if level != "full" or "<h" not in html:
        return html
    seen: dict[str, int] = {}

    def named(match: re.Match[str]) -> str:
        start, rank, attributes, content = match.groups()
        if ' id="' in attributes:
            return match[0]
        number = seen[content] = seen.get(content, 0) + 1
        identity = uuid.uuid5(_NAMESPACE, f"{rank}/{number}/{content}")
        values = dict(_ATTRIBUTE.findall(attributes)) | {"id": f"id-{identity}"}
        return f"{start}{_written(values)}>{content}</h{rank}>"

    return _HEADING.sub(named, html)
