"""Ids of documents."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection

_NUMBER_LIKE = re.compile(r"[0-9]+(?:e[0-9]+)?")
"""What other YAML readers would take for a number."""


def fresh_id(taken: Collection[str] = ()) -> str:
    """Eight hex digits that no document in *taken* has."""
    while True:
        name = secrets.token_hex(4)
        if name not in taken and not _NUMBER_LIKE.fullmatch(name):
            return name
