"""What the pages show: records -> plain values for the templates."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Mapping, Sequence
from typing import Any

from publisher.simulator.assets import describer, fields_of
from publisher.simulator.documents import HEADING, sections_of
from publisher.simulator.errors import Json
from publisher.simulator.fields import Field
from publisher.simulator.images import with_signed_images
from publisher.simulator.journal import Entry
from publisher.simulator.site import Site
from publisher.simulator.store import Record, Version
from publisher.simulator.traits import emit, pointers

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
EDITABLE = ("Text", "Textbox")
MOST_ROWS = 500
"""How many assets of one type a page lists."""


def organizations(site: Site) -> Values:
    """The start page."""
    held = "SELECT organization_id, count(*) FROM record WHERE resource = ? GROUP BY 1"
    assets: dict[int, int] = dict(site.store.rows(held, ("flexible_assets",)))
    documents: dict[int, int] = dict(site.store.rows(held, ("documents",)))
    records = sorted(site.all("organizations"), key=lambda one: one.name.casefold())
    rows = [
        {
            "id": record.id,
            "name": record.name,
            "type": out["organization-type-name"],
            "status": out["organization-status-name"],
            "assets": assets.get(record.id, 0),
            "documents": documents.get(record.id, 0),
        }
        for record, out in zip(records, site.attributes(records), strict=True)
    ]
    return {"rows": rows, "types": _types(site)}


def _types(site: Site) -> list[Values]:
    records = site.all("flexible_asset_types")
    fields = fields_of(site, [record.id for record in records])
    sql = "SELECT type_id, count(*) FROM record WHERE resource = 'flexible_assets' GROUP BY 1"
    counts: dict[int, int] = dict(site.store.rows(sql))
    return [
        {
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
    types = [
        {"name": names.get(identity, ""), "count": len(rows)}
        | {"rows": [_row(site, one) for one in rows[:MOST_ROWS]]}
        for identity, rows in sorted(by_type.items())
    ]
    others = [
        {"name": label, "rows": [_row(site, one) for one in found]}
        for resource, label in OTHERS.items()
        if (found := site.store.select(where, [record.id, resource]))
    ]
    return {"name": record.name, "types": types, "others": others, "trail": [_HOME]}


_HOME = ("Organizations", "/")


def asset(site: Site, record: Record, version: Version | None = None) -> Values:
    """One flexible asset, as it is or as a version had it."""
    data = version.data if version else record.data
    type_id = int(record.data["flexible-asset-type-id"])
    fields, kept = fields_of(site, [type_id])[type_id], data["traits"]
    out = emit(fields, kept, describer(site, pointers(fields, kept)), site.switches)
    attachments = site.store.children("attachments", [record.id])
    return {
        "id": record.id,
        "name": data["name"],
        "type": site.need(type_id).name,
        "archived": bool(data.get("archived")),
        "created": when(record.created),
        "updated": when(record.updated),
        "url": local(site, site.url_of(record)),
        "fields": [_field(site, field, out[field.key]) for field in fields if field.key in out],
        "editable": [
            {"key": field.key, "name": field.name, "kind": field.kind}
            | {"value": kept.get(field.key, "")}
            for field in fields
            if field.kind in EDITABLE
        ],
        "attachments": [
            {"name": one.name, "size": one.data["attachment-file-size"]}
            | {"url": local(site, site.download_url(one.id, one.data["attachment-file-name"]))}
            for one in attachments
        ],
        "versions": [
            {"id": one.id, "at": when(one.at), "actor": one.actor}
            for one in site.store.versions(record.id)
        ],
        "version": version and {"at": when(version.at), "actor": version.actor},
        "trail": _trail(site, record),
        "problem": "",
    }


def record(site: Site, found: Record) -> Values:
    """Any other record: its attributes, and a document's sections."""
    (out,) = site.attributes([found])
    sections = sections_of(site, found.id) if found.resource == "documents" else []
    shown = [
        (name.replace("-", " "), value)
        for name, value in out.items()
        if value not in (None, "", []) and name not in ("name", "content", "resource-url")
    ]
    return {
        "name": found.name,
        "attributes": shown,
        "sections": [_section(site, section) for section in sections],
        "trail": _trail(site, found),
    }


def log(entries: Sequence[Entry]) -> Values:
    """The request log."""

    def row(one: Entry) -> Values:
        took = "" if one.seconds is None else f"{one.seconds * 1000:.1f}"
        shown = {"at": when(one.at), "method": one.method, "path": one.path, "query": one.query}
        return shown | {"status": one.status, "milliseconds": took}

    return {"rows": [row(one) for one in entries]}


def local(site: Site, url: str | None) -> str:
    """A link to one of the site's own pages, good on whatever port they are served."""
    return (url or "").removeprefix(site.web_base)


def when(milliseconds: int) -> str:
    """A time for people, in UTC."""
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _row(site: Site, found: Record) -> Values:
    return {
        "name": found.name,
        "url": local(site, site.url_of(found)),
        "archived": bool(found.data.get("archived")),
        "updated": when(found.updated),
    }


def _trail(site: Site, found: Record) -> list[tuple[str, str]]:
    home = site.need(found.organization_id)
    return [_HOME, (home.name, f"/{home.id}")]


def _field(site: Site, field: Field, value: Json) -> Values:
    shown: Values = {"name": field.name, "kind": field.kind, "value": value, "links": []}
    if field.kind == "Textbox":
        shown["srcdoc"] = _framed(site, str(value or ""))
    elif isinstance(value, Mapping):
        shown["links"] = [
            {"name": one["name"], "url": local(site, one.get("resource-url") or one.get("url"))}
            for one in value["values"]
        ]
    return shown


def _section(site: Site, section: Record) -> Values:
    content = str(section.data.get("content") or "")
    if section.data["resource-type"] == HEADING:
        return {"heading": content}
    framed = _framed(site, str(with_signed_images(site, content)))
    return {"heading": "", "title": section.data["resource-type"], "srcdoc": framed}


def _framed(site: Site, body: str) -> str:
    """A whole page for a sandboxed frame; links to the site's own pages work on any port."""
    body = body.replace(f'"{html.escape(site.web_base)}/', '"/')
    style = '<link rel="stylesheet" href="/simulator/textbox.css"><base target="_blank">'
    return f"<!doctype html><meta charset=utf-8>{style}{body}"
