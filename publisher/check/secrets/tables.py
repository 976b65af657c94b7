"""Secrets in tables: below a heading that says so, or behind one in the same row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from publisher.check.secrets.patterns import COLUMN
from publisher.check.secrets.values import is_secret_cell

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_DECORATION = "*_`: \t"
_PIPE = re.compile(r"(?<!\\)\|")


def in_table(lines: Sequence[str], at: int) -> Iterator[int]:
    """Yield the lines with a secret in a Markdown table that has a telling cell on line *at*."""
    header = _cells(lines[at])
    if at + 1 < len(lines) and "|" in lines[at + 1] + lines[at] and _RULE.fullmatch(lines[at + 1]):
        columns = _columns(header)
        for row in range(at + 2, len(lines)):
            if "|" not in lines[row]:
                return
            cells = _cells(lines[row])
            if any(number < len(cells) and is_secret_cell(cells[number]) for number in columns):
                yield row
    elif any(is_secret_cell(header[number + 1]) for number in _columns(header[:-1])):
        yield at


def in_csv(lines: Sequence[str]) -> Iterator[int]:
    """Yield the lines with a secret in a file of separated values; the first line has the names."""
    header = lines[0] if lines else ""
    delimiter = max(",;\t", key=header.count)
    columns: list[int] = []
    for number, line in enumerate(lines):
        cells = _separated(line, delimiter)
        if number == 0:
            columns = _columns(cells)
            if not columns:
                return
        elif any(column < len(cells) and is_secret_cell(cells[column]) for column in columns):
            yield number


def is_definition(lines: Sequence[str], at: int) -> bool:
    """Whether line *at* is a term that names a secret, and the next one its definition."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return (
        following.startswith(":")
        and COLUMN.fullmatch(lines[at].strip(_DECORATION)) is not None
        and is_secret_cell(following[1:])
    )


def _cells(line: str) -> list[str]:
    return _PIPE.split(line.strip().removeprefix("|").removesuffix("|"))


def _separated(line: str, delimiter: str) -> list[str]:
    """One line is one row: a quoted line break would only hide what follows it."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _columns(cells: Sequence[str]) -> list[int]:
    return [n for n, cell in enumerate(cells) if COLUMN.fullmatch(cell.strip(_DECORATION))]
