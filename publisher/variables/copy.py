"""A template and an organization -> the document as that organization gets it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.model import Diagnostic, Document, Json, Organization
from publisher.variables.blocks import Line, lines_of, overridden
from publisher.variables.code import ALONE, shield, unshield
from publisher.variables.errors import BadTemplate
from publisher.variables.marks import MARK, MARK_END
from publisher.variables.values import Values, check_names, scope

if TYPE_CHECKING:
    from publisher.source.frontmatter import Text

_MARKED = re.compile(f"{MARK}(\\d+){MARK_END}$")
_LEFT_BEHIND = re.compile(f"{ALONE}(?:{MARK}\\d+{MARK_END}\n|$)")
_OVERRIDDEN = frozenset({"title", "traits", "vars"})
"""What an override's frontmatter may set."""


@dataclass(frozen=True, slots=True)
class Override:
    """``NAME.ORG.md``, taken apart."""

    path: str
    text: Text

    @classmethod
    def read(cls, path: str, raw: bytes) -> Override:
        """Read the file.

        Raises:
            BadTemplate: it cannot be read, or its frontmatter sets what it may not.
        """
        from publisher.source.frontmatter import read  # late: most plans parse nothing
        from publisher.source.strictyaml import Malformed

        try:
            text = read(raw)
        except Malformed as error:
            raise BadTemplate(
                error.code, error.problem, error.fix, line=error.line, path=path
            ) from None
        for key in text.values:
            if key not in _OVERRIDDEN:
                fix = "It may set title, traits and vars; all else is the document's."
                line = text.lines.get(key)
                problem = f"an override has no `{key}`"
                raise BadTemplate("bad-override", problem, fix, line=line, path=path)
        return cls(path, text)

    def group(self, name: str) -> dict[str, Json]:
        """The mapping that the frontmatter has under *name*.

        Raises:
            BadTemplate: it is something else.
        """
        value = self.text.values.get(name) or {}
        if not isinstance(value, dict):
            problem = f"`{name}` must be a mapping"
            line = self.text.lines.get(name)
            raise BadTemplate("bad-override", problem, line=line, path=self.path)
        return value


@dataclass(frozen=True, slots=True)
class Copy:
    """A document as one organization gets it, or several if it is no template."""

    document: Document
    organizations: tuple[Organization, ...]
    places: tuple[tuple[str, int], ...] = ()
    """File and line of each line of the body; empty where nothing has moved."""

    def placed(self, found: Diagnostic) -> Diagnostic:
        """*found* in this copy -> where it stands in the files."""
        number = (found.line or 0) - self.document.body_line
        if not self.places or not 0 <= number < len(self.places):
            return found
        path, line = self.places[number]
        return replace(found, document=path, line=line)


def fill_in(
    document: Document,
    organization: Organization,
    values: Values | None = None,
    override: Override | None = None,
) -> Copy:
    """Fill in *document* for one organization.

    Raises:
        BadTemplate: with the file and line.
    """
    check_names(document.vars, _below(document.lines, "vars"), None)
    own: dict[str, Json] = {}
    if override:
        own = override.group("vars")
        check_names(own, _below(override.text.lines, "vars"), override.path)
    known = scope(organization, document.vars, values.values if values else {}, own)
    lines = lines_of(document.body, document.path, document.body_line)
    if override:
        text = override.text
        lines = overridden(lines, lines_of(text.body, override.path, text.body_line))
    body, places = _body(lines, known)
    title, traits = _front(document, override, known)
    filled = replace(document, title=title, traits=traits, body=body)
    return Copy(filled, (organization,), places)


def _below(lines: Mapping[str, int], key: str) -> dict[str, int]:
    """The lines of the keys of one mapping in the frontmatter."""
    prefix = f"{key}."
    return {
        name.removeprefix(prefix): line for name, line in lines.items() if name.startswith(prefix)
    }


def _body(
    lines: Sequence[Line], known: Mapping[str, Json]
) -> tuple[str, tuple[tuple[str, int], ...]]:
    try:
        from publisher.variables.language import expand  # late: most documents are no templates

        filled = unshield(expand(shield([line.text for line in lines]), known, "markdown"))
    except BadTemplate as error:
        if error.line and error.line <= len(lines):
            there = lines[error.line - 1]
            error.line, error.path = there.number, there.path
        raise
    texts: list[str] = []
    sources: list[int] = []
    for text in _LEFT_BEHIND.sub("", filled).split("\n"):
        mark = _MARKED.search(text)
        texts.append(text[: mark.start()] if mark else text)
        sources.append(int(mark[1]) if mark else 0)
    following = len(lines)
    for at in range(len(sources) - 1, -1, -1):  # what a value brought along stands where it does
        following = sources[at] = sources[at] or following
    return "\n".join(texts), tuple((lines[n - 1].path, lines[n - 1].number) for n in sources)


def _front(
    document: Document, override: Override | None, known: Mapping[str, Json]
) -> tuple[str | None, dict[str, Json]]:
    title = override.text.values.get("title") if override else None
    traits = {**document.traits, **(override.group("traits") if override else {})}
    lines = document.lines

    def at(key: str) -> int | None:
        return lines.get(key) or lines.get(key.partition(".")[0])

    filled = {name: _filled(value, known, at(f"traits.{name}")) for name, value in traits.items()}
    titled = _filled(title or document.title, known, at("title"))
    return (None if titled is None else " ".join(str(titled).split())), filled


def _filled(value: Json, known: Mapping[str, Json], line: int | None) -> Json:
    """A value of the frontmatter, with the texts in it filled in."""
    if isinstance(value, dict):
        return {key: _filled(each, known, line) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, known, line) for each in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    try:
        from publisher.variables.language import value_of

        return value_of(value, known)
    except BadTemplate as error:
        error.line = line
        raise
