"""``publisher api RESOURCE list|get|search|download``."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import click

from publisher.cli.api_asked import FORMAT, INCLUDE, PARENT, Asked
from publisher.cli.api_input import filters
from publisher.cli.api_output import show, wire
from publisher.errors import NotOne
from publisher.itglue import ITGlue, Record
from publisher.itglue.documents import PAGE, all_pages
from publisher.itglue.entities import ENTITIES
from publisher.itglue.models import Attributes, kebab
from publisher.itglue.paging import LARGEST, Page
from publisher.itglue.resources import Filter, Resource


@click.command("list")
@click.option(
    "--filter",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="Only such records; the same KEY again is an alternative. IT Glue ignores unknown keys.",
)
@click.option("--sort", metavar="FIELD", help="Sort by it; -FIELD downwards.")
@INCLUDE
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many.")
@PARENT
@FORMAT
@click.pass_obj
def list_(
    asked: Asked,
    /,
    given: tuple[str, ...],
    sort: str | None,
    include: tuple[str, ...],
    limit: int | None,
    parent: str | None,
    form: str | None,
) -> None:
    """List records, all pages of them.

    \b
    Example:
      publisher api documents list --parent organizations/4711 --limit 20
    """
    chosen_filter = filters(given)
    if parent is None and asked.entity.type in ("documents", "document-folders"):
        parent = _home(chosen_filter)
    below = asked.parent(parent, listing=True)

    async def work(itglue: ITGlue) -> list[dict[str, Any]]:
        if below and asked.entity.type == "related-items":
            return await _links(itglue, below)
        size = min(limit or LARGEST, LARGEST)
        pages = _pages(asked.resource(itglue, below), asked, chosen_filter, sort, include, size)
        found: dict[str, dict[str, Any]] = {}
        async for page in pages:
            for record in page.records:
                if _is_named(record, chosen_filter):
                    found.setdefault(record.id, wire(_with_included(record, page)))
            if limit and len(found) >= limit:
                break
        return list(found.values())[:limit]

    show(asked.run(work), form)


@click.command()
@click.argument("record_id", metavar="ID")
@INCLUDE
@PARENT
@FORMAT
@click.pass_obj
def get(
    asked: Asked,
    /,
    record_id: str,
    include: tuple[str, ...],
    parent: str | None,
    form: str | None,
) -> None:
    """Read one record. A password's value shows in JSON only.

    \b
    Example:
      publisher api organizations get 4711 --format json
    """
    below = asked.parent(parent)

    async def work(itglue: ITGlue) -> dict[str, Any]:
        record = await asked.resource(itglue, below).get(record_id, include=include)
        if record is None:
            raise NotOne(asked.entity.path, record_id)
        return wire(record, secrets=True)

    show(asked.run(work), form)


@click.command()
@click.argument("text")
@PARENT
@FORMAT
@click.pass_obj
def search(asked: Asked, /, text: str, parent: str | None, form: str | None) -> None:
    """List the records with TEXT in their name, in any case.

    \b
    Example:
      publisher api configurations search srv-
    """
    below = asked.parent(parent, listing=True)

    async def work(itglue: ITGlue) -> list[dict[str, Any]]:
        if below and below[0] == "organizations" and asked.entity.type == "documents":
            return [wire(r) for r in await itglue.list_documents(below[1], search=text)]
        return [wire(r) for r in await asked.resource(itglue, below).search(text)]

    show(asked.run(work), form)


@click.command()
@click.argument("record_id", metavar="ID")
@click.option("--out", type=click.File("wb"), default="-", help="The file.  [default: stdout]")
@PARENT
@click.pass_obj
def download(asked: Asked, /, record_id: str, out: Any, parent: str | None) -> None:
    """Write the content of an attachment to a file.

    \b
    Example:
      publisher api attachments download 555 --parent flexible-assets/987 --out net.pdf
    """
    below = asked.parent(parent)
    if asked.entity.type != "attachments" or below is None:
        raise click.UsageError("only attachments are downloaded.")

    async def work(itglue: ITGlue) -> bytes:
        attachment = await itglue.attachments(*below).resource.get(record_id)
        if attachment is None:
            raise NotOne("attachments", record_id)
        return await itglue.download_attachment(attachment)

    out.write(asked.run(work))


def _pages(
    resource: Resource[Attributes],
    asked: Asked,
    chosen_filter: Filter,
    sort: str | None,
    include: tuple[str, ...],
    size: int,
) -> AsyncIterator[Page[Attributes]]:
    """The pages of a list; of an organization's documents also those in folders."""
    folder = any(name.replace("-", "_") == "document_folder_id" for name in chosen_filter)
    if asked.entity.type == "documents" and not folder:
        size = min(size, PAGE)
        return all_pages(resource, filter=chosen_filter, sort=sort, include=include, size=size)
    return resource.pages(filter=chosen_filter, sort=sort, include=include, size=size)


def _home(chosen_filter: dict[str, Any]) -> str | None:
    """The organization that a filter names, taken out of it: it is the parent of these."""
    for name in ("organization_id", "organization-id"):
        if len(chosen_filter.get(name, ())) == 1:
            return f"organizations/{chosen_filter.pop(name)[0]}"
    return None


def _is_named(record: Record[Attributes], chosen_filter: Filter) -> bool:
    """Whether a record passes the name filter, which IT Glue ignores for some resources."""
    name, wanted = record.attributes.name, chosen_filter.get("name")
    if not isinstance(wanted, list) or name is None:
        return True
    return any(str(part).casefold() in name.casefold() for part in wanted)


def _with_included(record: Record[Attributes], page: Page[Attributes]) -> Record[Attributes]:
    """A record of a list with what came along for it."""
    own = {
        (item.get("type"), str(item.get("id")))
        for entry in record.relationships.values()
        if isinstance(entry, dict) and isinstance(entry.get("data"), list)
        for item in entry["data"]
        if isinstance(item, dict)
    }
    record.included = [each for each in page.included if (each.type, each.id) in own]
    return record


async def _links(itglue: ITGlue, parent: tuple[str, str]) -> list[dict[str, Any]]:
    """The related items of a record, which IT Glue shows along with the record only."""
    entity = dataclasses.replace(ENTITIES[parent[0]], attributes=Attributes)
    record = await itglue.resource(entity).get(parent[1], include=("related_items",))
    if record is None:
        raise NotOne(*parent)
    return [wire(each) for each in record.included if kebab(each.type) == "related-items"]
