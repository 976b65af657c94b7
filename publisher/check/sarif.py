"""Findings in SARIF 2.1.0, the exchange format of OASIS that code hosts and editors read."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from publisher import __version__
from publisher.model import Diagnostic, Json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(found: Sequence[Diagnostic], prefix: str = "") -> dict[str, Json]:
    """One run; *prefix* leads from the repository's top to the docs root."""
    rules = sorted({one.code for one in found})
    driver = {
        "name": "publisher",
        "version": __version__,
        "rules": [{"id": code, "name": code.replace("-", " ").capitalize()} for code in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, rules, prefix) for one in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(one: Diagnostic, rules: Sequence[str], prefix: str) -> dict[str, Json]:
    result: dict[str, Json] = {
        "ruleId": one.code,
        "ruleIndex": rules.index(one.code),
        "level": one.severity,
        "message": {"text": one.advice},
    }
    if one.document:
        result["locations"] = [{"physicalLocation": _location(one, prefix)}]
    return result


def _location(one: Diagnostic, prefix: str) -> dict[str, Json]:
    uri = quote(prefix + one.document, errors="surrogateescape")
    place: dict[str, Json] = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
    region = {"startLine": one.line, "startColumn": one.column}
    if one.line:
        place["region"] = {name: number for name, number in region.items() if number}
    return place
