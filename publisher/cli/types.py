"""``publisher types``."""

from __future__ import annotations

import asyncio

import click

from publisher.cli import type_files
from publisher.cli.asking import agreed
from publisher.cli.context import Context
from publisher.cli.failures import CHANGES, ERROR, OK, PARTLY, explain, explained
from publisher.cli.failures import exit_code as exit_code_of
from publisher.cli.planning import print_json
from publisher.model import Json
from publisher.types.compare import Blocked, Change, TypesPlan
from publisher.types.export import as_mapping
from publisher.types.files import FOLDER
from publisher.types.live import LiveType

FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
_SIGNS = {"create-type": "+", "add-field": "+", "change-type": "~", "change-field": "~"}


@click.group("types")
def command() -> None:
    """Flexible asset types as files: types/*.yaml beside publisher.toml.

    \b
    Example:
      publisher types export && publisher types plan
    """


@command.command("list")
@FORMAT
@click.pass_obj
def list_(context: Context, /, form: str) -> None:
    """Show the account's types, and which of them have a file.

    \b
    Example:
      publisher types list
    """
    with explained():
        live, specs = asyncio.run(type_files.both(context))
    files = {spec.name.casefold(): spec.path for spec in specs}
    if form == "json":
        print_json({"format_version": 1, "types": [_type_json(each, files) for each in live]})
        return
    for each in live:
        file = files.get(each.spec.name.casefold(), "no file")
        click.echo(f"{each.id:>8}  {each.spec.name}  ({len(each.fields)} fields)  {file}")


@command.command("plan")
@FORMAT
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.pass_obj
def plan_(context: Context, /, form: str, detailed_exitcode: bool) -> None:
    """Show what `types apply` would create and change, and what it cannot.

    \b
    Example:
      publisher --instance production types plan
    """
    with explained():
        plan = asyncio.run(type_files.plan(context))
    _show(plan, as_json=form == "json")
    raise SystemExit(CHANGES if detailed_exitcode and plan.changes else OK)


@command.command("apply")
@FORMAT
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.pass_obj
def apply_(context: Context, /, form: str, yes: bool) -> None:
    """Create types and fields that are missing, and change those that differ. Deletes nothing.

    \b
    Example:
      publisher --instance production types apply
    """
    as_json = form == "json"

    def accepted(plan: TypesPlan) -> bool:
        if not as_json:
            _show(plan, as_json=False)
        return yes or not plan.changes or agreed("Apply this?", err=as_json)

    with explained():
        outcome = asyncio.run(type_files.apply(context, accepted))
    if outcome is None:
        return
    if as_json:
        print_json(outcome.as_json())
    else:
        click.echo(f"Applied {len(outcome.done)} of {len(outcome.plan.changes)} changes.")
    if outcome.error:
        click.echo(click.style("Stopped: ", fg="red") + explain(outcome.error), err=True)
        raise SystemExit(PARTLY if outcome.done else exit_code_of(outcome.error))


@command.command("export")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--dir", "folder", default=FOLDER, help="Where to, from the docs root.  [types]")
@click.option("--force", is_flag=True, help="Write over files that say something else.")
@FORMAT
@click.pass_obj
def export(
    context: Context, /, names: tuple[str, ...], folder: str, force: bool, form: str
) -> None:
    """Write the account's types (all, or those named) into files.

    \b
    Examples:
      publisher --instance production types export
      publisher types export SOP 'Network Overview' --dir types
    """
    with explained():
        written = asyncio.run(type_files.export(context, names, folder, force=force))
    if form == "json":
        print_json({"format_version": 1, "types": [each.as_json() for each in written]})
    for each in written if form == "text" else ():
        click.echo(f"{each.outcome:<9}  {each.path}")
    kept = [each for each in written if each.outcome == "kept"]
    if kept:
        click.echo(f"{len(kept)} files say something else; --force writes over them.", err=True)
        raise SystemExit(ERROR)


def _show(plan: TypesPlan, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "format_version": 1,
                "changes": [change.as_json() for change in plan.changes],
                "blocked": [each.as_json() for each in plan.blocked],
                "unmanaged": list(plan.unmanaged),
            }
        )
        return
    for change in plan.changes:
        _show_change(change)
    for each in plan.blocked:
        _show_blocked(each)
    if plan.unmanaged:
        click.echo(f"Without a file: {', '.join(plan.unmanaged)}.")
    changes = len(plan.changes)
    click.echo(f"{changes} change{'s' * (changes != 1)}." if changes else "Types: nothing to do.")


def _show_change(change: Change) -> None:
    what = f"{change.type} / {change.field.name}" if change.field else change.type
    colour = "green" if _SIGNS[change.verb] == "+" else "yellow"
    click.echo(click.style(f"{_SIGNS[change.verb]} {change.verb:<12} {what}", fg=colour))
    for detail in change.details:
        click.echo(f"    {detail}")


def _show_blocked(each: Blocked) -> None:
    click.echo(click.style(f"! {each.type} / {each.field}", fg="magenta") + f" {each.problem}")


def _type_json(each: LiveType, files: dict[str, str]) -> dict[str, Json]:
    spec = each.spec
    rows = [{"id": f.id, "key": f.key} | as_mapping(f.spec) for f in each.fields]
    return {
        "id": each.id,
        "name": spec.name,
        "icon": spec.icon,
        "description": spec.description,
        "file": files.get(spec.name.casefold()),
        "fields": [row | {"key": f.key} for row, f in zip(rows, each.fields, strict=True)],
    }
