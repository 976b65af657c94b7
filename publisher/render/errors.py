"""What render refuses."""

from __future__ import annotations


class TooDeep(ValueError):
    """Quotes, lists, brackets or tags are nested deeper than any document needs."""

    def __init__(self, what: str, limit: int, line: int | None = None) -> None:
        super().__init__(what, limit, line)
        self.what, self.limit, self.line = what, limit, line

    def __str__(self) -> str:
        return f"{self.what} are nested more than {self.limit} deep"
