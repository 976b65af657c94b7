"""What an asset's HTML holds that Markdown has no words for, named so that nobody misses it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from publisher.render.formatted import formatted

_PRE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_STYLE = re.compile(r' style="([^"]*)"')
_CLASS = re.compile(r' class="([^"]*)"')
_SIZE = re.compile(r"<img\b[^>]* (?:width|height)=")
_ALIGN = re.compile(r' align="(?!left)')
_STYLES = {
    "background": "background colours",
    "background-color": "background colours",
    "color": "text colours",
    "float": "floating pictures or boxes",
    "font-family": "fonts",
    "font-size": "font sizes",
    "text-align": "alignment",
    "text-decoration": "underlines made by a style",
}
_PLAIN = frozenset(("inherit", "initial", "left", "none", "start", "transparent", "black"))
_BOXES = re.compile(r"\b(alert|badge|btn|label|panel|well)\b")


def losses(there: str, brought: str) -> list[str]:
    """What the asset's HTML *there* has more of than what the document renders to."""
    lost = _features(there) - _features(brought)
    return sorted(f"{name} ({count})" for name, count in lost.items())


def difference(there: str, brought: str) -> str | None:
    """Where both texts part, as the first line of *there* that is not so in *brought*."""
    said, ours = formatted(there).split("\n"), formatted(brought).split("\n")
    if said == ours:
        return None
    at = next((n for n, pair in enumerate(zip(said, ours, strict=False)) if pair[0] != pair[1]), 0)
    return re.sub("[\ue100-\ue1ff]", "", said[min(at, len(said) - 1)])[:60]


def _features(html: str) -> Counter[str]:
    return Counter(_named(_PRE.sub("", html)))  # highlighted code has colours of its own


def _named(html: str) -> Iterator[str]:
    for style in _STYLE.findall(html):
        for declaration in style.split(";"):
            name, _, value = (part.strip().lower() for part in declaration.partition(":"))
            if name in _STYLES and value not in _PLAIN:
                yield _STYLES[name]
    yield from ("boxes and labels" for names in _CLASS.findall(html) if _BOXES.search(names))
    yield from ("sizes of pictures" for _ in _SIZE.findall(html))
    yield from ("alignment" for _ in _ALIGN.findall(html))
