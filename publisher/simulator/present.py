"""Stored records -> attributes: names of what ids point to, resource-urls, times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from publisher.simulator.errors import Json
from publisher.simulator.resource import Resource
from publisher.simulator.resources import RESOURCES
from publisher.simulator.store import Record
from publisher.simulator.values import stamp

if TYPE_CHECKING:
    from publisher.simulator.site import Site


def fill(site: Site, records: Sequence[Record]) -> list[dict[str, Json]]:
    """The attributes of records of one resource; one look-up for all the names in them."""
    definition = RESOURCES[records[0].resource]
    ids = {
        record.data[pointer]
        for record in records
        for pointer in definition.references
        if isinstance(record.data.get(pointer), int)
    }
    names = {identity: found.name for identity, found in site.store.find(ids).items()}
    return [_fill(site, definition, record, names) for record in records]


def _fill(
    site: Site, definition: Resource, record: Record, names: Mapping[int, str]
) -> dict[str, Json]:
    out: dict[str, Json] = {}
    for attribute in definition.attributes:
        pointer = f"{attribute.removesuffix('-name')}-id"
        if attribute.endswith("-name") and pointer in definition.references:
            out[attribute] = names.get(record.data.get(pointer, 0))
        elif attribute == "resource-url":
            out[attribute] = site.url_of(record)
        else:
            value = record.data.get(attribute)
            out[attribute] = definition.defaults.get(attribute) if value is None else value
    whole = site.switches.whole_seconds
    out["created-at"] = stamp(record.created, whole_seconds=whole)
    out["updated-at"] = stamp(record.updated, whole_seconds=whole)
    return out
