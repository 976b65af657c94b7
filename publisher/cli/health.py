"""``publisher health``."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from publisher.cli.connect import Choice, chosen, connected
from publisher.cli.context import Context
from publisher.cli.failures import ERROR, OK, UNREACHABLE, explain
from publisher.cli.key import key_facts
from publisher.cli.planning import print_json
from publisher.errors import NoKey
from publisher.itglue import Health

CODES = {"ok": OK, "bad-key": ERROR, "no-key": ERROR, "out-of-reach": UNREACHABLE}


@click.command("health")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(context: Context, /, form: str) -> None:
    """Say whether the instance is reachable, the key valid, and how much budget is left.

    Exits 0 if all is well, 1 for a missing or wrong key, 5 if IT Glue is out of reach.

    \b
    Examples:
      publisher health
      publisher --instance production health --format json
    """
    choice = chosen(context)
    try:
        health = asyncio.run(_examined(context))
    except NoKey as error:
        report = _report(choice, None, "no-key", explain(error))
    else:
        problem = explain(health.error) if health.error else None
        report = _report(choice, health, health.status, problem)
    if form == "json":
        print_json(report)
    else:
        _show(report)
    if report["error"]:
        click.echo(click.style("Error: ", fg="red") + report["error"], err=True)
    raise SystemExit(CODES[report["status"]])


async def _examined(context: Context) -> Health:
    async with connected(context) as itglue:
        return await itglue.health()


def _report(
    choice: Choice, health: Health | None, status: str, problem: str | None
) -> dict[str, Any]:
    return {
        "format_version": 1,
        "instance": choice.name,
        "base_url": choice.base_url,
        "status": status,
        "reachable": None if health is None else health.status != "out-of-reach",
        "key": {"valid": health.key_valid if health else False, **key_facts(choice.name)},
        "latency_ms": round(health.latency * 1000, 1) if health else None,
        "budget": health.budget if health else None,
        "budget_left": health.budget_left if health else None,
        "breaker": health.breaker if health else None,
        "error": problem,
    }


def _show(report: dict[str, Any]) -> None:
    key = report["key"]
    valid = {True: "valid", False: "missing or refused", None: "not known"}[key["valid"]]
    origin = f" (from the {key['origin']})" if key["origin"] else ""
    click.echo(f"Instance   {report['instance']}  {report['base_url']}")
    click.echo(f"Status     {report['status']}")
    click.echo(f"Key        {valid}{origin}")
    if report["latency_ms"] is not None:
        click.echo(f"Latency    {report['latency_ms']} ms")
        click.echo(f"Budget     {report['budget_left']} of {report['budget']} requests left")
        click.echo(f"Breaker    {report['breaker']}")
