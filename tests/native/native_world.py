"""A world with native documents: what is written, and what IT Glue shows of them."""

from __future__ import annotations

from typing import Any

from world import World, document

PAGE = """\
Before all headings.

## Purpose

Why this is done.

## Steps

1. Stop the service.
2. Start it.

## Contacts

Ask [the desk](mailto:desk@acme.test).
"""


def native(text: str = PAGE, **more: Any) -> str:
    """The text of a document that becomes an IT Glue document."""
    return document(text, **{"title": "Backup runbook", "type": "document"} | more)


def documents(world: World) -> list[dict[str, Any]]:
    """All documents with id and attributes."""
    records = world.site.all("documents")
    plain = world.site.attributes(records)
    return [v | {"id": r.id} for r, v in zip(records, plain, strict=True)]


def sections(world: World, title: str = "Backup runbook") -> list[tuple[str, str]]:
    """(kind, text) of a document's sections in their order; of the footer only the marker."""
    (one,) = [found for found in documents(world) if found["name"] == title]
    return [
        (row["resource-type"].rpartition(":")[2], str(row["content"]).partition("<hr>")[0].strip())
        for row in one["content"]
    ]


def edit_section(world: World, old: str, new: str, title: str = "Backup runbook") -> None:
    """A colleague replaces text in a section, and publishes."""
    (one,) = [found for found in documents(world) if found["name"] == title]
    (row,) = [row for row in one["content"] if old in str(row["content"])]
    world.ahead += 60
    content = str(row["content"]).replace(old, new)
    world.site.update("document_sections", row["id"], {"content": content})
    world.ahead += 60
