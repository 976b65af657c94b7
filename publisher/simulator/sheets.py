"""What the page of one record shows: an asset's fields, a document's text, and the rest."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence

from publisher.simulator.assets import describer, fields_of
from publisher.simulator.difference import as_text, changes
from publisher.simulator.display import OTHERS, Values, in_bytes, local, side, trail, when
from publisher.simulator.documents import HEADING, STEP, TEXT, sections_of
from publisher.simulator.errors import Json
from publisher.simulator.fields import Field
from publisher.simulator.images import with_signed_images
from publisher.simulator.related import links
from publisher.simulator.site import Site
from publisher.simulator.store import Record, Version
from publisher.simulator.traits import emit, pointers

EDITABLE = ("Text", "Textbox")
COMPARED = 10
"""How many versions of a record are compared with the one before."""

Attributes = Mapping[str, Json]


def asset(site: Site, record: Record, version: Version | None = None) -> Values:
    """One flexible asset, as it is or as a version had it."""
    data = version.data if version else record.data
    type_id = int(record.data["flexible-asset-type-id"])
    fields, kept = fields_of(site, [type_id])[type_id], data["traits"]
    out = emit(fields, kept, describer(site, pointers(fields, kept)), site.switches)
    return {
        "id": record.id,
        "name": data["name"],
        "type": site.need(type_id).name,
        "side": side(site, int(record.organization_id or 0), f"type-{type_id}"),
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
        "versions": _versions(site, record, {field.key: field.name for field in fields}, _traits),
        "version": version and {"at": when(version.at), "actor": version.actor},
        "trail": trail(site, record),
        "problem": "",
        **_beside(site, record),
    }


def _traits(data: Attributes) -> Attributes:
    traits: Attributes = data["traits"]
    return traits


def document(site: Site, found: Record) -> Values:
    """A document: its sections as they are now, published or not."""
    sections = sections_of(site, found.id)
    return {
        "id": found.id,
        "name": found.name,
        "archived": bool(found.data.get("archived")),
        "draft": bool(found.data.get("draft")),
        "created": when(found.created),
        "updated": when(found.updated),
        "url": local(site, site.url_of(found)),
        "side": side(site, int(found.organization_id or 0), found.resource),
        "sections": [_section(site, section) for section in sections],
        "editable": [
            {"key": str(one.id), "kind": one.data["resource-type"].rpartition(":")[2]}
            | {"heading": one.data["resource-type"] == HEADING}
            | {"value": str(one.data.get("content") or "")}
            for one in sections
            if one.data["resource-type"] in (HEADING, TEXT, STEP)
        ],
        "versions": _versions(site, found, {"name": "Name", "text": "Text"}, _live),
        "trail": trail(site, found),
        "problem": "",
        **_beside(site, found),
    }


def _live(data: Attributes) -> Attributes:
    """A document's name and published text."""
    text = "\n".join(str(one.get("content") or "") for one in data.get("live", ()))
    return {"name": data["name"], "text": text}


def _beside(site: Site, record: Record) -> Values:
    """What hangs on a record: files, and other records."""
    attachments = site.store.children("attachments", [record.id])
    ends = [
        int(link.data["destination-id"] if link.parent_id == record.id else link.parent_id or 0)
        for link in links(site, [record.id])
    ]
    found = sorted(site.store.find(ends).values(), key=lambda one: one.name.casefold())
    return {
        "attachments": [_attachment(site, one) for one in attachments],
        "related": [{"name": one.name, "url": local(site, site.url_of(one))} for one in found],
    }


def _attachment(site: Site, one: Record) -> Values:
    name = one.data["attachment-file-name"]
    url = local(site, site.download_url(one.id, name))
    return {"name": one.name, "size": in_bytes(one.data["attachment-file-size"]), "url": url}


def _versions(
    site: Site, record: Record, names: Mapping[str, str], read: Callable[[Attributes], Attributes]
) -> list[Values]:
    """The newest first, each with what it changed; the oldest changed nothing, it made it.

    Args:
        site, record: whose versions.
        names: the fields to compare: key -> what it is called.
        read: the fields of a version's attributes.
    """
    found = site.store.versions(record.id)
    shown = []
    for at, one in enumerate(found):
        values: Values = {"id": one.id, "at": when(one.at), "actor": one.actor, "changes": []}
        former = found[at + 1].data if at + 1 < len(found) else None
        if former is None:
            values["what"] = "created"
        else:
            if at < COMPARED:
                values["changes"] = changes(read(former), read(one.data), names)
            values["what"] = _what(former, one.data, [c.name for c in values["changes"]])
        shown.append(values)
    return shown


def _what(old: Attributes, new: Attributes, fields: Sequence[str]) -> str:
    """What a version did, in a few words."""
    if bool(old.get("archived")) != bool(new.get("archived")):
        return "archived" if new.get("archived") else "restored"
    return ", ".join(fields)


def record(site: Site, found: Record) -> Values:
    """Any other record: its attributes."""
    (out,) = site.attributes([found])
    shown = [
        (name.replace("-", " "), value)
        for name, value in out.items()
        if value not in (None, "", []) and name not in ("name", "content", "resource-url")
    ]
    return {
        "name": found.name,
        "kind": OTHERS.get(found.resource, found.resource).removesuffix("s"),
        "side": side(site, int(found.organization_id or 0), found.resource),
        "attributes": shown,
        "trail": trail(site, found),
        **_beside(site, found),
    }


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
