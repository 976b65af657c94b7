"""Mark-up of other generators that neither publisher nor IT Glue understands: readers see it.

Looks at the page as it will be read, so code, comments and what the renderer does understand are
out of the way.
"""

from __future__ import annotations

import html as entities
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.check.material import Material, finding
from publisher.model import Diagnostic, Document
from publisher.render.rules.fences import fenced

if TYPE_CHECKING:
    from publisher.render import Page

_SIGNS = (
    "{{",
    "{%",
    "[[",
    "--8<--",
    "%%",
    ":::",
    "</",
    "import ",
    "[!",
    ":material-",
    ":fontawesome-",
)
_CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WIKI = re.compile(
    r"!?\[\[(?P<page>[^\[\]|#\s][^\[\]|#\n]*)(?P<anchor>#[^\[\]|\n]*)?(?:\|(?P<label>[^\[\]\n]*))?\]\]"
    r"(?!\()"
)


@dataclass(frozen=True, slots=True)
class _Foreign:
    """One kind of mark-up."""

    what: str
    """With the ``name`` that was found; no more of the text than that, which others may see."""
    expression: re.Pattern[str]
    fix: str
    ours: bool = False
    """A template of publisher may hold it: filled in, or not yet for an error."""


_FILLED_IN = "put `template: true` into the frontmatter if publisher is to fill it in."
_KINDS = (
    _Foreign(
        "{{{{< {} … >}}}} is a shortcode of Hugo",
        re.compile(r"\{\{[<%]\s*/?(?P<name>[\w./-]{1,60}).{0,200}?[%>]\}\}"),
        "Write it in Markdown: > [!NOTE], [text](page.md), ![text](picture.png).",
    ),
    _Foreign(
        "{{% {} … %}} is a tag of Liquid or Jinja",
        re.compile(r"(?<!\{)\{%-?\s*(?P<name>\w{1,60}).{0,200}?%\}"),
        f"Write it in Markdown, or {_FILLED_IN}",
        ours=True,
    ),
    _Foreign(
        "{{{{ {} }}}} is a variable",
        re.compile(
            r"\{\{-?\s*(?P<name>(?:site|page|layout|include|org|vars)\.[\w.]{1,60}).{0,200}?\}\}"
        ),
        f"Write what it stands for, or {_FILLED_IN}",
        ours=True,
    ),
    _Foreign(
        "{} is an include",
        re.compile(r"(?<!-)(?P<name>-{1,10}8<-{1,10})[ ]*\S+"),
        "Put the text here, or link to the file.",
    ),
    _Foreign(
        "[!{} …] is an include of Microsoft Learn",
        re.compile(r"\[!(?P<name>INCLUDE|CODE)\b", re.IGNORECASE),
        "Put the text here, or link to the file.",
    ),
    _Foreign(
        "{}…%% is a comment of Obsidian",
        re.compile(r"(?<![%\w])(?P<name>%%)[^%\n]{1,200}%%(?![%\w])"),
        "Write <!-- … -->, which is not published.",
    ),
    _Foreign(
        "::: {} is a block of Azure DevOps or Microsoft Learn",
        re.compile(r"^ *::: *(?P<name>query-table|video|toc|code)\b", re.MULTILINE),
        "Write what it shows, or link to it.",
    ),
    _Foreign(
        "{} is a component of MDX",
        re.compile(r"^ *(?P<name></[A-Z]\w*>|import(?= .+ from ['\"]))", re.MULTILINE),
        "Write it in Markdown.",
    ),
    _Foreign(
        "{} is an icon of MkDocs",
        re.compile(r"(?P<name>:(?:material|fontawesome|octicons|simple)-[\w-]{1,80}:)"),
        "Use an emoji, such as :warning:, or a word.",
    ),
)


def shown_as_text(material: Material) -> Iterator[Diagnostic]:
    """Warnings: one for each kind in a document, and one for each wiki link."""
    names: dict[str, str] | None = None
    for document in material.documents:
        page = material.pages.get(document.path)
        if page is None or not any(sign in document.body for sign in _SIGNS):
            continue
        text = entities.unescape(_TAG.sub("", _CODE.sub(" ", page.html)))
        yield from _foreign(document, text)
        if "[[" in text:
            names = names or _names(material)
            yield from _wiki_links(document, text, names)


def _foreign(document: Document, text: str) -> Iterator[Diagnostic]:
    for kind in _KINDS:
        found = [*kind.expression.finditer(text)]
        if not found or (kind.ours and document.template):
            continue
        more = f", and {len(found) - 1} more like it" if len(found) > 1 else ""
        message = f"{kind.what.format(found[0]['name'])}: readers see it as it is written{more}"
        line = _line_of(document, found[0][0].strip())
        yield finding(document, line, "shown-as-text", "warning", message, kind.fix)


def _wiki_links(document: Document, text: str, names: Mapping[str, str]) -> Iterator[Diagnostic]:
    for written, match in {found[0]: found for found in _WIKI.finditer(text)}.items():
        name = match["page"].strip()
        path = names.get(name.casefold())
        target = (
            posixpath.relpath(path, posixpath.dirname(document.path) or ".") if path else "PATH"
        )
        mark = "!" if written.startswith("!") else ""
        link = f"{mark}[{match['label'] or name}]({quote(target)}{match['anchor'] or ''})"
        message = f"{written} is a wiki link: readers see it as it is written"
        line = _line_of(document, written)
        yield finding(document, line, "shown-as-text", "warning", message, f"Write {link}.")


def _names(material: Material) -> dict[str, str]:
    """What a wiki link can say -> the file: a path, a file's name, a document's title."""
    names: dict[str, str] = {}
    for path in material.tree.entries:
        for name in (path, posixpath.basename(path)):
            names.setdefault(name.casefold(), path)
            names.setdefault(name.casefold().removesuffix(".md"), path)
            names.setdefault(name.casefold().removesuffix(".md").replace("-", " "), path)
    for document in material.documents:
        page: Page | None = material.pages.get(document.path)
        if page:
            names.setdefault(page.title.casefold(), document.path)
    return names


def _line_of(document: Document, text: str) -> int | None:
    """The first line outside code that holds *text*."""
    lines = document.body.split("\n")
    code = fenced(lines)
    for number, line in enumerate(lines):
        if text in line and not code[number]:
            return document.body_line + number
    return None
