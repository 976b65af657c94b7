"""What the pages show: records -> plain values for the templates."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Mapping, Sequence
from typing import Any

from publisher.simulator.assets import describer, fields_of
from publisher.simulator.difference import as_text, changes
from publisher.simulator.documents import HEADING, sections_of
from publisher.simulator.errors import Json
from publisher.simulator.fields import Field
from publisher.simulator.images import with_signed_images
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
COMPARED = 10
"""How many versions of an asset are compared with the one before."""
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
    side = _side(site, record.id)
    return {"name": record.name, "groups": groups, "trail": [_HOME], "side": side}


_HOME = ("Organizations", "/")


def _group(site: Site, anchor: str, name: str, found: Sequence[Record]) -> Values:
    rows = [_row(site, one) for one in found[:MOST_ROWS]]
    return {"anchor": anchor, "name": name, "count": len(found), "rows": rows}


def _side(site: Site, organization_id: int, current: str = "") -> Values:
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
        "side": _side(site, int(record.organization_id or 0), f"type-{type_id}"),
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
        "attachments": [_attachment(site, one) for one in attachments],
        "versions": _versions(site, record, {field.key: field.name for field in fields}),
        "version": version and {"at": when(version.at), "actor": version.actor},
        "trail": _trail(site, record),
        "problem": "",
    }


def _attachment(site: Site, one: Record) -> Values:
    name = one.data["attachment-file-name"]
    url = local(site, site.download_url(one.id, name))
    return {"name": one.name, "size": in_bytes(one.data["attachment-file-size"]), "url": url}


def _versions(site: Site, record: Record, names: Mapping[str, str]) -> list[Values]:
    """The newest first, each with what it changed; the oldest changed nothing, it made it."""
    found = site.store.versions(record.id)
    shown = []
    for at, one in enumerate(found):
        former = found[at + 1].data if at + 1 < len(found) else None
        values: Values = {"id": one.id, "at": when(one.at), "actor": one.actor, "changes": []}
        if former is None:
            values["what"] = "created"
        else:
            if at < COMPARED:
                values["changes"] = changes(former["traits"], one.data["traits"], names)
            values["what"] = _what(former, one.data, [c.name for c in values["changes"]])
        shown.append(values)
    return shown


def _what(old: Mapping[str, Json], new: Mapping[str, Json], fields: Sequence[str]) -> str:
    """What a version did, in a few words."""
    if bool(old.get("archived")) != bool(new.get("archived")):
        return "archived" if new.get("archived") else "restored"
    return ", ".join(fields)


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
        "kind": OTHERS.get(found.resource, found.resource).removesuffix("s"),
        "attachments": [
            _attachment(site, one) for one in site.store.children("attachments", [found.id])
        ],
        "side": _side(site, int(found.organization_id or 0), found.resource),
        "attributes": shown,
        "sections": [_section(site, section) for section in sections],
        "trail": _trail(site, found),
    }


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


def _trail(site: Site, found: Record) -> list[tuple[str, str]]:
    home = site.need(found.organization_id)
    return [_HOME, (home.name, f"/{home.id}")]


def _field(site: Site, field: Field, value: Json) -> Values:
    shown: Values = {"name": field.name, "kind": field.kind, "value": value, "links": []}
    if field.kind == "Textbox":
        shown["srcdoc"] = _framed(site, str(value or ""))
        shown["height"] = frame_height(str(value or ""))
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
    kind = section.data["resource-type"]
    height = frame_height(content)
    return {"heading": "", "title": kind, "srcdoc": framed, "height": height}


def frame_height(body: str) -> int:
    """About how high a text is, in rem: nothing may run that could measure it."""
    rows = [row for row in as_text(body).split("\n") if row.strip()]
    lines = sum(1 + len(row) // 90 for row in rows)
    return min(60, 4 + round(1.75 * lines) + 18 * body.count("<img"))


def _framed(site: Site, body: str) -> str:
    """A whole page for a sandboxed frame; links to the site's own pages work on any port."""
    body = body.replace(f'"{html.escape(site.web_base)}/', '"/')
    style = '<link rel="stylesheet" href="/simulator/textbox.css"><base target="_blank">'
    return f"<!doctype html><meta charset=utf-8>{style}{body}"
