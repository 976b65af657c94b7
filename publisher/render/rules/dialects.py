"""Blocks of other generators -> the Markdown of this one, before anything else is read.

| written for | as | becomes |
| --- | --- | --- |
| MkDocs | ``??? note "Title"``, indented text | an admonition, open: a page on paper has no fold |
| MkDocs | ``=== "Windows"``, indented text | the tab's name in bold, then its text |
| Docusaurus, VitePress, MyST | ``:::note Title`` … ``:::`` | an admonition |
| Azure DevOps, GitLab | ``[[_TOC_]]``, ``[[TOC]]`` | ``[TOC]`` |
| kramdown | ``* TOC`` and ``{:toc}`` below it | ``[TOC]`` |
| kramdown | ``{: .note }`` on a line before a block | nothing: it is style alone |
| Azure DevOps | ``::: mermaid`` … ``:::`` | fenced code |
| CommonMark | ``[a]: <b c.md>`` | ``[a]: <b%20c.md>`` |

Code is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from publisher.render.rules.fences import fence_diagrams, fenced
from publisher.render.rules.learn import SIGNS, from_learn

_SIGNS = ("???", '=== "', "===! ", "===+ ", ":::", "[[", "{:", "]: <", *SIGNS)
_FOLD = re.compile(r"(?P<indent>[ \t]*)\?\?\?\+? (?=[\w-])")
_TAB = re.compile(r'(?P<indent>[ \t]*)===[!+]? "(?P<title>[^"\n]+)"\s*$')
_OPEN = re.compile(
    r"(?P<indent> *)(?P<colons>:{3,}) ?\{?(?P<kind>[A-Za-z][\w-]*)\}?(?P<rest>(?:[ \[{].*)?)$"
)
_TITLE = re.compile(
    r"\[(?P<bracketed>.+)\]$|\{.*title=\"(?P<named>[^\"]+)\".*\}$|(?P<plain>[^{\[].*)$"
)
_CONTENTS = re.compile(r"[ ]{0,3}\[\[_?TOC_?\]\]\s*$", re.IGNORECASE)
_TOC_ITEM = re.compile(r"(?:[-*+]|\d+[.)])[ ]+\S.*$")
_TOC_MARK = re.compile(r"[ ]*\{:\s*toc\s*\}\s*$")
_STYLE = re.compile(r"\{:[^}\n]*\}\s*$")
_NO_NOTICE = frozenset({"mermaid", "toc", "video", "query-table"})
"""What Azure DevOps puts between colons; no text to be framed."""
_DEFINITION = re.compile(r"(?P<label>[ ]{0,3}\[[^\[\]]+\]: )<(?P<target>[^<>]* [^<>]*)>")
_HOLDS_BLOCKS = re.compile(r"[ ]*(?:[-*+]|\d{1,9}[.)]|!!!|\?\?\?|===|:|\[\^)")
"""Starts what can hold blocks that are indented; anything else makes them code."""
_FAR = 200
_INSIDE = " " * 4
_DEEPEST = 8
"""Notices inside one another; what is deeper stays as it is written."""


def adapt(lines: Sequence[str]) -> list[str]:
    """Return *lines* with what other generators understand written as Python-Markdown does."""
    text = "\n".join(lines)
    if not any(sign in text for sign in _SIGNS):
        return list(lines)
    return _notices(_tabs(_contents(from_learn(fence_diagrams(lines)))))


def _contents(lines: Sequence[str]) -> list[str]:
    """Tables of contents, folds, and lists of attributes that stand before their block."""
    code = fenced(lines)
    out: list[str] = []
    for number, line in enumerate(lines):
        before = out[-1] if out else ""
        if code[number]:
            out.append(line)
        elif _CONTENTS.match(line):
            out.append("[TOC]")
        elif _TOC_MARK.match(line) and _TOC_ITEM.match(before):
            out[-1] = "[TOC]"
        elif _STYLE.match(line) and not before.strip():
            continue
        elif "???" in line and not _is_code(lines, number):
            out.append(_FOLD.sub(r"\g<indent>!!! ", line, count=1))
        elif "]: <" in line and (found := _DEFINITION.match(line)):
            target = found["target"].replace(" ", "%20")
            out.append(f"{found['label']}<{target}>{line[found.end() :]}")
        else:
            out.append(line)
    return out


def _tabs(lines: list[str]) -> list[str]:
    code = fenced(lines)
    out: list[str] = []
    inside = -1
    """The column of the tab whose text this is."""
    for number, line in enumerate(lines):
        width = _width(line)
        tab = None if code[number] else _TAB.match(line)
        if tab and _is_code(lines, number):
            tab = None
        if line.strip() and width <= inside:
            inside = -1
        if tab:
            inside = len(tab["indent"])
            out += [f"{tab['indent']}**{tab['title']}**", ""]
        elif inside >= 0 and line.startswith(" " * inside + _INSIDE):
            out.append(line[:inside] + line[inside + len(_INSIDE) :])
        else:
            out.append(line)
    return out


def _notices(lines: list[str]) -> list[str]:
    """``:::kind`` and what follows, up to its own ``:::``; one without an end stays text."""
    if not any(":::" in line for line in lines):
        return lines
    code = fenced(lines)
    last_end = {line.strip(): number for number, line in enumerate(lines) if not code[number]}
    out: list[str] = []
    opened: list[str] = []
    """The colons of the notices that are open."""
    for number, line in enumerate(lines):
        text = "" if code[number] else line.strip()
        begins = _OPEN.match(line) if text and len(opened) < _DEEPEST else None
        if begins and _is_code(lines, number):
            begins = None
        if opened and text == opened[-1]:
            opened.pop()
            out.append("")
        elif begins and _is_notice(begins) and last_end.get(begins["colons"], -1) > number:
            out.append(_INSIDE * len(opened) + _head(begins))
            opened.append(begins["colons"])
        else:
            out.append(_INSIDE * len(opened) + line if line.strip() else line)
    return out


def _is_code(lines: Sequence[str], number: int) -> bool:
    """Whether a line is indented so far that it is code, and inside of nothing else."""
    width = _width(lines[number])
    if width < len(_INSIDE):
        return False
    for before in reversed(lines[max(number - _FAR, 0) : number]):
        if before.strip() and _width(before) < width:
            width = _width(before)
            if _HOLDS_BLOCKS.match(before):
                return False
            if width < len(_INSIDE):
                return True
    return True


def _width(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_notice(begins: re.Match[str]) -> bool:
    return begins["kind"].lower() not in _NO_NOTICE


def _head(begins: re.Match[str]) -> str:
    found = _TITLE.match(begins["rest"].strip())
    title = (found["bracketed"] or found["named"] or found["plain"]) if found else None
    quoted = (title or begins["kind"].capitalize()).replace('"', "'")
    return f'{begins["indent"]}!!! {begins["kind"].lower()} "{quoted}"'
