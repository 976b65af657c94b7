"""Dates as people write them -> YYYY-MM-DD, where they can mean one day only."""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][0-9:.Z+ -]*)?", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ .-]+([A-Za-z]{3,9})[ .,-]+(\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)


def iso_date(text: str) -> str | None:
    """The one day that *text* can mean; None where it means none, or could mean two.

    ``31.12.2027``, ``2027/12/31``, ``31 Dec 2027`` and ``12/31/2027`` are plain enough;
    ``03/04/2027`` is March in one country and April in another.
    """
    for year, month, day in _readings(text.strip()):
        try:
            return dt.date(year, month, day).isoformat()
        except ValueError:
            continue
    return None


def _readings(text: str) -> list[tuple[int, int, int]]:
    if found := _ISO.fullmatch(text):
        return [(int(found[1]), int(found[2]), int(found[3]))]
    if found := _DOTTED.fullmatch(text):
        return [(int(found[3]), int(found[2]), int(found[1]))]
    if found := _SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if first <= 12 and second <= 12 and first != second:
            return []
        return [(year, second, first), (year, first, second)]
    if found := _DAY_FIRST.fullmatch(text):
        return _named(found[2], int(found[1]), int(found[3]))
    if found := _MONTH_FIRST.fullmatch(text):
        return _named(found[1], int(found[2]), int(found[3]))
    return []


def _named(month: str, day: int, year: int) -> list[tuple[int, int, int]]:
    """English names alone: others share abbreviations that mean something else."""
    name = month.casefold()
    full = dt.date(2000, _MONTHS.index(name[:3]) + 1, 1) if name[:3] in _MONTHS else None
    if full is None or not (len(name) == 3 or full.strftime("%B").casefold() == name):
        return []
    return [(year, full.month, day)]
