"""What plan and apply have in common: build the session, plan, explain a name that is unknown."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.open import Opened, tree_of
from publisher.cli.options import PlanOptions
from publisher.cli.terminal import json_text
from publisher.errors import BadConfig
from publisher.gather.catalog import Unresolved, find_organization, read_catalog
from publisher.gather.project import scope_of
from publisher.gather.session import Options, Planned, Session
from publisher.model import Diagnostic
from publisher.plan import Plan, Policy
from publisher.plan.output import Wordings, as_text
from publisher.plan.saved import read_plan
from publisher.source.globs import matcher

if TYPE_CHECKING:
    from publisher.render import Page
    from publisher.source.documents import Parsed


async def plan_with(opened: Opened, options: PlanOptions) -> tuple[Session, Planned]:
    """Plan as the options say.

    Raises:
        BadConfig: ``--org`` names no organization, or several.
    """
    session = session_with(opened, options)
    try:
        planned = await session.plan()
    except Unresolved as wrong:
        raise BadConfig("--org", wrong.problem, wrong.fix) from None
    planned.plan = dataclasses.replace(planned.plan, options=options.as_json())
    for option in _in_vain(options, planned):
        click.echo(click.style("Warning: ", fg="yellow") + option, err=True)
    return session, planned


def _in_vain(options: PlanOptions, planned: Planned) -> Iterator[str]:
    """What was named and is not there: a slip of the hand would else look like "nothing to do"."""
    paths = {*planned.tree.entries, *(known.document for known in planned.known.values())}
    for glob in options.only:
        if not any(map(matcher(glob), paths)):
            yield f"--only {glob}: no file matches. Paths start at the folder of publisher.toml."
    for key in options.overwrite:
        if key not in planned.corpus.desired and key not in planned.known:
            yield f"--overwrite {key}: there is no such target in this plan."


async def organizations_of(opened: Opened, options: PlanOptions) -> list[str] | None:
    """The ids of the organizations that the options name, as far as they are known; None: all."""
    if not (options.org or options.shard):
        return None
    catalog = await read_catalog(opened.itglue, opened.store, refresh=False)
    try:
        only = find_organization(options.org, catalog).id if options.org else None
    except Unresolved:  # made since the catalog was read, or the plan will say what is wrong
        return None
    scope = scope_of((), only, options.shard)
    return [one.id for one in catalog.organizations if scope.organization(one.id)]


def session_with(opened: Opened, options: PlanOptions) -> Session:
    """The docs repository at the revision that the options name, against its instance."""
    publish = opened.project.config.publish
    tree = tree_of(opened.project, options.ref, worktree=options.worktree)

    def checked(
        parsed: Mapping[str, Parsed], pages: Mapping[str, Page], raw: Mapping[str, bytes]
    ) -> list[Diagnostic]:
        from publisher.check import run as check  # late: it checks what was read

        return check(tree, parsed.values(), opened.project.config, pages, raw=raw)

    return Session(
        opened.project,
        tree,
        opened.instance,
        opened.settings,
        opened.store,
        opened.itglue,
        Policy(
            publish.on_delete,
            publish.on_drift,
            options.adopt,
            frozenset(options.overwrite),
            opened.settings.settle_seconds,
        ),
        checked,
        Options(options.refresh, options.only, options.org, options.shard),
        now=opened.store.now,
    )


COLOURS = {"+": "green", "~": "yellow", ">": "cyan", "=": "cyan", "-": "red", "!": "magenta"}
_MARKED = re.compile(r"\[-.*?-\]|\{\+.*?\+\}")


def show(plan: Plan, wordings: Wordings | None = None, *, full: bool = False) -> None:
    """Print a plan for people."""
    for line in as_text(plan, wordings, full=full):
        sign = line[2:3] if line.startswith("  ") and line[3:4] == " " else ""
        if line.startswith(" " * 8):
            click.echo(_MARKED.sub(_coloured, line))
        else:
            click.echo(click.style(line, fg=COLOURS.get(sign)))


def _coloured(marked: re.Match[str]) -> str:
    return click.style(marked[0], fg="red" if marked[0][0] == "[" else "green")


def read_plan_file(path: Path) -> Plan:
    """A saved plan.

    Raises:
        BadConfig: the file cannot be read, or is no plan.
    """
    return read_plan(read_text(path), str(path))


def read_text(path: Path) -> str:
    """A text file that the user names.

    Raises:
        BadConfig: it cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(str(path), f"cannot be read: {error}") from error


def write_plan_file(path: Path, plan: Plan) -> None:
    """Save a plan.

    Raises:
        BadConfig: the file cannot be written.
    """
    try:
        path.write_text(json.dumps(plan.as_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise BadConfig("--out", f"{path} cannot be written: {error}") from error


def print_json(value: object) -> None:
    """The one JSON document on stdout."""
    click.echo(json_text(value))
