"""What a diagram is called: its title, for the picture's description and its file's name."""

from __future__ import annotations

import re
import unicodedata

_TITLES = (
    re.compile(r"\A\s*---\s*\n(?:.*\n)*?title:[ \t]*(?P<title>\S.*)"),  # Mermaid's frontmatter
    re.compile(r"^\s*accTitle\s*:[ \t]*(?P<title>\S.*)", re.MULTILINE),
    re.compile(r"^\s*title[: \t]\s*(?P<title>\S.*)", re.MULTILINE),
    re.compile(r"\A\s*(?:%%|//|#)[ \t]*(?:title:?[ \t]+)?(?P<title>[^\s{].*)"),
    re.compile(r"\A\s*(?:strict\s+)?(?:di)?graph\s+(?P<title>\"[^\"\n]+\"|[A-Za-z_]\w*)\s*\{"),
)
_FIRST_WORD = re.compile(r"^(?!\s*(?:%%|//|#|---)|\s*\w+:\s)\s*(?P<word>[A-Za-z]+)", re.MULTILINE)
_SPECIAL = re.compile(r"[\[\]()\\`*_<>\"|&~#]+")
_LONGEST = 100

KINDS = {
    "flowchart": "Flowchart",
    "graph": "Flowchart",
    "digraph": "Graph",
    "strict": "Graph",
    "sequencediagram": "Sequence diagram",
    "classdiagram": "Class diagram",
    "statediagram": "State diagram",
    "erdiagram": "Entity relationship diagram",
    "gantt": "Gantt chart",
    "pie": "Pie chart",
    "mindmap": "Mind map",
    "timeline": "Timeline",
    "gitgraph": "Git graph",
    "journey": "User journey",
    "quadrantchart": "Quadrant chart",
    "xychart": "Chart",
    "sankey": "Sankey diagram",
}


def title_of(source: str) -> str | None:
    """The title that a diagram gives itself, or that a comment on its first line gives it."""
    for pattern in _TITLES:
        if found := pattern.search(source):
            return _plain(found["title"]) or None
    return None


def describe(source: str) -> str:
    """The title, else what kind of a diagram it is: what stands for the picture in words."""
    if title := title_of(source):
        return title
    word = _FIRST_WORD.search(source)
    return KINDS.get(word["word"].casefold(), "Diagram") if word else "Diagram"


def file_name(source: str, key: str) -> str:
    """A name for the picture: of its title; without one, of its source, so that it is unique."""
    title = unicodedata.normalize("NFKD", title_of(source) or "").encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:48].strip("-")
    return f"{slug or f'diagram-{key[:8]}'}.png"


def _plain(title: str) -> str:
    """One line of words, with nothing in it that Markdown would take for mark-up."""
    return " ".join(_SPECIAL.sub(" ", title).split())[:_LONGEST]
