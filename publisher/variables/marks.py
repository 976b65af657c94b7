"""Marks in a text while it is filled in, which no document holds."""

from __future__ import annotations

MARK, MARK_END = "\ufdd1", "\ufdd2"
"""Around the number of the source line, before each line end that the source has."""
