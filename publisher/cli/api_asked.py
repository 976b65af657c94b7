"""What all verbs of ``publisher api`` share: the resource that is meant, and their options."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import click

from publisher.cli.api_input import LIST_NEST, NEST, parent_called
from publisher.cli.connect import connected
from publisher.cli.context import Context
from publisher.itglue import ITGlue
from publisher.itglue.entities import Entity
from publisher.itglue.models import Attributes
from publisher.itglue.resources import Resource

T = TypeVar("T")

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    help="A table, or the API's own JSON.  [default: table on a terminal, else json]",
)
PARENT = click.option(
    "--parent", metavar="TYPE/ID", help="The record that it lies below: flexible-assets/987."
)
DATA = click.option(
    "--data",
    metavar="JSON|@FILE|-",
    required=True,
    help='The attributes; or {"attributes": …, "relationships": …}.',
)
INCLUDE = click.option(
    "--include", multiple=True, metavar="NAME", help="Send these along; repeatable."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The resource that a verb is for."""

    context: Context
    entity: Entity[Attributes]

    def run(self, work: Callable[[ITGlue], Awaitable[T]]) -> T:
        """Connect, and do *work*."""

        async def connected_work() -> T:
            async with connected(self.context) as itglue:
                return await work(itglue)

        return asyncio.run(connected_work())

    def resource(self, itglue: ITGlue, parent: tuple[str, str] | None) -> Resource[Attributes]:
        """The collection, below *parent* if there is one."""
        resource = itglue.resource(self.entity)
        return resource.under(*parent) if parent else resource

    def parent(self, text: str | None, *, listing: bool = False) -> tuple[str, str] | None:
        """What ``--parent`` says.

        Raises:
            click.UsageError: it makes no sense, or it is missing.
        """
        parent = parent_called(text)
        example = NEST.get(self.entity.type) or (listing and LIST_NEST.get(self.entity.type))
        if parent is None and example:
            raise click.UsageError(
                f"{self.entity.type} lie below another record: add --parent TYPE/ID, "
                f"such as --parent {example}"
            )
        return parent
