"""``publisher state``: looks after what was last published."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Sequence

import click

from publisher.apply.lease import died, leased
from publisher.apply.rebuild import Found, find
from publisher.cli.asking import agreed
from publisher.cli.context import Context
from publisher.cli.failures import explained
from publisher.cli.open import OpenedState, opened, opened_state
from publisher.cli.options import PlanOptions
from publisher.cli.planning import print_json, session_with
from publisher.cli.stateview import as_json, as_text, extent, when
from publisher.errors import BadConfig
from publisher.plan.model import called

_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
_YES = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


@click.group()
def command() -> None:
    """Look after the state: what was last published, what is under way, who works on it.

    \b
    Example:
      publisher state show
    """


@command.command()
@_FORMAT
@click.pass_obj
def show(context: Context, form: str) -> None:
    """Show targets, creates under way, the lease, scans and runs: ids, hashes and times.

    \b
    Example:
      publisher state show --format json
    """
    with explained(), opened_state(context) as docs:
        if form == "json":
            print_json(as_json(docs))
        else:
            click.echo("\n".join(as_text(docs)))


@command.command()
@_YES
@_FORMAT
@click.pass_obj
def rebuild(context: Context, yes: bool, form: str) -> None:
    """Find all targets again by the markers in IT Glue, and know these alone.

    Reads all assets of all types, and writes nothing in IT Glue. Creates whose outcome is unknown
    stay open.

    \b
    Example:
      publisher state rebuild --yes
    """
    with explained():
        found = asyncio.run(_rebuild(context, yes=yes, quiet=form == "json"))
        if found and form == "json":
            print_json(found.as_json())


@command.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.pass_obj
def forget(context: Context, keys: tuple[str, ...]) -> None:
    """Forget targets. Their assets stay, and the next plan finds them by their markers.

    \b
    Example:
      publisher state forget 7f0c9a52@4711
    """
    with explained(), opened_state(context) as docs:
        asyncio.run(_forget(docs, keys))


@command.command()
@_YES
@click.pass_obj
def unlock(context: Context, yes: bool) -> None:
    """Break the leases of runs that are no more. Asks first, and says whose they are.

    \b
    Example:
      publisher state unlock
    """
    with explained(), opened_state(context) as docs:
        leases = [held for held in docs.store.leases() if held.expires > docs.store.now()]
        if not leases:
            click.echo(f"Instance {docs.instance} is not locked.")
        for held in leases:
            over = "; that process has died" if died(held) else ""
            click.echo(f"Locked by {held.holder}{extent(held)}{over}.")
            click.echo(f"Renewed {when(held.renewed)}, expires {when(held.expires)}.")
            if yes or agreed("Break this lock?"):
                docs.store.release(held.token)
                click.echo("Unlocked.")


async def _rebuild(context: Context, *, yes: bool, quiet: bool) -> Found | None:
    """Scan, say what was found, ask, and replace; None when the user says no."""
    async with opened(context) as docs, leased(docs.store, docs.instance):
        found = await find(session_with(docs, PlanOptions.default()))
        click.echo("\n".join(_said(found)), err=quiet)
        ask = f"Replace the state's {found.before} targets by these?"
        if not yes and not agreed(ask, err=quiet):
            return None
        docs.store.rebuild(found.targets)
        click.echo("The state is rebuilt.", err=quiet)
        return found


def _said(found: Found) -> list[str]:
    live = len(found.targets) - len(found.gone)
    lines = [
        f"Read {found.assets} assets of {found.types} types.",
        f"Ours: {live} of documents that are there, {len(found.gone)} of documents that are gone.",
    ]
    lines += [f"  gone: {k.document} ({called(k.asset_id)}, key {k.key})" for k in found.gone]
    lines += [f"Not found any more: {key}" for key in found.missing]
    lines += [f"Of repository {name}: {count} assets." for name, count in found.others.items()]
    lines += [f"Still unknown whether it was created: {key}" for key in found.pending]
    return lines


async def _forget(docs: OpenedState, keys: Sequence[str]) -> None:
    async with leased(docs.store, docs.instance):
        known = docs.store.known()
        for key in keys:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"Did you mean {near[0]}?" if near else "publisher state show lists them."
                raise BadConfig(key, "the state knows no target of that key", hint)
        for key in keys:
            docs.store.unbind(key)
            click.echo(f"Forgot {key} ({called(known[key].asset_id)}, which stays).")
