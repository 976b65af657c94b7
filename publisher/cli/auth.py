"""``publisher auth``: the API key in the system keyring."""

from __future__ import annotations

import asyncio
import sys

import click

from publisher.cli.connect import chosen
from publisher.cli.context import Context
from publisher.cli.key import ageing, key_facts
from publisher.cli.planning import print_json
from publisher.cli.terminal import on_terminal
from publisher.config import LOCAL, REGIONS
from publisher.errors import BadConfig, BadKey, ITGlueError
from publisher.itglue import ITGlue, Secret
from publisher.itglue.key_use import KeyUse
from publisher.itglue.keys import forget_key, look_for_key, store_key


@click.group("auth")
def command() -> None:
    """Keep the API key in the system keyring.

    The environment comes first: ITGLUE_API_KEY_<INSTANCE>, then ITGLUE_API_KEY.

    \b
    Example:
      publisher --instance production auth login
    """


@command.command()
@click.option(
    "--region",
    type=click.Choice(list(REGIONS)),
    help="Where the key is for, if publisher.toml does not know the instance.",
)
@click.pass_obj
def login(context: Context, /, region: str | None) -> None:
    """Ask for the key of the instance, try it, and keep it in the system keyring.

    The key is not shown while it is typed; it can also come from stdin.

    \b
    Examples:
      publisher --instance production auth login
      pass show itglue | publisher --instance production auth login
    """
    instance, base_url = _remote(context, region)
    key = _ask(instance)
    asyncio.run(_try(instance, base_url, key))
    store_key(instance, key)
    KeyUse().note(key)
    click.echo(f"The key works at {base_url}, and is kept for instance {instance}.")
    _tell_of_variable(instance, "is set, and comes before the keyring")


@command.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def status(context: Context, /, form: str) -> None:
    """Say where the key of the instance is from, and when it was last used; ask nobody.

    Exits 1 if there is no key.

    \b
    Example:
      publisher --instance production auth status
    """
    choice = chosen(context)
    facts = key_facts(choice.name)
    needed = choice.name != LOCAL
    if form == "json":
        print_json({"format_version": 1, "instance": choice.name, "needed": needed, **facts})
    else:
        click.echo(f"Instance   {choice.name}  {choice.base_url}")
        click.echo(f"Key        {facts['origin'] or ('none' if needed else 'none needed')}")
        if facts["origin"]:
            click.echo(f"Last used  {facts['last_used'] or 'not known'}")
    if warning := ageing(facts["days_unused"]):
        click.echo(click.style("Warning: ", fg="yellow") + warning, err=True)
    raise SystemExit(1 if needed and not facts["origin"] else 0)


@command.command()
@click.pass_obj
def logout(context: Context, /) -> None:
    """Delete the key of the instance from the system keyring.

    It stays valid: revoke it in IT Glue under Admin, Settings, API Keys.

    \b
    Example:
      publisher --instance production auth logout
    """
    name = context.instance or chosen(context).name
    gone = forget_key(name)
    click.echo(
        f"Deleted the key of instance {name}."
        if gone
        else f"The keyring has no key of instance {name}."
    )
    _tell_of_variable(name, "is still set")


def _tell_of_variable(instance: str, what: str) -> None:
    found = look_for_key(instance)
    if found and found.variable:
        label = click.style("Warning: ", fg="yellow")
        click.echo(f"{label}{found.variable} {what}.", err=True)


def _remote(context: Context, region: str | None) -> tuple[str, str]:
    """The instance that a key is for, and its base URL.

    Raises:
        BadConfig: nobody knows it, or it is the local one.
    """
    if region and context.instance:
        return context.instance, REGIONS[region]
    choice = chosen(context)
    if choice.name == LOCAL:
        problem = "the local instance needs no key"
        raise BadConfig(LOCAL, problem, "Name the one that does: publisher --instance NAME …")
    return choice.name, REGIONS[region] if region else choice.base_url


def _ask(instance: str) -> Secret:
    """The key, typed unseen or read from stdin.

    Raises:
        BadConfig: nothing came, or several lines.
    """
    if on_terminal():
        text = click.prompt(f"API key of {instance}", hide_input=True, err=True)
    else:
        text = sys.stdin.read()
    key = text.strip()
    if not key or not key.isprintable() or " " in key:
        raise BadConfig("stdin", "one API key is needed, on one line", "It looks like ITG.….…")
    return Secret(key)


async def _try(instance: str, base_url: str, key: Secret) -> None:
    """Use the key once.

    Raises:
        BadConfig: another region takes it.
        BadKey: none does.
        OutOfReach: nobody answers.
    """
    problem = await _problem(base_url, instance, key)
    if isinstance(problem, BadKey) and base_url in REGIONS.values():
        for region, url in REGIONS.items():
            if url != base_url and await _problem(url, instance, key) is None:
                text = f"{base_url} refuses the key, but {url} takes it"
                hint = f'Set region = "{region}" for it in publisher.toml, and log in again.'
                raise BadConfig(f"instance {instance}", text, hint)
    if problem is not None:
        raise problem


async def _problem(base_url: str, instance: str, key: Secret) -> ITGlueError | None:
    async with ITGlue(base_url=base_url, instance=instance, api_key=key) as itglue:
        return (await itglue.health()).error
