"""``publisher plan``."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from publisher.cli.context import Context
from publisher.cli.failures import CHANGES, ERROR, OK, REFUSED, explained
from publisher.cli.open import opened
from publisher.cli.options import PlanOptions, options_from, plan_options
from publisher.cli.planning import plan_with, print_json, show
from publisher.plan import Plan


@click.command("plan")
@plan_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the plan to a file too, for `publisher apply FILE`.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.pass_obj
def command(
    context: Context, /, form: str, out: Path | None, detailed_exitcode: bool, **values: Any
) -> None:
    """Show what apply would do, and why. Writes nothing in IT Glue.

    \b
    Examples:
      publisher plan
      publisher plan --ref origin/main --format json --out plan.json
      publisher plan --only 'clients/acme/**' --full-refresh
    """
    options = options_from(values)
    with explained():
        plan = asyncio.run(_plan(context, options))
        if out:
            out.write_text(json.dumps(plan.as_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
        if form == "json":
            print_json(plan.as_json())
        else:
            show(plan)
    raise SystemExit(exit_code(plan, detailed=detailed_exitcode))


def exit_code(plan: Plan, *, detailed: bool) -> int:
    """Secrets refuse, errors fail, changes are 2 on request."""
    if any(found.code == "secret" for found in plan.errors):
        return REFUSED
    if plan.errors:
        return ERROR
    return CHANGES if detailed and plan.changes else OK


async def _plan(context: Context, options: PlanOptions) -> Plan:
    async with opened(context) as docs:
        _, planned = await plan_with(docs, options)
        return planned.plan
