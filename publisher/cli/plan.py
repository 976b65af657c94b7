"""``publisher plan``."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.context import Context
from publisher.cli.failures import CHANGES, ERROR, OK, REFUSED, explained
from publisher.cli.open import opened
from publisher.cli.options import PlanOptions, options_from, plan_options
from publisher.cli.planning import plan_with, print_json, show, write_plan_file
from publisher.gather.wording import MOST, read_wordings
from publisher.plan import Plan
from publisher.plan.output import Wordings

if TYPE_CHECKING:
    from publisher.plan.markdown import Link


@click.command("plan")
@plan_options
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.option("--full", is_flag=True, help="Show every organization and every changed line.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the plan to a file too, for `publisher apply FILE`.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.pass_obj
def command(
    context: Context,
    /,
    form: str,
    full: bool,
    out: Path | None,
    detailed_exitcode: bool,
    **values: Any,
) -> None:
    """Show what apply would do, and why. Writes nothing in IT Glue.

    \b
    Examples:
      publisher plan
      publisher plan --ref origin/main --format json --out plan.json
      publisher plan --format markdown --out plan.json > plan.md
      publisher plan --only 'clients/acme/**' --full-refresh
      publisher plan --shard 2/4 --out plan.json
    """
    options = options_from(values)
    with explained():
        shown = asyncio.run(_plan(context, options, form, full=full))
        plan = shown.plan
        if out:
            write_plan_file(out, plan)
        if form == "json":
            print_json(plan.as_json())
        elif shown.link:
            from publisher.plan.markdown import as_markdown

            click.echo(as_markdown(plan, shown.wordings, link=shown.link), nl=False)
        else:
            show(plan, shown.wordings, full=full)
    raise SystemExit(exit_code(plan, detailed=detailed_exitcode))


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan, and what it takes to show it."""

    plan: Plan
    wordings: Wordings
    link: Link | None
    """To the documents, where Markdown is wanted."""


def exit_code(plan: Plan, *, detailed: bool) -> int:
    """Secrets refuse, errors fail, changes are 2 on request."""
    if any(found.code == "secret" for found in plan.errors):
        return REFUSED
    if plan.errors:
        return ERROR
    return CHANGES if detailed and plan.changes else OK


async def _plan(context: Context, options: PlanOptions, form: str, *, full: bool) -> Shown:
    async with opened(context, offline=options.no_refresh) as docs:
        session, planned = await plan_with(docs, options)
        most = len(planned.plan.actions) + len(planned.plan.drifts) if full else MOST
        wordings = (
            await read_wordings(session, planned, most=most) if form != "json" else Wordings()
        )
        if form != "markdown":
            return Shown(planned.plan, wordings, None)
        from publisher.cli.links import source_links

        link = source_links(docs.project.repository, planned.plan.commit)
        return Shown(planned.plan, wordings, link)
