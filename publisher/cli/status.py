"""``publisher status``."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Any

import click

from publisher.cli.context import Context
from publisher.cli.failures import explained
from publisher.cli.open import Opened, opened
from publisher.cli.options import PlanOptions
from publisher.cli.planning import plan_with, print_json
from publisher.cli.words import quantity
from publisher.gather.reviews import overdue_reviews
from publisher.gather.session import Planned
from publisher.plan.output import verdict
from publisher.targets import Run


@dataclass(frozen=True, slots=True)
class Status:
    """How a docs repository stands against its instance."""

    planned: Planned
    runs: list[Run]
    overdue: list[tuple[str, str]]
    """(document, ISO date of its review)."""
    pending: list[str]
    """Keys of creates with an unknown outcome."""

    def as_json(self) -> dict[str, Any]:
        plan = self.planned.plan
        return {
            "format_version": 1,
            "instance": plan.instance,
            "base_url": plan.base_url,
            "commit": plan.commit,
            "documents": _documents(self.planned),
            "targets": len(self.planned.corpus.desired),
            "summary": plan.summary,
            "drift": [drift.as_json() for drift in plan.drifts],
            "pending": self.pending,
            "overdue_reviews": [
                {"document": document, "review_by": date} for document, date in self.overdue
            ],
            "last_publish": _last(self.runs),
        }


@click.command("status")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--ref", default="HEAD", metavar="REV", help="At this commit.  [default: HEAD]")
@click.option("--no-refresh", is_flag=True, help="Trust the state; do not ask IT Glue.")
@click.pass_obj
def command(context: Context, /, form: str, ref: str, no_refresh: bool) -> None:
    """Show documents, targets, drift, pending work, the last publish and overdue reviews.

    \b
    Examples:
      publisher status
      publisher --instance production status --format json
    """
    options = PlanOptions(ref, False, no_refresh, False, (), None, None, ())
    with explained():
        status = asyncio.run(_status(context, options))
        if form == "json":
            print_json(status.as_json())
        else:
            _show(status)


async def _status(context: Context, options: PlanOptions) -> Status:
    async with opened(context) as docs:
        _, planned = await plan_with(docs, options)
        pending = sorted({key for key, _ in docs.store.intents()})
        return Status(planned, docs.store.runs(5), _overdue(docs, planned), pending)


def _overdue(docs: Opened, planned: Planned) -> list[tuple[str, str]]:
    today = dt.datetime.now(dt.UTC).date()
    return overdue_reviews(planned.corpus, docs.store.records(), today)


def _documents(planned: Planned) -> int:
    return len({desired.document for desired in planned.corpus.desired.values()})


def _last(runs: list[Run]) -> dict[str, Any] | None:
    if not runs:
        return None
    run = runs[0]
    return {
        "at": dt.datetime.fromtimestamp(run.started, dt.UTC).isoformat(timespec="seconds"),
        "commit": run.commit,
        "applied": run.applied,
        "failed": run.failed,
        "requests": run.requests,
        "seconds": round(run.seconds, 3),
    }


def _show(status: Status) -> None:
    plan, last = status.planned.plan, _last(status.runs)
    commit = plan.commit[:10] if plan.commit else "the work tree"
    click.echo(f"Instance   {plan.instance}  {plan.base_url}")
    targets = quantity(len(status.planned.corpus.desired), "target")
    click.echo(f"Documents  {_documents(status.planned)}, for {targets}, at {commit}")
    if last:
        failed = f", {last['failed']} failed" if last["failed"] else ""
        click.echo(f"Published  {last['at']}: {quantity(last['applied'], 'change')}{failed}")
    else:
        click.echo("Published  never")
    click.echo(f"Now        {verdict(plan)}")
    for drift in plan.drifts:
        click.echo(f"Drift      {drift.document}: {'; '.join(drift.what)}  {drift.url}")
    for key in status.pending:
        click.echo(f"Pending    {key}: was it created? The next apply finds out.")
    for document, date in status.overdue:
        click.echo(f"Overdue    {document}: its review was due on {date}")
