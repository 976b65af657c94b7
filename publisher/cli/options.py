"""The options that plan and apply share, and what they mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from publisher.errors import BadConfig, StalePlan
from publisher.gather.existing import Refresh
from publisher.gather.shard import Shard
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
    shard: Shard | None = None

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
        shard = str(self.shard) if self.shard else None
        return {**given, "overwrite": sorted(self.overwrite), "shard": shard}

    def approved(self, kept: Mapping[str, Json], commit: str | None) -> PlanOptions:
        """The options that a saved plan was made with, for the commit that it was made of.

        Of a plan of everything, one shard alone may be carried out.

        Raises:
            StalePlan: it is the plan of another shard.
            BadConfig: it names a shard that there cannot be.
        """
        try:
            shard = Shard.parse(str(kept["shard"])) if kept.get("shard") else None
        except ValueError as wrong:
            raise BadConfig("the plan file's options", str(wrong)) from None
        if shard and self.shard not in (None, shard):
            raise StalePlan([f"it was made for shard {shard}, this is shard {self.shard}"])
        return dataclasses.replace(
            self,
            ref=commit or self.ref,
            worktree=commit is None,
            only=tuple(kept.get("only", ())),
            org=kept.get("org"),
            adopt=kept.get("adopt"),
            overwrite=tuple(kept.get("overwrite", ())),
            shard=shard or self.shard,
        )


def _shard(_: click.Context, __: click.Parameter, text: str | None) -> Shard | None:
    try:
        return Shard.parse(text) if text is not None else None
    except ValueError as wrong:
        raise click.BadParameter(f"{wrong}. The second of four is --shard 2/4.") from None


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
        "--shard",
        callback=_shard,
        metavar="N/M",
        help="Only the N-th of M parts of the organizations, for several runners.",
    ),
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
