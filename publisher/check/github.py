"""Findings as GitHub shows them beside the lines of a pull request.

The format is that of GitHub Actions' workflow commands, as its documentation has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from publisher.model import Diagnostic

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def workflow_commands(found: Sequence[Diagnostic], prefix: str = "") -> Iterator[str]:
    """One workflow command a line; *prefix* leads from the repository's top to the docs root."""
    for one in found:
        file = prefix + one.document if one.document else None
        places = {"file": file, "line": one.line, "col": one.column, "title": one.code}
        properties = ",".join(
            f"{name}={_escaped(str(value), _PROPERTY)}"
            for name, value in places.items()
            if value is not None
        )
        yield f"::{one.severity} {properties}::{_escaped(one.advice, _DATA)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
