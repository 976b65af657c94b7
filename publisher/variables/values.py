"""``vars/ORG.yaml``, and ``vars`` in frontmatter: the values that a template is filled in with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from publisher.model import Json, Organization
from publisher.variables.errors import BadTemplate

RESERVED = frozenset({"org", "loop", "true", "false", "none", "True", "False", "None"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LARGEST = 100_000
"""Characters; far beyond what anybody writes by hand."""


@dataclass(frozen=True, slots=True)
class Values:
    """What one file says of an organization."""

    path: str
    values: Mapping[str, Json] = field(default_factory=dict)


def read_values(path: str, raw: bytes) -> Values:
    """Read a ``vars/ORG.yaml``.

    Raises:
        BadTemplate: it is no YAML mapping of names to values; the line is the file's.
    """
    from publisher.source.frontmatter import decode  # late: most plans parse nothing
    from publisher.source.strictyaml import Malformed, load

    try:
        text = decode(raw)
        if len(text) > _LARGEST:
            raise Malformed("bad-yaml", f"the file is longer than {_LARGEST} characters", 1, 1)
        values, lines = load(text, first_line=1) if text.strip() else ({}, {})
    except Malformed as error:
        raise BadTemplate(
            "bad-vars", error.problem, error.fix, line=error.line, path=path
        ) from None
    check_names(values, lines, path)
    return Values(path, values)


def check_names(values: Mapping[str, Json], lines: Mapping[str, int], path: str | None) -> None:
    """Check that every value can be named in a template.

    Raises:
        BadTemplate: one cannot.
    """
    for name in values:
        if name in RESERVED or not _NAME.fullmatch(name):
            problem = f"`{name}` cannot be the name of a variable"
            fix = "A name has letters, digits and underscores, and is not `org`."
            raise BadTemplate("bad-vars", problem, fix, line=lines.get(name), path=path)


def scope(organization: Organization, *layers: Mapping[str, Json]) -> dict[str, Json]:
    """All that a template can name; of *layers* the later wins."""
    org = {"name": organization.name, "id": organization.id}
    if organization.short_name:
        org["short_name"] = organization.short_name
    merged: dict[str, Json] = {}
    for layer in layers:
        merged.update(layer)
    return {**merged, "org": org}
