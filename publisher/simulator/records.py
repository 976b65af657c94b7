"""Core records that do a little more than their description says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.simulator.behaviour import Behaviour, Draft
from publisher.simulator.errors import invalid
from publisher.simulator.store import Record

if TYPE_CHECKING:
    from publisher.simulator.site import Site


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
