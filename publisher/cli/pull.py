"""``publisher pull``."""

from __future__ import annotations

import asyncio
import dataclasses
import difflib
from pathlib import Path

import click

from publisher.cli.context import Context
from publisher.cli.failures import OK, PARTLY, explained
from publisher.cli.open import Opened, opened
from publisher.cli.options import PlanOptions
from publisher.cli.planning import plan_with
from publisher.cli.pulled import adopted_text, adopted_trouble, edits_text, edits_trouble
from publisher.errors import BadConfig
from publisher.gather.session import Planned
from publisher.pull.adopt import Adopted, adopt, keep_adopted
from publisher.pull.edits import Pulled, keep_edits, pull_edits


@click.command("pull")
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option("--diff", is_flag=True, help="Show what would be written as a diff; write nothing.")
@click.option("--org", metavar="NAME", help="Only this organization.")
@click.option("--attachments", is_flag=True, help="Download files that were added, too.")
@click.option("--adopt", "adopting", is_flag=True, help="Make documents of assets without one.")
@click.option("--type", "kind", metavar="NAME", help="With --adopt: the asset type.")
@click.option("--path", "folder", metavar="DIR", help="With --adopt: where they go.")
@click.pass_obj
def command(
    context: Context,
    /,
    documents: tuple[str, ...],
    diff: bool,
    org: str | None,
    attachments: bool,
    adopting: bool,
    kind: str | None,
    folder: str | None,
) -> None:
    """Bring what was edited in IT Glue back into the documents of the work tree.

    Only the lines that say something else change. Nothing is written in IT Glue: look at the
    changes with git, correct and commit them. With --adopt, assets that no document stands for
    become documents, their attachments beside them.

    \b
    Examples:
      publisher pull
      publisher pull --diff sops/patching.md
      publisher pull --adopt --org 'Acme Corp' --type SOP --path clients/acme
    """
    if not adopting and (kind or folder):
        raise click.UsageError("--type and --path go with --adopt.")
    if adopting and (documents or not org or not kind):
        raise click.UsageError("--adopt takes --org and --type, and no document.")
    with explained():
        if adopting and org and kind:
            adopted = asyncio.run(_adopt(context, org, kind, folder, diff=diff))
            click.echo("".join(adopted_text(adopted, diff=diff)), nl=False)
            trouble = adopted_trouble(adopted)
        else:
            pulled = asyncio.run(_edits(context, documents, org, diff=diff, files=attachments))
            click.echo("".join(edits_text(pulled, diff=diff)), nl=False)
            trouble = edits_trouble(pulled)
    for line in trouble:
        click.echo(line, err=True)
    raise SystemExit(PARTLY if any(line.startswith("  !") for line in trouble) else OK)


async def _edits(
    context: Context, documents: tuple[str, ...], org: str | None, *, diff: bool, files: bool
) -> list[Pulled]:
    options = dataclasses.replace(PlanOptions.default(), worktree=True, org=org)
    async with opened(context) as docs:
        session, planned = await plan_with(docs, options)
        only = {_path(docs, planned, name) for name in documents}
        pulled = await pull_edits(session, planned, only, attachments=files)
        if not diff:
            keep_edits(session, planned, pulled)
        return pulled


def _path(docs: Opened, planned: Planned, named: str) -> str:
    """The path of a document below the docs root, as it is named from here or from there.

    Raises:
        BadConfig: there is no such document.
    """
    there = {desired.document for desired in planned.corpus.desired.values()}
    here, root = Path(named).resolve(), docs.project.root.resolve()
    plain = named.replace("\\", "/").removeprefix("./").lstrip("/")
    from_here = here.relative_to(root).as_posix() if here.is_relative_to(root) else plain
    if from_here in there:
        return from_here
    if plain not in there:
        near = difflib.get_close_matches(plain, there, 1)
        raise BadConfig(named, "is no document", f"Did you mean {near[0]}?" if near else "")
    return plain


async def _adopt(
    context: Context, org: str, kind: str, folder: str | None, *, diff: bool
) -> list[Adopted]:
    options = dataclasses.replace(PlanOptions.default(), worktree=True)
    async with opened(context) as docs:
        session, planned = await plan_with(docs, options)
        place = None if folder is None else _folder(docs, folder)
        adopted = await adopt(session, planned, org=org, kind=kind, folder=place)
        if not diff:
            keep_adopted(session, adopted)
        return adopted


def _folder(docs: Opened, named: str) -> str:
    """A folder below the docs root, which it is named from; '' for the root.

    Raises:
        BadConfig: it lies elsewhere.
    """
    root = docs.project.root.resolve()
    place = (root / named).resolve()
    if not place.is_relative_to(root):
        raise BadConfig("--path", f"{named} lies outside the docs root", f"Name one below {root}.")
    return "" if place == root else place.relative_to(root).as_posix()
