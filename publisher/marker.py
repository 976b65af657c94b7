"""The marker: which repository and target an asset belongs to, in plain text inside the asset.

IT Glue has no idempotency keys and no place for foreign metadata, so what we create carries its
own identity where no sanitizer can drop it: in a Text trait, or in the body's footer. Example::

    acme-docs:7f0c9a52@4711;a=5f0c1e2d3b4a;c=9f8e7d6c5b4a3210

One word of ASCII: repository, key (percent-encoded where a path holds odd characters), the
attempt (names the one POST that made the asset) and the digest of the content that was sent.
With these four the state can be rebuilt from IT Glue alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from publisher.model import digest

_TEXT = re.compile(
    r"(?P<repository>[A-Za-z0-9._-]+):(?P<key>[^\s;]+@[^\s;@]+);a=(?P<attempt>[0-9a-z]+)"
    r";c=(?P<content>[0-9a-f]{16})(?P<archived>;archived)?"
)
_PLAIN = "/.-_~@+,"


@dataclass(frozen=True, slots=True)
class Marker:
    """What one of our assets says of itself."""

    repository: str
    key: str
    attempt: str
    """Names the create that made the asset: two assets of one key differ in it."""
    content: str
    """`content_digest` of what was last sent."""
    archived: bool = False
    """We archived it, because its document was gone; so we may restore it."""

    def __str__(self) -> str:
        flag = ";archived" if self.archived else ""
        key = quote(self.key, safe=_PLAIN)
        return f"{self.repository}:{key};a={self.attempt};c={self.content}{flag}"

    @classmethod
    def parse(cls, text: object) -> Marker | None:
        """Read a marker out of *text* (anything else than a marker gives None)."""
        found = _TEXT.search(text) if isinstance(text, str) else None
        if found is None:
            return None
        return cls(
            found["repository"],
            unquote(found["key"]),
            found["attempt"],
            found["content"],
            found["archived"] is not None,
        )


def new_attempt() -> str:
    """A name for one create, unguessable enough that no two are ever the same."""
    return secrets.token_hex(6)


def content_digest(sent: Mapping[str, str]) -> str:
    """16 hex digits over the fingerprints of what is sent, but for where it lies (``@…``)."""
    return digest({name: value for name, value in sent.items() if name[0] != "@"})[:16]
