"""``publisher simulator``: the embedded IT Glue on a loopback port."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.context import Context

if TYPE_CHECKING:
    from publisher.simulator import Site, Switches

_DATABASE = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The SQLite file of the account.  [default: the local instance's]",
)


@click.group()
def command() -> None:
    """Run the embedded IT Glue.

    \b
    Example:
      publisher simulator serve
    """


@command.command()
@click.option("--port", default=8090, show_default=True, help="Port on 127.0.0.1; 0 picks one.")
@_DATABASE
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML with organizations and asset types to add where they are missing.",
)
@click.option(
    "--switch",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Behave differently where IT Glue's API is uncertain, such as list_lag_seconds=30.",
)
@click.pass_obj
def serve(
    context: Context, port: int, db: Path | None, seed: Path | None, settings: tuple[str, ...]
) -> None:
    """Serve the account on a loopback port, with pages to look at what it holds.

    \b
    Example:
      publisher simulator serve --port 8090 --db /tmp/glue.db --seed seed.yaml
    """
    from publisher.simulator.server import bind, serve

    switches = _switches(settings)
    try:
        listener = bind(port)
    except (OSError, OverflowError) as problem:
        raise click.ClickException(
            f"port {port} on 127.0.0.1 cannot be had ({problem}); try --port 0"
        ) from problem
    with closing(listener):
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with closing(_open(_database(context, db), address, switches)) as site:
            if seed:
                _load(site, seed)
            click.echo(f"Simulator: {address}")
            click.echo(f"Use it with ITGLUE_BASE_URL={address} and any ITGLUE_API_KEY (x-api-key).")
            click.echo("Ctrl-C ends it.")
            serve(site, listener)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_DATABASE
@click.pass_obj
def seed(context: Context, file: Path, db: Path | None) -> None:
    """Add the organizations and asset types of a YAML FILE, where they are missing.

    \b
    Example:
      publisher simulator seed seed.yaml --db /tmp/glue.db
    """
    with closing(_open(_database(context, db))) as site:
        _load(site, file)
        names = ("organizations", "flexible_asset_types")
        held = ", ".join(f"{site.count(name)} {name.replace('_', ' ')}" for name in names)
        click.echo(f"Holds {held}.")


def _database(context: Context, db: Path | None) -> Path:
    """The file that was asked for, or the local instance's, furnished when it is new."""
    if db:
        return db
    from publisher.cli.local import local_database, open_site

    path = local_database(context)
    if not path.exists():
        open_site(path.parent.parent).close()
    return path


def _open(path: Path, address: str | None = None, switches: Switches | None = None) -> Site:
    from publisher.simulator import Site

    try:
        if address:
            return Site.open(path, web_base=address, switches=switches)
        return Site.open(path)
    except (OSError, ValueError, sqlite3.Error) as problem:
        raise click.ClickException(
            f"{path} is no database of the simulator: {problem}"
        ) from problem


def _switches(settings: tuple[str, ...]) -> Switches:
    from publisher.simulator.switches import switches_of

    try:
        return switches_of(settings)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--switch") from problem


def _load(site: Site, file: Path) -> None:
    import yaml

    from publisher.simulator import load_seed
    from publisher.simulator.errors import ApiError

    try:
        seed: Any = yaml.safe_load(file.read_text("utf-8"))
        load_seed(site, seed or {})
    except (ValueError, KeyError, AttributeError, TypeError, yaml.YAMLError) as problem:
        raise click.ClickException(f"{file} is no seed: {problem}") from problem
    except ApiError as refused:
        raise click.ClickException(f"{file}: {refused.status} {refused.body}") from refused
