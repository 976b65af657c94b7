"""Passwords, keys and tokens in documents, their frontmatter and the texts that they take along.

Rules of this field, since general scanners find no password in a table or a prose line, which is
where a runbook has them; one of those can look beside them. A finding never holds the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from publisher.check.material import Look, Material, finding
from publisher.check.secrets.scan import UNREASONED, Finding, scan
from publisher.config import Config
from publisher.model import Diagnostic, Document
from publisher.source.frontmatter import decode
from publisher.source.strictyaml import Malformed

_FIX = (
    "Store it as an IT Glue password and link to that; change it, too: Git keeps what it has seen."
    " If it is none: <!-- publisher: allow-secret REASON -->"
)


def secrets(material: Material) -> Iterator[Diagnostic]:
    """Errors: everybody who can read the document or the repository could read the secret."""
    for document in material.documents:
        raw = material.raw.get(document.path, b"")
        names = [*password_names(document)]
        for found in _scanned(document.path, raw, material.scanner, names):
            if found.kind == UNREASONED:
                message = "allow-secret without a reason allows nothing"
                fix = "Write <!-- publisher: allow-secret REASON -->."
                yield finding(document, found.line, "allow-without-reason", "warning", message, fix)
            else:
                message = f"this seems to hold {found.kind}"
                yield finding(document, found.line, "secret", "error", message, _FIX)
    yield from _in_files(material)


def text_findings(path: str, raw: bytes, also: Look | None = None) -> Iterator[Diagnostic]:
    """Errors in a text that belongs to no document alone."""
    for found in _scanned(path, raw, also):
        if found.kind != UNREASONED:
            message = f"this seems to hold {found.kind}"
            yield Diagnostic(path, found.line, None, "secret", "error", message, _FIX)


def scanner_of(config: Config) -> Look | None:
    """What is to look for secrets beside our own rules.

    Raises:
        BadConfig: it is not installed.
    """
    if config.secrets.scanner == "own":
        return None
    from publisher.check.secrets import kingfisher

    kingfisher.require()
    return kingfisher.look


def _in_files(material: Material) -> Iterator[Diagnostic]:
    """Findings in files count against the documents that take them along."""
    also = material.scanner
    scanned = {path: _scanned(path, raw, also) for path, raw in material.contents.items()}
    for use in material.uses:
        for found in scanned.get(use.path, ()):
            if found.kind != UNREASONED:
                message = f"line {found.line} of {use.path} seems to hold {found.kind}"
                yield finding(use.document, use.line, "secret", "error", message, _FIX)


def password_names(document: Document) -> Iterator[tuple[int, str]]:
    """Where frontmatter names an IT Glue password, as it should: ``{password: NAME}``.

    Yields (line, name), for tags in ``traits`` and for ``related`` items.
    """
    places = {f"traits.{key}": value for key, value in document.traits.items()}
    places["related"] = list(document.related)
    for place, value in places.items():
        names = [
            item["password"].strip()
            for item in (value if isinstance(value, list) else [value])
            if isinstance(item, dict) and [*item] == ["password"]
            if isinstance(item["password"], str)
        ]
        lines = [line for key, line in document.lines.items() if f"{key}.".startswith(f"{place}.")]
        for name in filter(None, names):
            # Inside braces nothing has a line of its own; a list may go on for some lines.
            yield from ((line, name) for line in range(min(lines), max(lines) + 2))


def _scanned(
    path: str, raw: bytes, also: Look | None, names: Iterable[tuple[int, str]] = ()
) -> list[Finding]:
    try:
        text = decode(raw)
    except Malformed:  # another encoding: ASCII, which is what the rules look for, survives
        text = raw.decode(
            "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace"
        )
    text = _without(text, names)
    is_table = PurePosixPath(path).suffix.casefold() in (".csv", ".tsv")
    return scan(text, is_table=is_table, also=also)


def _without(text: str, names: Iterable[tuple[int, str]]) -> str:
    """*text* without the names of passwords, each where ``password:`` says it and nowhere else."""
    lines = text.split("\n")
    for number, name in names:
        if number <= len(lines):
            said = rf"(\bpassword[\"']?\s*:\s*[\"']?){re.escape(name)}(?=[\"']?\s*(?:[,}}\]#]|$))"
            lines[number - 1] = re.sub(said, r"\1", lines[number - 1], count=1)
    return "\n".join(lines)
