"""Files whose text becomes a document or an asset."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote

from publisher.itglue.documents import sources

Render: TypeAlias = Callable[[str], tuple[str | None, str]]
"""Markdown -> title (None: it has none) and HTML; `publisher.scripting.render_markdown` is one."""


def read_text(file: Path, render: Render | None) -> tuple[str | None, str]:
    """Title and HTML of a file.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
        ValueError: it is neither HTML nor plain text, and there is no *render*.
    """
    text = file.read_text("utf-8-sig")
    if render:
        return render(text)
    if file.suffix.lower() in (".html", ".htm"):
        return None, text
    if file.suffix.lower() == ".txt":
        paragraphs = [html.escape(part.strip()) for part in text.split("\n\n") if part.strip()]
        return None, "".join(f"<p>{part}</p>".replace("\n", "<br>") for part in paragraphs)
    raise ValueError(f"{file.name} is neither HTML nor plain text: pass a `render` for it")


def pictures_beside(file: Path, text: str) -> dict[str, bytes]:
    """The pictures of an HTML text that lie in the file's folder or below: src -> bytes."""
    folder = file.parent.resolve()
    found: dict[str, bytes] = {}
    for source in sources(text):
        path = (folder / unquote(source)).resolve()
        local = ":" not in source and path.is_relative_to(folder)
        if local and path.is_file():
            found[source] = path.read_bytes()
    return found
