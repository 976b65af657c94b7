"""What Microsoft Learn (DocFX) adds to Markdown, and its readers copy, as plain Markdown.

| written | becomes |
| --- | --- |
| ``:::image type="content" source="net.png" alt-text="Plan":::`` | a picture |
| ``# [Azure CLI](#tab/cli)`` | the tab's name in bold |
| ``> [!VIDEO https://…]`` | a link |
| ``:::row:::``, ``:::zone …:::``, ``> [!div class="…"]`` | nothing: it is layout alone |

Source: "Markdown reference for Microsoft Learn", Microsoft's contributor guide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from publisher.render.rules.fences import fenced

SIGNS = (":::", "(#tab/", "[!v", "[!V", "[!d", "[!D")
"""One of these stands in whatever is changed here."""
_PICTURE = re.compile(r":::[ ]?image\b(?P<rest>[^\n]{0,600}?):::")
_ATTRIBUTE = re.compile(r"([\w-]{1,40})\s{0,4}=\s{0,4}\"([^\"]*)\"")
_TAB = re.compile(r"#{1,6} (?:<a [^>]*></a>)?\[(?P<name>.+)\]\(#tab/[^)\s]*\)\s*$")
_VIDEO = re.compile(r"\[!VIDEO (?P<url>https?://[^\]\s]+)\]", re.IGNORECASE)
_LAYOUT = re.compile(
    r"(?P<indent>[ ]*):::[ ]?(?P<what>(?:row|column|zone|moniker)(?:-end)?|image-end)\b"
    r"[^\n]*:::\s*$",
    re.IGNORECASE,
)
_FRAME = re.compile(r"[ ]*>?[ ]*\[!div\b[^\]]*\]\s*$", re.IGNORECASE)


def from_learn(lines: Sequence[str]) -> list[str]:
    """Return *lines* with the extensions of Microsoft Learn written as Markdown."""
    text = "\n".join(lines)
    if not any(sign in text for sign in SIGNS):
        return list(lines)
    code = fenced(lines)
    out = []
    margin = 0
    """How far the column is indented whose text this is."""
    for number, line in enumerate(lines):
        layout = None if code[number] else _LAYOUT.match(line)
        if layout:
            margin = len(layout["indent"]) if layout["what"].casefold() == "column" else 0
            out.append("")
            continue
        line = line[margin:] if line.startswith(" " * margin) else line
        out.append(line if code[number] else _plain(line))
    return out


def _plain(line: str) -> str:
    if ":::" in line:
        line = _PICTURE.sub(_picture, line)
    if "(#tab/" in line and (tab := _TAB.match(line)):
        return f"**{tab['name']}**"
    if "[!" in line:
        line = _VIDEO.sub(r"<\g<url>>", line)
    return "" if _FRAME.match(line) else line


def _picture(found: re.Match[str]) -> str:
    given = dict(_ATTRIBUTE.findall(found["rest"]))
    if not given.get("source"):
        return found[0]
    alt = re.sub(r"[\[\]]", "", given.get("alt-text", "")).strip()
    return f"![{alt}](<{given['source']}>)"
