"""Attribute lists (``{: .wide }``), but only where they are certainly meant.

Python-Markdown's own rule takes any ``{word}`` after a heading or an emphasis for attributes and
drops the text. A document about ``{hostname}`` would lose it.
"""

from __future__ import annotations

import re

from markdown.extensions.attr_list import AttrListTreeprocessor

_KEY = r"(?:width|height|align|class|id|style|title|target|start|loading|data-[\w-]+)="
_LIST = rf"\{{(?:\:[ ]*|[ ]*(?=[.#]|{_KEY}))([^\}}\n ][^\n]*)\}}"


class MeantAttributes(AttrListTreeprocessor):
    """Takes ``{: …}``, ``{#id …}``, ``{.class …}`` and ``{ width="300" …}``."""

    BASE_RE = _LIST  # type: ignore[misc]  # Final in the stubs alone
    HEADER_RE = re.compile(rf"[ ]+{_LIST}[ ]*$")  # type: ignore[misc]  # Final in the stubs alone
    BLOCK_RE = re.compile(rf"\n[ ]*{_LIST}[ ]*$")  # type: ignore[misc]  # Final in the stubs alone
    INLINE_RE = re.compile(rf"^{_LIST}")  # type: ignore[misc]  # Final in the stubs alone
