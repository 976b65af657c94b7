"""Core records that do a little more than their description says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from publisher.simulator.behaviour import Behaviour, Condition, Draft, View
from publisher.simulator.errors import Json, invalid
from publisher.simulator.query import Query
from publisher.simulator.related import CLASSES
from publisher.simulator.store import Record
from publisher.simulator.values import as_id, stamp

if TYPE_CHECKING:
    from publisher.simulator.site import Site

LOG_DAYS = 30
"""How far back logs go (IT Glue API documentation)."""


class Organizations(Behaviour):
    """Organizations: names are unique (by switch); deleting one deletes all it holds."""

    def clean(self, site: Site, draft: Draft) -> None:
        if not site.switches.unique_organization_names:
            return
        same = draft.existing.id if draft.existing else 0
        where = "resource = 'organizations' AND name = ? AND id != ?"
        if site.store.select(where, [draft.data.get("name"), same]):
            raise invalid("/data/attributes/name", "has already been taken")

    def deleting(self, site: Site, record: Record) -> None:
        held = site.store.rows("SELECT id FROM record WHERE organization_id = ?", (record.id,))
        site.store.delete(row[0] for row in held)


class Configurations(Behaviour):
    """Configurations: interfaces may come along; some names of other records are sent out."""

    def saved(self, site: Site, draft: Draft, record: Record) -> Record:
        links = draft.relationships
        nested = links.get("configuration-interfaces") or links.get("configuration_interfaces")
        rows = nested.get("data") if isinstance(nested, Mapping) else None
        for row in rows if isinstance(rows, list) and draft.existing is None else ():
            attributes = row.get("attributes") if isinstance(row, Mapping) else None
            site.create("configuration_interfaces", attributes or {}, parent=record)
        return record

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        found = site.store.find(record.organization_id or 0 for record in records)
        for record, out in zip(records, outs, strict=True):
            organization = found.get(record.organization_id or 0)
            short = organization.data.get("short-name") if organization else None
            out["organization-short-name"] = short


class Interfaces(Behaviour):
    """Interfaces lie below their configuration."""

    def parent(self, site: Site, sent: Mapping[str, Json]) -> Record | None:
        where = "/data/attributes/configuration-id"
        return site.get("configurations", as_id(sent.get("configuration-id"), where))

    def clean(self, site: Site, draft: Draft) -> None:
        if draft.parent:
            draft.data["configuration-id"] = draft.parent.id
        elif draft.existing:
            draft.data["configuration-id"] = draft.existing.parent_id


class People(Behaviour):
    """Contacts and users: the name is made of its parts."""

    def clean(self, site: Site, draft: Draft) -> None:
        parts = (draft.data.get("first-name"), draft.data.get("last-name"))
        draft.data["name"] = " ".join(str(part) for part in parts if part)
        emails = draft.data.get("contact-emails")
        if isinstance(emails, list):
            rows = [row for row in emails if isinstance(row, Mapping)]
            primary = [row.get("value") for row in rows if row.get("primary")]
            draft.data["primary-email"] = next(iter(primary), None)


class Passwords(Behaviour):
    """Passwords: the value comes out on show only, if the key may read it.

    A resource-type that is no class name (``configurations``) quietly makes a general password.
    """

    def clean(self, site: Site, draft: Draft) -> None:
        data, old = draft.data, draft.existing
        if old is None or "password" in draft.sent:
            data["password-updated-at"] = stamp(site.now(), whole_seconds=True)
        kinds = {*CLASSES.values(), "flexible-asset-traits", None}
        if data.get("resource-type") not in kinds:
            data["resource-type"] = data["resource-id"] = None
        if data.get("resource-id"):
            target = site.store.get(as_id(data["resource-id"], "/data/attributes/resource-id"))
            if target is None:
                raise invalid("/data/attributes/resource-id", "must exist")
            data |= {"resource-id": target.id, "cached-resource-name": target.name}
            data["cached-resource-type-name"] = CLASSES.get(target.resource)
            if old is None:
                draft.parent = target

    def present(
        self, site: Site, records: Sequence[Record], outs: Sequence[dict[str, Json]], view: View
    ) -> None:
        shown = view.show and view.show_password and site.switches.password_access
        for record, out in zip(records, outs, strict=True):
            if not shown:
                del out["password"]
            elif view.version_id:
                versions = {version.id: version for version in site.store.versions(record.id)}
                old = versions.get(view.version_id)
                out["password"] = old.data.get("password") if old else out["password"]


class Logs(Behaviour):
    """Logs go back thirty days."""

    def narrow(self, site: Site, query: Query, parent: Record | None) -> Condition:
        return "created_at >= ?", [site.now() - LOG_DAYS * 86_400_000]
