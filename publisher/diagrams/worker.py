"""The child that draws: ``python -m publisher.diagrams.worker mermaid|svg``, source in, PNG out.

Nothing here is imported by the program itself. What goes wrong is a line on stderr and exit code 1.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

MEMORY = 2 << 30
"""Bytes of address space, where the system can limit it."""
LONGEST = 4096
"""Pixels of a rasterized picture's longer side."""

FALLBACK = "DejaVu Sans"
"""The font that mermaidx brings along."""

# The same diagram must come out the same: no random hand-drawn edges, no random ids.
SETTINGS = {"handDrawnSeed": 1, "deterministicIds": True}
_FOREIGN = re.compile(
    r"<(?:image|img|feImage|use)\b[^>]*?\b(?:href|src)\s*=\s*[\"'](?!#|data:image/(?:png|jpeg|gif))",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp)[;,]")
_FAMILY = re.compile(r"font-family\s*:\s*[^;}!]*[^;}!\s]")
_LENGTH = re.compile(r"\s*([\d.]+)\s*(?:px)?\s*")


def main() -> int:
    """Draw what stdin holds."""
    _limit_memory()
    source = sys.stdin.buffer.read()
    try:
        png = {"mermaid": mermaid, "svg": svg}[sys.argv[1]](source)
    except Exception as error:  # noqa: BLE001 (two foreign renderers; the parent tells the user)
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    sys.stdout.buffer.write(png)
    return 0


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def mermaid(source: bytes) -> bytes:
    """Draw a Mermaid diagram."""
    import mermaidx  # type: ignore[import-untyped]  # it has no type hints

    text = source.decode()
    if re.search(r"^\s*gantt\b", text, re.MULTILINE) and "todayMarker" not in text:
        text = f"{text.rstrip()}\n    todayMarker off\n"  # else the picture changes every day
    drawn = mermaidx.render(text, config=SETTINGS)
    if _FOREIGN.search(drawn.svg()):
        raise ValueError("it refers to a file")
    png: bytes = drawn.png(background="#ffffff")
    return png


def svg(source: bytes) -> bytes:
    """Rasterize an SVG picture; a very large one is made smaller."""
    import resvg_py

    root = ElementTree.fromstring(source)  # noqa: S314 (a child with limits; expat stops what explodes)
    for element in root.iter():
        if _is_foreign(element):
            raise ValueError("it refers to a file")
        _with_fallback(element)
    size = _size(root)
    options: dict[str, Any] = {"width": size[0]} if size else {}
    png: bytes = resvg_py.svg_to_bytes(
        svg_string=ElementTree.tostring(root, encoding="unicode"),
        background="#ffffff",
        font_files=_fonts(),
        font_family=FALLBACK,
        sans_serif_family=FALLBACK,
        **options,
    )
    return png


def _is_foreign(element: ElementTree.Element) -> bool:
    """Whether it shows something of another file: the renderer would open any path."""
    if element.tag.rpartition("}")[2] == "a":
        return False
    links = (v for name, v in element.attrib.items() if name.rpartition("}")[2] == "href")
    return any(not link.strip().startswith("#") and not _PICTURE.match(link) for link in links)


def _with_fallback(element: ElementTree.Element) -> None:
    """Let text in a font that is not here be shown in another, rather than not at all."""
    if family := element.get("font-family"):
        element.set("font-family", f"{family}, sans-serif")
    if style := element.get("style"):
        element.set("style", _FAMILY.sub(r"\g<0>, sans-serif", style))
    if element.text and element.tag.endswith("}style"):
        element.text = _FAMILY.sub(r"\g<0>, sans-serif", element.text)


def _size(root: ElementTree.Element) -> tuple[int, int] | None:
    """The size in pixels to draw in, if the picture's own is too large; else None."""
    given = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    box = root.get("viewBox", "").replace(",", " ").split()
    numbers = [found[1] for found in given if found] if all(given) else box[2:4]
    try:
        width, height = (float(number) for number in numbers)
    except ValueError:
        return None
    if max(width, height) <= LONGEST or min(width, height) <= 0:
        return None
    scale = LONGEST / max(width, height)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _fonts() -> list[str]:
    """Fonts beside the system's, from mermaidx: text shows on a bare server too."""
    found = importlib.util.find_spec("mermaidx")
    folder = Path(found.origin or "").parent / "assets" / "fonts" if found else Path()
    return [str(path) for path in sorted(folder.glob("*.ttf"))] if found else []


if __name__ == "__main__":
    sys.exit(main())
