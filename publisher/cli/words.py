"""Numbers as a reader expects them."""

from __future__ import annotations


def quantity(number: int, unit: str) -> str:
    """`1 target`, `2,300 targets`; *unit* takes a plain s."""
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"
