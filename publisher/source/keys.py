"""Which key somebody meant: near misses of the frontmatter's keys."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator

from publisher.source.schema import KEYS

_OTHER_WORDS = {
    "organization": "org",
    "organisation": "org",
    "organizations": "orgs",
    "organisations": "orgs",
    "asset_type": "type",
    "flexible_asset_type": "type",
}
_ALIKE = 0.8
"""difflib's ratio: `titel`, `publsih` and `atachments` reach it; `tags`, `date`, `draft` do not."""


def strangers(keys: Iterable[str], ignored: Collection[str]) -> Iterator[tuple[str, str | None]]:
    """Yield each key that is none of ours, with the one that it nearly is, or None."""
    for key in keys:
        if key not in KEYS and key not in ignored:
            yield key, _meant(key)


def _meant(key: str) -> str | None:
    plain = key.casefold().replace("-", "_")
    if plain in KEYS:
        return plain
    if plain in _OTHER_WORDS:
        return _OTHER_WORDS[plain]
    swapped = next((known for known in KEYS if sorted(known) == sorted(plain)), None)
    near = difflib.get_close_matches(plain, KEYS, 1, _ALIKE)
    return swapped or (near[0] if near else None)
