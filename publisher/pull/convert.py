"""One block of HTML -> Markdown that says the same, proved by rendering it again.

What the converter writes is tried first, then the same with more escapes, then the HTML itself,
which a document may hold too. So cells that were merged stay merged, and only what no rendering
of ours keeps is left to be named.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from publisher.errors import BadConfig
from publisher.render.formatted import formatted

Link = Callable[[str], str]
"""A URL as it stands in the asset -> as it is to stand in the document."""
Paint = Callable[[str], str]
"""Markdown -> HTML as it would be sent."""

_KEPT = ["u", "ins", "sub", "sup", "kbd", "mark", "details", "dl", "abbr"]
"""Tags without a sign in Markdown that a document may hold as they are."""
_URL = re.compile(r'\b(?P<name>href|src)="(?P<url>[^"]*)"')
_PRE = re.compile(r"<pre\b[^>]*>(.*?)</pre>", re.DOTALL)
_SPAN = re.compile(r"</?(?:span|code)\b[^>]*>")
_ROW = re.compile(r"\s*(<(?:tr|/?thead|/?tbody|/table|caption)\b)")
_TERM = re.compile(r"<(dt|dd)\b[^>]*>(.*?)</\1>", re.DOTALL)
_BOX = re.compile(r"(?m)^(\s*(?:[-*+]|\d+[.)]) )([☐☑])(?=\s)")
_TRAILING = re.compile(r"(?m)[ \t]+$")


def markdown(
    block: str, link: Link, paint: Paint, before: tuple[str, str] = ("", "")
) -> tuple[str, bool]:
    """The Markdown of one block; and whether it says exactly what the block says.

    Args:
        block: HTML.
        link, paint: see there.
        before: Markdown and HTML of the block before it, which must not grow into this one, as
            two quotes do.

    Raises:
        BadConfig: html-to-markdown is not installed.
    """
    wanted, with_before = formatted(block), formatted(before[1] + block)
    first = ""
    for said in _candidates(_relinked(block, link)):
        first = first or said
        if formatted(paint(said)) != wanted:
            continue
        if not before[0] or formatted(paint(f"{before[0]}\n\n{said}")) == with_before:
            return said, True
    return first, False


def together(
    parts: Iterable[str], link: Link, paint: Paint, before: tuple[str, str] = ("", "")
) -> str:
    """The Markdown of several blocks, one after the other.

    Raises:
        BadConfig: html-to-markdown is not installed.
    """
    texts = []
    for block in parts:
        text, _ = markdown(block, link, paint, before)
        if text:
            texts.append(text)
            before = text, block
    return "\n\n".join(texts)


def plain(block: str, link: Link) -> str:
    """The Markdown that the converter makes of one block, whether or not it says the same.

    Raises:
        BadConfig: html-to-markdown is not installed.
    """
    return next(_candidates(_relinked(block, link)))


def _candidates(block: str) -> Iterator[str]:
    code = _PRE.sub(lambda pre: f"<pre><code>{_SPAN.sub('', pre[1])}</code></pre>", block)
    if block.startswith("<dl"):
        yield _terms(block)
    yield _convert(code)
    yield _convert(code, escape_asterisks=True, escape_underscores=True, escape_misc=True)
    rows = _ROW.sub(r"\n\1", block)
    yield rows
    # The last resort leaves a Markdown parser no line and no sign to stumble over.
    yield _PRE.sub(lambda pre: pre[0].replace("\n", "&#10;").replace("{", "&#123;"), rows)


def _terms(block: str) -> str:
    """A list of terms in the way of PHP Markdown Extra, which the converter leaves as HTML."""
    lines = []
    for name, inside in _TERM.findall(block):
        said = _convert(inside)
        if name == "dt":
            lines += ["", said]
        else:
            lines.append(":   " + said.replace("\n", "\n    "))
    return "\n".join(lines).strip("\n")


def _convert(block: str, **escapes: bool) -> str:
    try:
        from html_to_markdown import ConversionOptions, convert
    except ImportError:
        fix = "Install it as the extra `pull`: pip install 'itglue-publisher[pull]'"
        raise BadConfig("pull", "needs html-to-markdown, which is not installed", fix) from None
    settings: dict[str, Any] = {
        "heading_style": "atx",
        "code_block_style": "backticks",
        "bullets": "-",
        "list_indent_width": 4,  # Python-Markdown takes less for no nesting
        "br_in_tables": True,
        "compact_tables": True,
        "extract_metadata": False,
        "preserve_tags": _KEPT,
        **escapes,
    }
    text = convert(block, ConversionOptions(**settings)).content or ""
    # A line end is a break by itself here, so the two blanks before it say nothing.
    text = _TRAILING.sub("", text).strip("\n")
    return _BOX.sub(lambda box: f"{box[1]}[{' ' if box[2] == '☐' else 'x'}]", text)


def _relinked(block: str, link: Link) -> str:
    def relink(found: re.Match[str]) -> str:
        url = link(entities.unescape(found["url"]))
        return f'{found["name"]}="{entities.escape(url)}"'

    return _URL.sub(relink, block)


def relative(path: str) -> str:
    """A path as it is written in Markdown."""
    return quote(path, safe="/:@+,;=~!$&'-._")
