"""Names that nothing defines: an error that says which, and what was meant perhaps."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, UndefinedError
from jinja2.utils import missing

from publisher.model import Json
from publisher.variables.errors import BadTemplate
from publisher.variables.names import ANYBODY, FOLDER, slug


class Missing(StrictUndefined):
    """A value that is not there; whatever is done with it, but for asking whether it is, fails."""

    def __init__(
        self, hint: Any = None, obj: Any = missing, name: Any = None, exc: Any = None
    ) -> None:
        super().__init__(hint, obj, name)
        self._undefined_exception = lambda message: NotDefined(str(name), obj)  # type: ignore[assignment]  # it is only ever called


class NotDefined(UndefinedError):
    """*name* was looked for in *among*, or among all variables."""

    def __init__(self, name: str, among: object) -> None:
        super().__init__(name)
        self.name, self.among = name, among


def known(value: Any) -> Any:
    """Return *value*, unless it is missing.

    Raises:
        NotDefined: it is.
    """
    if isinstance(value, Missing):
        str(value)
    return value


def not_defined(error: NotDefined, values: Mapping[str, Json], line: int | None) -> BadTemplate:
    """The error for the user."""
    among, prefix = values, ""
    if error.among is not missing:
        owner = next((name for name, value in values.items() if value is error.among), "")
        prefix = f"{owner}." if owner else ""
        among = error.among if isinstance(error.among, Mapping) else {}
    near = difflib.get_close_matches(error.name, [name for name in among if name.isascii()], 1)
    organization = values["org"]
    fix = f"Did you mean {prefix}{near[0]}?" if near else _cure(prefix + error.name, organization)
    who = "any organization" if organization["id"] == ANYBODY else organization["name"]
    problem = f"`{prefix}{error.name}` is not defined for {who}"
    return BadTemplate("undefined-variable", problem, fix, line=line)


def _cure(name: str, organization: Mapping[str, str]) -> str:
    if name == "org.short_name":
        return "Give it a short name in IT Glue, or write {{ org.short_name | default(org.name) }}."
    file = "ORGANIZATION" if organization["id"] == ANYBODY else slug(organization["name"])
    return f"Define it in {FOLDER}/{file}.yaml, or in `vars` in the frontmatter."
