"""``publisher preview``."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.context import Context
from publisher.cli.failures import explain

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from publisher.preview.desk import Desk
    from publisher.preview.model import Account


@click.command("preview")
@click.option("--port", default=8088, show_default=True, help="Port on 127.0.0.1; 0 picks one.")
@click.option("--open", "browse", is_flag=True, help="Open it in the browser.")
@click.pass_obj
def command(context: Context, /, port: int, browse: bool) -> None:
    """See the documents in the browser as IT Glue will show them, while you write.

    It shows what is saved, committed or not, and answers to this computer alone. With a key for
    the instance (the local one needs none) it also shows what a plan says. It only reads.

    \b
    Example:
      publisher preview --open
    """
    desk, root = _desk(context)
    listener = _bind(port)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def ready() -> None:
        click.echo(f"Preview: {address}")  # which flushes
        click.echo("Ctrl-C ends it.", err=True)
        if browse:
            click.launch(address)

    from publisher.preview.server import serve

    with contextlib.closing(listener):
        asyncio.run(serve(desk, root, listener, ready))


def _desk(context: Context) -> tuple[Desk, Path]:
    """The documents at hand, and a way to the instance that they are for.

    Raises:
        PublisherError: there is no docs repository, or it is not set up.
    """
    from publisher.check.secrets import scanner_of
    from publisher.config import choose_settings
    from publisher.gather.project import open_project
    from publisher.preview.desk import Desk
    from publisher.preview.library import DocsLibrary

    project = open_project(context.repo, context.config)
    instance, settings = choose_settings(context.instance, project.config)
    scanner_of(project.config)  # here, not on the first page that is looked at
    library = DocsLibrary(project, settings.marker, config_file=context.config)
    library.refresh()

    def account() -> AbstractAsyncContextManager[Account]:
        from publisher.cli.account import open_account  # once the first page can be shown

        return open_account(context)

    desk = Desk(library, instance=instance, account=account, explain=explain)
    return desk, project.root


def _bind(port: int) -> socket.socket:
    from publisher.preview.server import bind

    try:
        return bind(port)
    except (OSError, OverflowError) as problem:
        raise click.ClickException(
            f"port {port} on 127.0.0.1 cannot be had ({problem}); try --port 0"
        ) from problem
