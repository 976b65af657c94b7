"""``publisher api RESOURCE create|update|delete|publish``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from publisher.cli.api_asked import DATA, FORMAT, PARENT, Asked
from publisher.cli.api_input import data_from
from publisher.cli.api_output import show, wire
from publisher.cli.connect import chosen
from publisher.cli.failures import PARTLY, explain
from publisher.cli.terminal import on_terminal
from publisher.errors import BadConfig, ITGlueError
from publisher.itglue import ITGlue, Record
from publisher.itglue.models import Attributes


@click.command()
@click.option("--data", metavar="JSON|@FILE|-", help="The attributes, as for update.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For attachments, instead of --data: the file to attach.",
)
@PARENT
@FORMAT
@click.pass_obj
def create(
    asked: Asked, /, data: str | None, file: Path | None, parent: str | None, form: str | None
) -> None:
    """Create a record with one POST, which is never repeated.

    \b
    Examples:
      publisher api organizations create --data '{"name": "Acme Corp"}'
      publisher api flexible-asset-types create --data @type.json
    """
    below = asked.parent(parent)
    attachment = below is not None and asked.entity.type == "attachments"
    if (data is None) == (file is None) or (file and not attachment):
        raise click.UsageError("say --data, or for attachments --file.")
    attributes, relationships = data_from(data) if data else ({}, {})

    async def work(itglue: ITGlue) -> dict[str, Any]:
        if file and below:
            attached = await itglue.attachments(*below).create(file.name, file.read_bytes())
            return wire(attached)
        made = await asked.resource(itglue, below).create(attributes, relationships=relationships)
        return wire(made)

    show(asked.run(work), form)


@click.command()
@click.argument("record_id", metavar="ID")
@DATA
@PARENT
@FORMAT
@click.pass_obj
def update(
    asked: Asked, /, record_id: str, data: str, parent: str | None, form: str | None
) -> None:
    """Change the attributes that are given; the others stay.

    But of a flexible asset all traits are replaced: one that is not given is deleted.

    \b
    Example:
      publisher api organizations update 4711 --data '{"short-name": "ACME"}'
    """
    below = asked.parent(parent)
    attributes, relationships = data_from(data)
    if relationships:
        raise click.BadParameter("only create takes relationships", param_hint="--data")

    async def work(itglue: ITGlue) -> dict[str, Any]:
        return wire(await asked.resource(itglue, below).update(record_id, attributes))

    show(asked.run(work), form)


@click.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@PARENT
@FORMAT
@click.pass_obj
def delete(
    asked: Asked, /, ids: tuple[str, ...], yes: bool, parent: str | None, form: str | None
) -> None:
    """Delete records. Asks first; without a terminal it takes --yes.

    \b
    Example:
      publisher api configurations delete 815 816 --yes
    """
    below = asked.parent(parent)
    wanted = tuple(dict.fromkeys(ids))
    if not yes and not _confirmed(asked, wanted):
        return
    # Where the API deletes one by one, it is said how far it came.
    batches = [wanted] if asked.entity.delete == "bulk" else [(each,) for each in wanted]
    done: list[str] = []

    async def work(itglue: ITGlue) -> ITGlueError | None:
        for batch in batches:
            try:
                await asked.resource(itglue, below).delete(batch)
            except ITGlueError as error:
                if not done:
                    raise
                return error
            done.extend(batch)
        return None

    problem = asked.run(work)
    gone = [wire(Record(id=each, type=asked.entity.type, attributes=Attributes())) for each in done]
    show(gone[0] if len(ids) == 1 else gone, form)
    if problem:
        left = ", ".join(each for each in wanted if each not in done)
        click.echo(click.style("Error: ", fg="red") + f"{explain(problem)}\nLeft: {left}", err=True)
        raise SystemExit(PARTLY)


@click.command()
@click.argument("record_id", metavar="ID")
@click.pass_obj
def publish(asked: Asked, /, record_id: str) -> None:
    """Publish a document: make the changes of its sections visible.

    \b
    Example:
      publisher api documents publish 24236262
    """
    if asked.entity.type != "documents":
        raise click.UsageError("only documents are published.")
    asked.run(lambda itglue: itglue.publish_document(record_id))
    click.echo(f"Document {record_id} is published.", err=True)


def _confirmed(asked: Asked, ids: tuple[str, ...]) -> bool:
    """Ask; whoever cannot be asked must say ``--yes``.

    Raises:
        BadConfig: there is no terminal.
    """
    what = f"{asked.entity.type} {', '.join(ids)} of instance {chosen(asked.context).name}"
    if not on_terminal():
        raise BadConfig("delete", f"nobody can be asked whether to delete {what}", "Add --yes.")
    return click.confirm(f"Delete {what}?", default=False, err=True)
