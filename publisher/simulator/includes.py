"""``include=…``: records sent along, and the relationships that point to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from publisher.simulator.errors import Json, refusal
from publisher.simulator.query import Query
from publisher.simulator.related import related_to
from publisher.simulator.resource import Resource
from publisher.simulator.store import Record
from publisher.simulator.values import stamp

if TYPE_CHECKING:
    from publisher.simulator.site import Site

Along: TypeAlias = dict[int, list[dict[str, Json]]]
"""Id of a record -> the resource objects included for it."""


def wanted(site: Site, resource: Resource, query: Query, *, show: bool) -> list[str]:
    """The includes to carry out.

    Raises:
        ApiError: one is not offered, if the switch says that this matters.
    """
    offered = set(resource.includes)
    if show:
        offered |= resource.show_includes
    elif site.switches.list_related_items:
        offered |= resource.show_includes & {"related_items"}
    unknown = query.includes - resource.includes - resource.show_includes
    if unknown and site.switches.unknown_include == "reject":
        raise refusal(400, "Invalid include", f"{sorted(unknown)[0]} cannot be included", "include")
    return sorted(query.includes & offered & _INCLUDERS.keys())


def include(site: Site, name: str, records: Sequence[Record]) -> Along:
    """What *name* includes for each of *records*."""
    return _INCLUDERS[name](site, records)


def _children(resource: str) -> Callable[[Site, Sequence[Record]], Along]:
    def find(site: Site, records: Sequence[Record]) -> Along:
        found: list[Record] = site.store.children(resource, [record.id for record in records])
        along: Along = {record.id: [] for record in records}
        for child, attributes in zip(found, site.attributes(found), strict=True):
            along[child.parent_id or 0].append(
                {
                    "id": str(child.id),
                    "type": resource.replace("_", "-"),
                    "attributes": attributes,
                    "relationships": {},
                }
            )
        return along

    return find


def _versions(site: Site, records: Sequence[Record]) -> Along:
    """The attributes of a version are not recorded: time, author and name are a guess."""

    def objects(record: Record) -> list[dict[str, Json]]:
        whole = site.switches.whole_seconds
        return [
            {
                "id": str(version.id),
                "type": "versions",
                "attributes": {
                    "name": version.data.get("name"),
                    "whodunnit": version.actor,
                    "created-at": stamp(version.at, whole_seconds=whole),
                },
                "relationships": {},
            }
            for version in site.store.versions(record.id)[:10]
        ]

    return {record.id: objects(record) for record in records}


_INCLUDERS: Mapping[str, Callable[[Site, Sequence[Record]], Along]] = {
    "attachments": _children("attachments"),
    "configuration_interfaces": _children("configuration_interfaces"),
    "flexible_asset_fields": _children("flexible_asset_fields"),
    "passwords": _children("passwords"),
    "recent_versions": _versions,
    "related_items": related_to,
}
