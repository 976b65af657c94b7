"""``publisher demo``: the whole product on the embedded instance, in one command."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from publisher.cli.apply import ApplyOptions, exit_code, report, run
from publisher.cli.context import Context
from publisher.cli.failures import ERROR, explained
from publisher.cli.local import PORT
from publisher.cli.open import opened
from publisher.cli.options import PlanOptions
from publisher.cli.planning import plan_with
from publisher.config import FILE_NAME, LOCAL
from publisher.data import example_docs
from publisher.errors import BadConfig, NoCommit, NoRepository
from publisher.plan import Plan
from publisher.plan.output import verdict
from publisher.source.create import create_repository
from publisher.source.git import open_repository

FOLDER = "publisher-demo"
PLAIN = PlanOptions("HEAD", False, False, False, (), None, None, ())


@click.command("demo")
@click.pass_obj
def command(context: Context, /) -> None:
    """Publish the example documents to the local instance: plan, apply, and an empty second plan.

    In a checkout it uses example-docs/; elsewhere it first copies them to ./publisher-demo.

    \b
    Example:
      publisher demo
    """
    with explained():
        root = demo_repository(context.repo)
        context = replace(context, repo=root, config=None, instance=LOCAL)
        click.echo(f"Publishing {_shown(root)} to the local instance (the embedded IT Glue).\n")
        own = ApplyOptions(None, yes=True, skip_invalid=False, force=(), json=False)
        result = asyncio.run(run(context, PLAIN, own))
        if result is None:
            raise SystemExit(ERROR)
        report(result, as_json=False)
        if code := exit_code(result):
            raise SystemExit(code)
        plan = asyncio.run(_plan(context))
        click.echo(f"\nThe same again. {verdict(plan)}")
        if plan.changes:
            raise SystemExit(ERROR)
        _what_next(root)


def demo_repository(folder: Path) -> Path:
    """The docs root to publish: example-docs/ of a checkout, else a copy in its own repository.

    Raises:
        BadConfig: ./publisher-demo is there and is no copy of it.
    """
    here = folder / "example-docs"
    if (here / FILE_NAME).is_file() and _is_committed(here):
        return here
    copy = folder / FOLDER
    if not copy.exists():
        ignored = shutil.ignore_patterns(".publisher", "__pycache__")
        shutil.copytree(example_docs(), copy, ignore=ignored)
        create_repository(copy, "Example documents")
    elif not (copy / FILE_NAME).is_file():
        raise BadConfig(str(copy), "is in the way: the demo puts its documents there", "Move it.")
    return copy


def _is_committed(folder: Path) -> bool:
    try:
        return FILE_NAME in open_repository(folder).tree().entries
    except (NoRepository, NoCommit):
        return False


async def _plan(context: Context) -> Plan:
    async with opened(context) as docs:
        _, planned = await plan_with(docs, PLAIN)
        return planned.plan


def _shown(path: Path) -> str:
    return os.path.relpath(path)


def _what_next(root: Path) -> None:
    at = f"--repo {_shown(root)}"
    lines: Sequence[str] = (
        "",
        f"Look at it:      publisher {at} simulator serve    then open http://127.0.0.1:{PORT}",
        f"Change something: edit a file in {_shown(root)}, commit it, and",
        f"                 publisher {at} plan",
        f"                 publisher {at} apply",
        f"How it stands:   publisher {at} status",
        f"                 publisher {at} dashboard --open",
    )
    for line in lines:
        click.echo(line)
