"""``publisher dashboard``."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.cachefile import cache_path
from publisher.cli.connect import Choice, instance_of
from publisher.cli.context import Context
from publisher.cli.failures import explain, explained
from publisher.cli.open import opened, opened_state
from publisher.cli.options import PlanOptions
from publisher.cli.planning import plan_with, print_json
from publisher.config import LOCAL
from publisher.errors import BadConfig
from publisher.state import Store

if TYPE_CHECKING:
    from publisher.dashboard.model import BudgetFacts, CacheFacts, Dashboard

OPTIONS = PlanOptions("HEAD", False, True, False, (), None, None, ())
"""The last commit, against what is remembered of IT Glue."""


@click.command("dashboard")
@click.option("--port", default=8089, show_default=True, help="Port on 127.0.0.1; 0 picks one.")
@click.option("--open", "browse", is_flag=True, help="Open it in the browser.")
@click.option(
    "--export",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.html",
    help="Write the page to one file that needs nothing else, instead of serving it.",
)
@click.option(
    "--format", "form", type=click.Choice(["html", "json"]), default="html", help="json: print it."
)
@click.pass_obj
def command(context: Context, /, port: int, browse: bool, file: Path | None, form: str) -> None:
    """Show runs, budget, errors, coverage, drift and overdue reviews in the browser.

    It goes by the state, so it needs no key, asks IT Glue nothing and writes nothing there.

    \b
    Examples:
      publisher dashboard --open
      publisher dashboard --export dashboard.html
      publisher dashboard --format json
    """
    with explained():
        if file or form == "json":
            _write(context, file, as_json=form == "json")
        else:
            _serve(context, port, browse)


def _write(context: Context, file: Path | None, *, as_json: bool) -> None:
    from publisher.dashboard.output import as_json as to_json
    from publisher.dashboard.page import as_html

    shown = asyncio.run(look(context))
    if file:
        try:
            file.write_text(as_html(shown), encoding="utf-8")
        except OSError as error:
            raise BadConfig("--export", f"{file} cannot be written: {error}") from error
        click.echo(f"Wrote {file}.", err=True)
    if as_json:
        print_json(to_json(shown))


def _serve(context: Context, port: int, browse: bool) -> None:
    from publisher.dashboard.server import bind, create_app, serve

    asyncio.run(look(context))  # what is wrong with the set-up shows here, with its exit code
    try:
        listener = bind(port)
    except (OSError, OverflowError) as problem:
        raise click.ClickException(
            f"port {port} on 127.0.0.1 cannot be had ({problem}); try --port 0"
        ) from problem
    with closing(listener):
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        click.echo(f"Dashboard: {address}")
        click.echo("Ctrl-C ends it.", err=True)
        if browse:
            click.launch(address)
        serve(create_app(lambda: look(context), explain), listener)


async def look(context: Context) -> Dashboard:
    """Put the dashboard together.

    Raises:
        PublisherError: no repository, no configuration, no usable state.
    """
    from publisher.dashboard.collect import from_state, with_plan

    with opened_state(context) as docs:
        name, settings = instance_of(context, docs.project.config)
        choice = Choice(name, settings, docs.project.root)
        budget, cache = _budget(choice, docs.store), _cache(choice)
        shown = from_state(
            docs.project,
            name,
            settings,
            docs.store,
            base_url=choice.base_url,
            budget=budget,
            cache=cache,
        )
        if docs.store.meta("catalog") is None:  # no plan was ever made, and one would have to ask
            return shown
    async with opened(context, offline=True, counted=False) as opened_docs:
        _, planned = await plan_with(opened_docs, OPTIONS)
        return with_plan(shown, planned, opened_docs.store)


def _budget(choice: Choice, store: Store) -> BudgetFacts | None:
    from publisher.dashboard.model import BudgetFacts

    if choice.name == LOCAL:  # each process has it to itself
        return None
    log = store.budget(choice.account, choice.limit)
    return BudgetFacts(log.used, log.pause_left)


def _cache(choice: Choice) -> CacheFacts | None:
    from publisher.dashboard.model import CacheFacts
    from publisher.itglue.cache import MetadataCache

    path = cache_path(choice)
    if not path.is_file():
        return None
    try:
        with MetadataCache(path, choice.base_url) as cache:
            stats = cache.stats()
    except BadConfig:  # `publisher cache` says what is wrong with it
        return None
    return CacheFacts(sum(stats.entities.values()), stats.hit_rate, stats.age)
