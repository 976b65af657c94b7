"""Passwords, keys and tokens in documents, their frontmatter and the texts that they take along.

Rules of this field, since general scanners find no password in a table or a prose line, which is
where a runbook has them. A finding never holds the value.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from publisher.check.material import Material, finding
from publisher.check.secrets.scan import UNREASONED, Finding, scan
from publisher.model import Diagnostic
from publisher.source.frontmatter import decode
from publisher.source.strictyaml import Malformed

_FIX = (
    "Store it as an IT Glue password and link to that; change it, too: Git keeps what it has seen."
    " If it is none: <!-- publisher: allow-secret REASON -->"
)


def secrets(material: Material) -> Iterator[Diagnostic]:
    """Errors: everybody who can read the document or the repository could read the secret."""
    for document in material.documents:
        for found in _scanned(document.path, material.raw.get(document.path, b"")):
            if found.kind == UNREASONED:
                message = "allow-secret without a reason allows nothing"
                fix = "Write <!-- publisher: allow-secret REASON -->."
                yield finding(document, found.line, "allow-without-reason", "warning", message, fix)
            else:
                message = f"this seems to hold {found.kind}"
                yield finding(document, found.line, "secret", "error", message, _FIX)
    yield from _in_files(material)


def _in_files(material: Material) -> Iterator[Diagnostic]:
    """Findings in files count against the documents that take them along."""
    scanned = {path: _scanned(path, raw) for path, raw in material.contents.items()}
    for use in material.uses:
        for found in scanned.get(use.path, ()):
            if found.kind != UNREASONED:
                message = f"line {found.line} of {use.path} seems to hold {found.kind}"
                yield finding(use.document, use.line, "secret", "error", message, _FIX)


def _scanned(path: str, raw: bytes) -> list[Finding]:
    try:
        text = decode(raw)
    except Malformed:  # another encoding: ASCII, which is what the rules look for, survives
        text = raw.decode(
            "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace"
        )
    is_table = PurePosixPath(path).suffix.casefold() in (".csv", ".tsv")
    return scan(text, is_table=is_table)
