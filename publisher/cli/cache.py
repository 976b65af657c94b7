"""``publisher cache``: names, ids and times of an instance's records, at hand without asking."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from publisher.cli.cachefile import cache_path
from publisher.cli.connect import Choice, chosen, connected
from publisher.cli.context import Context
from publisher.cli.planning import print_json
from publisher.config import LOCAL
from publisher.itglue.cache import KEPT, Cached, Item, MetadataCache, Stats
from publisher.itglue.keys import look_for_key

_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
_FILE = click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The cache's file.  [default: .publisher/cache/INSTANCE.db beside publisher.toml]",
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose cache, and where it lies."""

    choice: Choice
    path: Path

    def open(self) -> MetadataCache:
        return MetadataCache(self.path, self.choice.base_url)


@click.group()
def command() -> None:
    """Keep names, ids and times of an instance's records in a file, and search them.

    Organizations, configurations, contacts, asset types and fields, assets, documents and what
    they are related to: never a password, a text, a trait, a note or a file.

    \b
    Examples:
      publisher cache refresh
      publisher cache search "backup acme"
    """


@command.command()
@click.option("--full", is_flag=True, help="Read everything again, not only what is new.")
@_FILE
@_FORMAT
@click.pass_obj
def refresh(context: Context, /, full: bool, file: Path | None, form: str) -> None:
    """Bring the cache up to date.

    \b
    Examples:
      publisher cache refresh
      publisher --instance production cache refresh --full
    """
    place = _place(context, file)
    requests, stats = asyncio.run(_refreshed(context, place, full))
    if form == "json":
        print_json(_stats_json(place, stats) | {"requests": requests})
    else:
        held = sum(stats.entities.values())
        click.echo(f"{held} records in the cache; {requests} requests.")


@command.command()
@_FILE
@_FORMAT
@click.pass_obj
def stats(context: Context, /, file: Path | None, form: str) -> None:
    """Say what the cache holds, how old that is, and how often it had the answer.

    \b
    Examples:
      publisher cache stats
      publisher cache stats --format json
    """
    place = _place(context, file)
    with place.open() as cache:
        found = cache.stats()
    if form == "json":
        print_json(_stats_json(place, found))
    else:
        _show(place, found)


@command.command()
@click.argument("text")
@click.option(
    "--entity",
    "entities",
    multiple=True,
    type=click.Choice([*(name.replace("_", "-") for name in KEPT)]),
    help="Only these; repeatable.",
)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@_FILE
@_FORMAT
@click.pass_obj
def search(
    context: Context,
    /,
    text: str,
    entities: tuple[str, ...],
    limit: int,
    file: Path | None,
    form: str,
) -> None:
    """Find records by the beginnings of words in their names, in any case, without accents.

    What the cache does not hold yet, or holds since more than a day, is read from IT Glue first;
    if that is out of reach, or there is no key, old results come with a warning.

    \b
    Examples:
      publisher cache search "zur caf"
      publisher cache search srv-01 --entity configurations --format json
    """
    place = _place(context, file)
    wanted = [name.replace("-", "_") for name in entities]
    found, owners = asyncio.run(_found(context, place, text, wanted, limit))
    rows = [_item_json(item, owners) for item in found]
    if form == "json":
        print_json({"format_version": 1, "query": text, "results": rows})
        return
    for row in rows:
        owner = click.style((row["organization"] or {}).get("name") or "", dim=True)
        click.echo(f"{row['entity']:22} {row['id']:>10}  {row['name']}  {owner}".rstrip())
    if not rows:
        click.echo("Nothing of that name.", err=True)


def _place(context: Context, file: Path | None) -> _Place:
    choice = chosen(context)
    if file is None:
        file = cache_path(choice)
        _keep_out_of_git(file.parent.parent)
    return _Place(choice, file)


def _keep_out_of_git(folder: Path) -> None:
    with contextlib.suppress(OSError):  # if it cannot be written, opening the cache will say so
        folder.mkdir(parents=True, exist_ok=True)
        if not (ignore := folder / ".gitignore").exists():
            ignore.write_text("*\n", encoding="utf-8")


