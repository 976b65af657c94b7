"""The options that plan and apply share, and what they mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from publisher.gather.existing import Refresh
from publisher.model import Json

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What plan's options say."""

    ref: str
    worktree: bool
    no_refresh: bool
    full_refresh: bool
    only: tuple[str, ...]
    org: str | None
    adopt: bool | None
    overwrite: tuple[str, ...]

    @classmethod
    def default(cls) -> PlanOptions:
        """What holds when nothing is said."""
        return cls("HEAD", False, False, False, (), None, None, ())

    @property
    def refresh(self) -> Refresh:
        if self.no_refresh:
            return "none"
        return "full" if self.full_refresh else "auto"

    def as_json(self) -> dict[str, Json]:
        """What a saved plan keeps of them: all that decides what is planned."""
        given = {"only": list(self.only), "org": self.org, "adopt": self.adopt}
        return {**given, "overwrite": sorted(self.overwrite)}

    def approved(self, kept: Mapping[str, Json], commit: str | None) -> PlanOptions:
        """The options that a saved plan was made with, for the commit that it was made of."""
        return dataclasses.replace(
            self,
            ref=commit or self.ref,
            worktree=commit is None,
            only=tuple(kept.get("only", ())),
            org=kept.get("org"),
            adopt=kept.get("adopt"),
            overwrite=tuple(kept.get("overwrite", ())),
        )


_OPTIONS = (
    click.option("--ref", default="HEAD", metavar="REV", help="Plan this commit.  [default: HEAD]"),
    click.option(
        "--worktree", is_flag=True, help="Plan the files as they are, uncommitted ones too."
    ),
    click.option("--no-refresh", is_flag=True, help="Trust the state; do not ask IT Glue."),
    click.option("--full-refresh", is_flag=True, help="Read everything in IT Glue again."),
    click.option("--only", multiple=True, metavar="GLOB", help="Only these documents; repeatable."),
    click.option("--org", metavar="NAME", help="Only this organization."),
    click.option(
        "--adopt/--no-adopt",
        default=None,
        help="Take over an unmarked asset of the same title / create a second one beside it.",
    ),
    click.option(
        "--overwrite",
        multiple=True,
        metavar="KEY",
        help="Overwrite what was edited in IT Glue in this target; repeatable.",
    ),
)


def plan_options(function: F) -> F:
    """Add plan's options to a command."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def options_from(values: dict[str, Any]) -> PlanOptions:
    """Take plan's options out of a command's keyword arguments.

    Raises:
        click.UsageError: two of them contradict each other.
    """
    options = PlanOptions(**{name: values.pop(name) for name in PlanOptions.__dataclass_fields__})
    if options.no_refresh and options.full_refresh:
        raise click.UsageError("--no-refresh and --full-refresh contradict each other.")
    if options.worktree and options.ref != "HEAD":
        raise click.UsageError("--worktree and --ref contradict each other.")
    return options
