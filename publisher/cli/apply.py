"""``publisher apply``."""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from publisher.apply.lease import leased
from publisher.apply.publish import publish
from publisher.apply.result import OPEN, Result
from publisher.cli.asking import agreed
from publisher.cli.context import Context
from publisher.cli.failures import OK, PARTLY, explain, explained
from publisher.cli.failures import exit_code as exit_code_of
from publisher.cli.open import Opened, opened
from publisher.cli.options import PlanOptions, options_from, plan_options
from publisher.cli.planning import (
    organizations_of,
    plan_with,
    print_json,
    read_plan_file,
    show,
)
from publisher.cli.progress import progress_for
from publisher.cli.signals import handled
from publisher.cli.words import quantity
from publisher.errors import Interrupted, InvalidDocuments
from publisher.gather.session import Planned, Session
from publisher.gather.wording import read_wordings
from publisher.plan import Plan
from publisher.plan.approve import approve
from publisher.plan.safety import CHECKS, first_refusal, refusals


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What apply's own options say."""

    plan_file: Path | None
    yes: bool
    skip_invalid: bool
    force: tuple[str, ...]
    json: bool


def _forced(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """The checks by their names; as settings they are spelt with underscores."""
    checks = tuple(name.replace("_", "-") for name in names)
    for unknown in sorted({*checks}.difference(CHECKS)):
        raise click.BadParameter(f"{unknown!r} is not one of {', '.join(CHECKS)}.")
    return checks


@click.command("apply")
@click.argument(
    "planfile", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@plan_options
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--skip-invalid", is_flag=True, help="Publish the others if documents have errors.")
@click.option(
    "--force",
    multiple=True,
    callback=_forced,
    metavar="CHECK",
    help=f"Override one safety check: {', '.join(CHECKS)}; repeatable.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    context: Context,
    /,
    planfile: Path | None,
    yes: bool,
    skip_invalid: bool,
    force: tuple[str, ...],
    form: str,
    **values: Any,
) -> None:
    """Carry a plan out. Without PLANFILE it plans first, shows the plan and asks.

    \b
    Examples:
      publisher apply
      publisher apply --yes --only 'sops/**'
      publisher apply plan.json
      publisher apply --yes --shard 2/4
    """
    options = options_from(values)
    own = ApplyOptions(planfile, yes, skip_invalid, force, form == "json")
    with explained(Result(unchanged=0).as_json()):
        result = asyncio.run(run(context, options, own))
    if result is None and own.json:
        print_json(Result(unchanged=0).as_json())
    if result is not None:
        report(result, as_json=own.json)
        raise SystemExit(exit_code(result))


async def run(context: Context, options: PlanOptions, own: ApplyOptions) -> Result | None:
    """Plan, check, ask and apply; None when the user says no.

    Raises:
        PublisherError: refused or failed before the first write.
    """
    with handled() as signals:
        async with opened(context) as docs:
            reviewed = None
            if own.plan_file:
                reviewed = read_plan_file(own.plan_file)
                options = options.approved(reviewed.options, reviewed.commit)
            organizations = await organizations_of(docs, options)
            async with leased(docs.store, docs.instance, organizations):
                session, planned = await _planned(docs, options)
                if reviewed:
                    approve(planned.plan, reviewed)
                elif not own.json and not (context.verbosity < 0 and own.yes):
                    show(planned.plan, None if own.yes else await read_wordings(session, planned))
                _check(docs, session.policy, planned.plan, own)
                if planned.plan.changes and not reviewed and not own.yes:
                    with signals.asking():
                        if not agreed("Apply this plan?", err=own.json):
                            return None
                budget = docs.settings.budget
                shown = progress_for(context, own.json, docs.itglue, budget)
                with signals.stopping() as stop, shown as progress:
                    return await publish(session, planned, progress=progress, stop=stop)


async def _planned(docs: Opened, options: PlanOptions) -> tuple[Session, Planned]:
    """Plan; what the state does not know may be there all the same, if the state was lost or is
    old, so before something is created IT Glue is asked even under ``--no-refresh``."""
    session, planned = await plan_with(docs, options)
    if options.no_refresh and any(a.verb == "create" for a in planned.plan.actions):
        return await plan_with(docs, dataclasses.replace(options, no_refresh=False))
    return session, planned


def _check(docs: Opened, policy: Any, plan: Plan, own: ApplyOptions) -> None:
    """All that can refuse, before the first write."""
    secrets = [found for found in plan.errors if found.code == "secret"]
    if secrets or (plan.errors and not own.skip_invalid):
        raise InvalidDocuments(secrets or plan.errors)
    publish_ = docs.project.config.publish
    refused = refusals(
        plan,
        policy,
        max_deletes=publish_.max_deletes,
        max_change_percent=publish_.max_change_percent,
        former_base_url=docs.store.meta("base_url"),
    )
    refusal = first_refusal(refused, own.force)
    if refusal:
        raise refusal


def report(result: Result, *, as_json: bool) -> None:
    """Say what was done, and what was not."""
    if as_json:
        print_json(result.as_json())
    else:
        seconds = f"{quantity(result.requests, 'request')}, {result.seconds:.1f} s"
        click.echo(f"Applied {len(result.applied)} of {_total(result)} changes ({seconds}).")
    for failed in sorted(result.failed, key=lambda f: f.action.order):
        problem = f"{failed.action.document} ({failed.action.key}): {explain(failed.error)}"
        click.echo(click.style("Failed: ", fg="red") + problem, err=True)
    for held in result.held:
        problem = f"{held.document} ({held.key}): {'; '.join(held.reasons)}"
        click.echo(click.style("Held back: ", fg="magenta") + problem, err=True)
    for pending in result.pending:
        problem = f"{pending.document} ({pending.key}): {OPEN}, for {pending.seconds:.0f} s more"
        click.echo(click.style("Pending: ", fg="magenta") + problem, err=True)
    for kept in result.replaced:
        what = f"{kept.document}: {kept.trait} as IT Glue had it: {kept.file}"
        click.echo(click.style("Kept: ", fg="cyan") + what, err=True)
    for warning in sorted(result.warnings):
        click.echo(click.style("Warning: ", fg="yellow") + warning, err=True)
    if result.stopped:
        stopped = result.stopped
        if isinstance(stopped, Interrupted):
            stopped = Interrupted(result.left)
        click.echo(click.style("Stopped: ", fg="red") + explain(stopped), err=True)


def _total(result: Result) -> int:
    return len(result.applied) + len(result.failed) + result.left


def exit_code(result: Result) -> int:
    """0 when all was done, 4 when a part was, or what stopped the run."""
    if result.stopped:
        code = exit_code_of(result.stopped)
        written = result.applied or result.requests  # 1 is for what came before the first write
        return PARTLY if code == 1 and written else code
    return PARTLY if result.failed or result.held or result.pending else OK