@contextlib.asynccontextmanager
async def _opened(context: Context, place: _Place) -> AsyncIterator[tuple[Cached, Any]]:
    async with connected(context) as itglue:
        with place.open() as cache:
            yield Cached(itglue, cache), itglue


async def _refreshed(context: Context, place: _Place, full: bool) -> tuple[int, Stats]:
    def told(entity: str, held: int) -> None:
        if sys.stderr.isatty() and context.verbosity >= 0:
            click.echo(f"{entity.replace('_', ' '):22} {held:>7}", err=True)

    async with _opened(context, place) as (cached, itglue):
        await cached.refresh(full=full, told=told)
        return itglue.requests, cached.stats()


async def _found(
    context: Context, place: _Place, text: str, entities: list[str], limit: int
) -> tuple[list[Item], dict[str, str]]:
    """What is found, and the names of the organizations that it belongs to."""
    if _without_key(place):
        with place.open() as cache:
            _say_how_old(context, cache.stats())
            found = cache.search(text, entities, limit)
    else:
        async with _opened(context, place) as (cached, _):
            found = await cached.search(text, entities, limit)
    with place.open() as cache:
        ids = {item.organization_id for item in found if item.organization_id}
        owners = {each: cache.get("organizations", each) for each in ids}
    return found, {each: owner.name for each, owner in owners.items() if owner}


def _without_key(place: _Place) -> bool:
    """Whether there is a cache, but no key to read anything else with."""
    remote = place.choice.name != LOCAL and place.path.is_file()
    return remote and look_for_key(place.choice.name) is None


def _say_how_old(context: Context, stats: Stats) -> None:
    if (stats.stale or stats.age is None) and context.verbosity >= 0:
        text = f"There is no API key, so the cache answers as it is. Age: {_age(stats)}."
        click.echo(click.style("Warning: ", fg="yellow") + text, err=True)


def _item_json(item: Item, owners: dict[str, str]) -> dict[str, Any]:
    owner = item.organization_id
    name = owners.get(owner or "") or item.attributes.get("organization_name")
    return {
        "entity": item.entity.replace("_", "-"),
        "id": item.id,
        "name": item.name,
        "organization": {"id": owner, "name": name} if owner else None,
        "url": item.attributes.get("resource_url"),
        "updated_at": item.updated_at,
        "attributes": dict(item.attributes),
    }


def _stats_json(place: _Place, stats: Stats) -> dict[str, Any]:
    return {
        "format_version": 1,
        "instance": place.choice.name,
        "base_url": place.choice.base_url,
        "file": str(place.path),
        "bytes": stats.size,
        "entities": {name.replace("_", "-"): count for name, count in stats.entities.items()},
        "relationships": stats.relationships,
        "hits": stats.hits,
        "misses": stats.misses,
        "hit_rate": None if stats.hit_rate is None else round(stats.hit_rate, 4),
        "age_seconds": None if stats.age is None else round(stats.age, 1),
        "stale": stats.stale,
    }


def _show(place: _Place, stats: Stats) -> None:
    click.echo(f"Instance       {place.choice.name}  {place.choice.base_url}")
    click.echo(f"File           {place.path}  ({stats.size / 1e6:.1f} MB)")
    for name, count in stats.entities.items():
        click.echo(f"{name.replace('_', ' ').capitalize():22} {count:>7}")
    click.echo(f"{'Relationships':22} {stats.relationships:>7}")
    rate = "nobody has asked yet"
    if stats.hit_rate is not None:
        rate = f"{stats.hit_rate:.0%} of {stats.hits + stats.misses} questions answered at once"
    click.echo(f"Hits           {rate}")
    click.echo(f"Age            {_age(stats)}")


def _age(stats: Stats) -> str:
    if stats.age is None:
        return "never refreshed; type: publisher cache refresh"
    age = dt.timedelta(seconds=round(stats.age))
    return f"{age}, to be read again when asked" if stats.stale else str(age)
