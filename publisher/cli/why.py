"""``publisher why``."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click

from publisher.cli.context import Context
from publisher.cli.failures import explained
from publisher.cli.open import Opened, opened
from publisher.cli.options import PlanOptions
from publisher.cli.planning import plan_with, print_json
from publisher.errors import BadConfig
from publisher.gather.comparison import Difference
from publisher.gather.origin import Given
from publisher.gather.session import Planned
from publisher.gather.why import Target, Why, explain
from publisher.plan.model import called
from publisher.plan.output import finding


@click.command("why")
@click.argument("document")
@click.option("--ref", default="HEAD", metavar="REV", help="At this commit.  [default: HEAD]")
@click.option("--worktree", is_flag=True, help="The file as it is, uncommitted changes too.")
@click.option("--no-refresh", is_flag=True, help="Trust the state; do not ask IT Glue.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    context: Context, /, document: str, ref: str, worktree: bool, no_refresh: bool, form: str
) -> None:
    """Say which rule, default, hash or link makes DOCUMENT change, be skipped or move.

    DOCUMENT is a path, or the key of a target.

    \b
    Examples:
      publisher why sops/patching.md
      publisher why 7f0c9a52@4711 --format json
    """
    options = PlanOptions(ref, worktree, no_refresh, False, (), None, None, ())
    with explained():
        why = asyncio.run(_why(context, options, document))
        if form == "json":
            print_json(why.as_json())
        else:
            click.echo("\n".join(as_text(why)))


async def _why(context: Context, options: PlanOptions, document: str) -> Why:
    async with opened(context, offline=options.no_refresh) as docs:
        session, planned = await plan_with(docs, options)
        path = _path(docs, planned, document)
        # What was published needs no reading for a plan; its warnings come from its text.
        wanted = planned.corpus.desired.values()
        await session.read_documents(planned, [d.key for d in wanted if d.document == path])
        return explain(planned, docs.project.config, path)


def _path(docs: Opened, planned: Planned, named: str) -> str:
    """The path below the docs root that is meant: of a file from here, from there, or of a key.

    Raises:
        BadConfig: no file, and none that was ever published.
    """
    known = {target.document for target in planned.known.values()}
    there = planned.tree.entries.keys() | known
    here, root = Path(named).resolve(), docs.project.root.resolve()
    if here.is_relative_to(root) and here.relative_to(root).as_posix() in there:
        return here.relative_to(root).as_posix()
    plain = named.replace("\\", "/").removeprefix("./").lstrip("/")
    if plain in there:
        return plain
    target = planned.corpus.desired.get(named) or planned.known.get(named)
    if target:
        return target.document
    near = difflib.get_close_matches(plain, there, 1)
    hint = f"Did you mean {near[0]}?" if near else "Paths start at the folder of publisher.toml."
    raise BadConfig(named, "there is no such file, and none was published from there", hint)


def as_text(why: Why) -> Iterator[str]:
    """The explanation for people."""
    yield why.document
    origin = why.origin
    if origin.include and not origin.exclude and origin.kind == "file":
        yield f"  A candidate by [docs] include {origin.include!r}."
    if why.skipped:
        yield f"  Not published: {why.skipped}."
    yield from (f"  {finding(found)}" for found in why.diagnostics)
    if origin.given:
        width = max(len(given.name) for given in origin.given)
        yield "  Its frontmatter:"
        yield from (f"    {given.name:<{width}}  {_place(given)}" for given in origin.given)
    for target in why.targets:
        yield ""
        yield from _target(target)


def _place(given: Given) -> str:
    if given.default:
        return f"[[defaults]] number {given.default} ({given.path})"
    return f"line {given.line}" if given.line else "the document"


def _target(target: Target) -> Iterator[str]:
    organization = target.organization
    yield f"  {organization.name} ({organization.id}), type {target.type_name} ({target.type_id})"
    yield f"    {target.decision}" + (f": {'; '.join(target.reasons)}" if target.reasons else "")
    yield f"    key        {target.key}"
    if target.former_key or target.former_document:
        former = " ".join(filter(None, [target.former_document, target.former_key]))
        yield f"    moved from {former}"
    if target.asset_id:
        changed = f", last changed {target.updated_at}" if target.updated_at else ""
        kind, _, asset_id = called(target.asset_id).partition(" ")
        yield f"    {kind:<10} {asset_id}{changed}  {target.url}".rstrip()
    if target.commit:
        yield f"    published  at commit {target.commit[:10]}"
    for subject, group in groupby(sorted(target.differences, key=_subject), _subject):
        differences = list(group)
        reasons = dict.fromkeys(difference.reason for difference in differences)
        yield from (f"    {subject}: {reason}" for reason in reasons)
        yield from _sides(differences[0])


def _subject(difference: Difference) -> str:
    return difference.subject


def _sides(difference: Difference) -> Iterator[str]:
    """The hashes that differ, shortened."""
    if difference.desired != difference.sent:
        yield f"      Git says {_short(difference.desired)}, sent was {_short(difference.sent)}"
    if difference.seen and difference.existing != difference.seen:
        yield f"      IT Glue has {_short(difference.existing)}, seen was {_short(difference.seen)}"


def _short(value: str) -> str:
    return value[:10] or "nothing"
