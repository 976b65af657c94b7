"""What the pages that list show: records -> plain values for the templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from publisher.simulator.assets import fields_of
from publisher.simulator.site import Site
from publisher.simulator.store import Record

Values = dict[str, Any]
OTHERS: Mapping[str, str] = {
    "documents": "Documents",
    "configurations": "Configurations",
    "contacts": "Contacts",
    "locations": "Locations",
    "passwords": "Passwords",
    "domains": "Domains",
}
"""Resources that an organization's page lists beside its flexible assets."""
MOST_COLUMNS = 12
"""How many types have a column on the start page."""
MOST_ROWS = 500
"""How many assets of one type a page lists."""


def organizations(site: Site) -> Values:
    """The start page: what lies where."""
    types = _types(site)
    held = "SELECT organization_id, type_id, count(*) FROM record WHERE resource = ? GROUP BY 1, 2"
    assets = {tuple(row[:2]): row[2] for row in site.store.rows(held, ("flexible_assets",))}
    documents = {row[0]: row[2] for row in site.store.rows(held, ("documents",))}
    records = sorted(site.all("organizations"), key=lambda one: one.name.casefold())
    shown = [one for one in types if one["count"]][:MOST_COLUMNS]
    rows = [
        {
            "id": record.id,
            "name": record.name,
            "type": out["organization-type-name"],
            "assets": [(one["id"], assets.get((record.id, one["id"]), 0)) for one in shown],
            "documents": documents.get(record.id, 0),
        }
        for record, out in zip(records, site.attributes(records), strict=True)
    ]
    return {"rows": rows, "types": types, "columns": [one["name"] for one in shown]}


def _types(site: Site) -> list[Values]:
    records = site.all("flexible_asset_types")
    fields = fields_of(site, [record.id for record in records])
    sql = "SELECT type_id, count(*) FROM record WHERE resource = 'flexible_assets' GROUP BY 1"
    counts: dict[int, int] = dict(site.store.rows(sql))
    return [
        {
            "id": record.id,
            "name": record.name,
            "count": counts.get(record.id, 0),
            "fields": [field.name for field in fields[record.id]],
        }
        for record in records
    ]


def organization(site: Site, record: Record) -> Values:
    """What one organization holds."""
    where = "organization_id = ? AND resource = ?"
    assets = site.store.select(where, [record.id, "flexible_assets"], order="name COLLATE NOCASE")
    by_type: dict[int, list[Record]] = {}
    for asset in assets:
        by_type.setdefault(asset.data["flexible-asset-type-id"], []).append(asset)
    names = {identity: found.name for identity, found in site.store.find(by_type).items()}
    groups = [
        _group(site, f"type-{identity}", names.get(identity, ""), rows)
        for identity, rows in sorted(by_type.items(), key=lambda one: names.get(one[0], ""))
    ]
    groups += [
        _group(site, resource, label, found)
        for resource, label in OTHERS.items()
        if (found := site.store.select(where, [record.id, resource]))
    ]
    return {"name": record.name, "groups": groups, "trail": [_HOME], "side": side(site, record.id)}


_HOME = ("Organizations", "/")


def _group(site: Site, anchor: str, name: str, found: Sequence[Record]) -> Values:
    rows = [_row(site, one) for one in found[:MOST_ROWS]]
    return {"anchor": anchor, "name": name, "count": len(found), "rows": rows}


def side(site: Site, organization_id: int, current: str = "") -> Values:
    """What an organization holds, to go to: (anchor, name, count, whether one is there)."""
    home = site.need(organization_id)
    sql = (
        "SELECT resource, type_id, count(*) FROM record WHERE organization_id = ?"
        " GROUP BY resource, type_id"
    )
    counts = {(row[0], row[1]): row[2] for row in site.store.rows(sql, (organization_id,))}
    types = [identity for resource, identity in counts if resource == "flexible_assets"]
    names = sorted((found.name, identity) for identity, found in site.store.find(types).items())
    links = [
        (f"type-{identity}", name, counts["flexible_assets", identity]) for name, identity in names
    ]
    for resource, label in OTHERS.items():
        held = sum(count for (name, _), count in counts.items() if name == resource)
        links += [(resource, label, held)] if held else []
    shown = [(*link, link[0] == current) for link in links]
    return {"name": home.name, "url": f"/{home.id}", "links": shown}


def local(site: Site, url: str | None) -> str:
    """A link to one of the site's own pages, good on whatever port they are served."""
    return (url or "").removeprefix(site.web_base)


def when(milliseconds: int) -> str:
    """A time for people, in UTC."""
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def in_bytes(size: int) -> str:
    """A file's size, for people."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _row(site: Site, found: Record) -> Values:
    return {
        "name": found.name,
        "url": local(site, site.url_of(found)),
        "archived": bool(found.data.get("archived")),
        "updated": when(found.updated),
    }


def trail(site: Site, found: Record) -> list[tuple[str, str]]:
    home = site.need(found.organization_id)
    return [_HOME, (home.name, f"/{home.id}")]
