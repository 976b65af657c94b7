"""Templates without an account: filled in for a stand-in, since nobody knows the organizations.

The stand-in has the values of all ``vars`` files together, so what is found is wrong for every
organization: a template that cannot be read, a variable that nobody defines, a link, a trait. What
one organization lacks, the plan says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from publisher.check.material import Look
from publisher.check.secrets import text_findings
from publisher.model import Diagnostic, Document, Json, Organization
from publisher.source.documents import Parsed
from publisher.source.tree import Tree
from publisher.variables import BadTemplate, Copy, Override, Values, fill_in, overrides, read_values
from publisher.variables.names import ANYBODY, FOLDER, SUFFIXES

STAND_IN = Organization(ANYBODY, "Example Organization", "EXAMPLE")


@dataclass(slots=True)
class Filled:
    """What became of the templates among the candidates."""

    parsed: tuple[Parsed, ...]
    """All candidates: templates filled in, overrides set aside."""
    copies: dict[str, Copy] = field(default_factory=dict)
    """By path."""
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def placed(self, found: Diagnostic) -> Diagnostic:
        """A finding in a copy -> where it stands in the files."""
        copy = self.copies.get(found.document)
        return copy.placed(found) if copy else found


def fill_in_all(tree: Tree, parsed: tuple[Parsed, ...], scanner: Look | None = None) -> Filled:
    """Fill in every template of *parsed*, and try its overrides; *scanner* looks for secrets."""
    templates = {one.path: one.document for one in parsed if one.document and one.document.template}
    if not templates:
        return Filled(parsed)
    candidates = {one.path for one in parsed}
    beside = {p: base for p, (base, _) in overrides(candidates).items() if base in templates}
    filled = Filled(parsed)
    values = Values("", dict(_values(tree, filled.diagnostics, scanner)))
    for path, document in templates.items():
        _try(filled, path, document, values)
    for path, raw in tree.read(sorted(beside)):
        _try(filled, path, templates[beside[path]], values, raw)
    filled.parsed = tuple(_filled(one, filled.copies, beside) for one in parsed)
    return filled


def _filled(one: Parsed, copies: Mapping[str, Copy], beside: Mapping[str, str]) -> Parsed:
    if one.path in beside:
        return Parsed(one.path, None, (), f"an override of {beside[one.path]}")
    copy = copies.get(one.path)
    return replace(one, document=copy.document) if copy else one


def _try(
    filled: Filled, path: str, document: Document, values: Values, raw: bytes | None = None
) -> None:
    try:
        override = None if raw is None else Override.read(path, raw)
        copy = fill_in(document, STAND_IN, values, override)
    except BadTemplate as wrong:
        filled.diagnostics.append(_problem(wrong, path))
    else:
        if override is None:
            filled.copies[path] = copy


def _values(
    tree: Tree, found: list[Diagnostic], scanner: Look | None
) -> Iterator[tuple[str, Json]]:
    """The values of all organizations; what is wrong with the files is noted."""
    for path, raw in tree.read(_files(tree.entries)):
        found += text_findings(path, raw, scanner)
        try:
            yield from read_values(path, raw).values.items()
        except BadTemplate as wrong:
            found.append(_problem(wrong, path))


def _files(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if path.startswith(f"{FOLDER}/") and path.endswith(SUFFIXES)]


def _problem(wrong: BadTemplate, path: str) -> Diagnostic:
    where = wrong.path or path
    return Diagnostic(where, wrong.line, None, wrong.code, "error", wrong.problem, wrong.fix)
