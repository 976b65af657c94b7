"""The command group. Commands are imported when they are called, so that ``--help`` is quick."""

from __future__ import annotations

import gc
import importlib
import os
import signal
from pathlib import Path
from typing import Any, Literal

import click

from publisher import __version__
from publisher.cli.context import Context
from publisher.cli.failures import WORDS, explained
from publisher.cli.terminal import lenient_streams

COMMANDS = {
    "demo": "Publish the example documents to the local instance, and show how it went.",
    "init": "Write publisher.toml, a sample document and the CI workflow into a docs repo.",
    "new": "Write a document from a template.",
    "check": "Validate the documents, with no network.",
    "preview": "See the documents in the browser while you write.",
    "plan": "Show what apply would do, and why; write nothing.",
    "apply": "Carry a plan out.",
    "why": "Say which rule, hash or link makes a document change, be skipped or move.",
    "comment": "Post a plan as the pull request's one comment.",
    "status": "Show documents, targets, drift, pending work and overdue reviews.",
    "pull": "Bring edits and assets of IT Glue back into Markdown.",
    "state": "Look after the state: show, rebuild, forget, unlock.",
    "types": "Flexible asset types as files: list, plan, apply, export.",
    "dashboard": "Show runs, budget, errors, coverage and drift in the browser.",
    "auth": "Keep the API key in the system keyring: login, status, logout.",
    "health": "Say whether the key is valid, IT Glue reachable, and how much budget is left.",
    "cache": "Keep names, ids and times of an instance at hand: refresh, stats, search.",
    "api": "Read and write any entity of IT Glue: list, get, create, update, delete.",
    "simulator": "Run the embedded IT Glue.",
    "schema": "Print the JSON Schema of the frontmatter or of publisher.toml.",
}
"""Each lives in ``publisher/cli/NAME.py`` as ``command``."""


class LazyGroup(click.Group):
    """A group whose commands are imported on use; their short help is known before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"publisher.cli.{cmd_name}")
        if not gc.isenabled():  # `main` has seen to it
            gc.freeze()  # what was loaded stays, and needs no looks
            gc.enable()
        command: click.Command = module.command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[WORDS] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what goes wrong ends in a sentence and an exit code."""
        with explained():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--repo",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Any folder inside the docs repository's work tree.  [default: here]",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="PUBLISHER_CONFIG",
    help="Another publisher.toml.",
)
@click.option("--instance", metavar="NAME", help="The IT Glue account to work with.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text")
@click.option("-v", "--verbose", count=True, help="Say more; twice: every request.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")
@click.version_option(__version__, prog_name="publisher")
@click.pass_context
def group(
    ctx: click.Context,
    repo: Path,
    config: Path | None,
    instance: str | None,
    log_format: Literal["text", "json"],
    verbose: int,
    quiet: bool,
) -> None:
    """Docs as code for IT Glue: nothing twice, nothing lost.

    \b
    Example:
      publisher demo
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False  # click itself goes by the terminal alone
    ctx.obj = Context(repo, config, instance, log_format, -1 if quiet else verbose)


def main() -> None:
    """The ``publisher`` command."""
    gc.disable()  # until the command is loaded: what makes up modules is no garbage
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends a command as Ctrl-C does
    lenient_streams()
    group(prog_name="publisher")
