"""The filters of the template language; each draws on a budget, weighed by what it works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2.runtime import Context
from jinja2.utils import pass_context

from publisher.model import Json
from publisher.variables import escape
from publisher.variables.errors import BadTemplate
from publisher.variables.missing import Missing, known

STEPS = 100_000
"""Turns of loops, and filters by their weight, in one copy of a document."""
BUDGET = "\ufdd4"
"""The name under which a template has its budget; no template can write it."""


@dataclass(slots=True)
class Budget:
    """What filling in one text may still cost, and what it kept."""

    steps: int = STEPS
    kept: list[Json] = field(default_factory=list)

    def spend(self, steps: int) -> None:
        """Raise BadTemplate when there is not that much left."""
        self.steps -= steps
        if self.steps < 0:
            fix = "Use shorter lists."
            raise BadTemplate("template-limit", "the template loops too often", fix)


def _of(context: Context) -> Budget:
    budget: Budget = context.parent[BUDGET]
    return budget


def _weighed(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def weighed(context: Context, value: Any, *given: Any) -> Any:
        weights = [_weight(known(each)) for each in (value, *given)]
        _of(context).spend(1 + sum(weights) // 10)
        return function(value, *given)

    return weighed


def _weight(value: Any) -> int:
    if isinstance(value, list | tuple):
        return len(value) + sum(len(each) for each in value if isinstance(each, str))
    return len(value) if isinstance(value, str) else 1


def _join(values: Any, by: str = ", ") -> str:
    if not isinstance(values, list | tuple) or len(values) * len(by) > STEPS:
        raise BadTemplate("bad-template", "only a short list can be joined")
    return by.join(map(escape.plain, values))


def _default(value: Any, other: Any = "", empty: bool = False) -> Any:
    return other if isinstance(value, Missing) or (empty and not value) else value


def _code(value: Any, margin: str | None = None) -> str:
    return escape.Verbatim(escape.code(value, margin))


def _markdown(value: Any) -> str:
    return escape.Verbatim(escape.plain(value))


@pass_context
def _counted(context: Context, items: Any) -> Iterator[Any]:
    """What a loop runs over."""
    if not isinstance(known(items), list | tuple):
        raise BadTemplate("bad-template", "only a list can be looped over")
    for item in items:
        _of(context).spend(1)
        yield item


@pass_context
def _kept(context: Context, value: Any) -> str:
    """Keep a value itself, rather than its text."""
    _of(context).kept.append(known(value))
    return ""


FILTERS: dict[str, Callable[..., Any]] = {
    "capitalize": _weighed(lambda value: escape.plain(value).capitalize()),
    "code": _weighed(_code),
    "counted": _counted,
    "default": _default,
    "first": _weighed(lambda value: value[0]),
    "join": _weighed(_join),
    "kept": _kept,
    "last": _weighed(lambda value: value[-1]),
    "length": _weighed(len),
    "lower": _weighed(lambda value: escape.plain(value).lower()),
    "markdown": _weighed(_markdown),
    "sort": _weighed(sorted),
    "title": _weighed(lambda value: escape.plain(value).title()),
    "trim": _weighed(lambda value: escape.plain(value)),
    "upper": _weighed(lambda value: escape.plain(value).upper()),
}
