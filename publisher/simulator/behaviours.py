"""Which resource has which behaviour."""

from __future__ import annotations

from collections.abc import Mapping

from publisher.simulator.assets import Assets, Fields, Types
from publisher.simulator.behaviour import Behaviour
from publisher.simulator.files import Attachments
from publisher.simulator.records import Organizations
from publisher.simulator.related import RelatedItems

BEHAVIOURS: Mapping[str, Behaviour] = {
    "attachments": Attachments(),
    "flexible_asset_fields": Fields(),
    "flexible_asset_types": Types(),
    "flexible_assets": Assets(),
    "organizations": Organizations(),
    "related_items": RelatedItems(),
}
