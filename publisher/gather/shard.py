"""One of several parts of an account's organizations, so that several runners share one repository.

A part is told by the organization's id alone: all runners come to the same parts, whatever they
know, and every organization is in exactly one of them, also one that IT Glue no longer has.
Example: of four runners the second works on shard ``2/4``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

MOST = 1000


@dataclass(frozen=True, slots=True)
class Shard:
    """The *number*-th of *count* parts, counted from 1."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``2/4``.

        Raises:
            ValueError: it is none; the sentence says what would be.
        """
        found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip(), re.ASCII)
        if found is None:
            raise ValueError(f"{text!r} is no shard")
        number, count = int(found[1]), int(found[2])
        if not 1 <= count <= MOST:
            raise ValueError(f"{text!r} asks for {count} parts; 1 to {MOST} are possible")
        if not 1 <= number <= count:
            raise ValueError(f"{text!r} is none of the {count} parts, which are 1 to {count}")
        return cls(number, count)

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, organization_id: str) -> bool:
        """Whether an organization is in this part."""
        value = hashlib.sha256(organization_id.encode()).digest()
        return int.from_bytes(value[:8], "big") % self.count == self.number - 1
