"""Which resource has which behaviour."""

from __future__ import annotations

from collections.abc import Mapping

from publisher.simulator.assets import Assets, Fields, Types
from publisher.simulator.behaviour import Behaviour
from publisher.simulator.documents import Documents, Folders, Sections
from publisher.simulator.files import Attachments
from publisher.simulator.images import Images
from publisher.simulator.records import (
    Configurations,
    Interfaces,
    Logs,
    Organizations,
    Passwords,
    People,
)
from publisher.simulator.related import RelatedItems

BEHAVIOURS: Mapping[str, Behaviour] = {
    "attachments": Attachments(),
    "configuration_interfaces": Interfaces(),
    "configurations": Configurations(),
    "contacts": People(),
    "document_folders": Folders("documents", "document-folder-id", "documents-count"),
    "document_images": Images(),
    "document_sections": Sections(),
    "documents": Documents(),
    "flexible_asset_fields": Fields(),
    "flexible_asset_types": Types(),
    "flexible_assets": Assets(),
    "logs": Logs(),
    "organizations": Organizations(),
    "password_folders": Folders("passwords", "password-folder-id", "passwords-count"),
    "passwords": Passwords(),
    "related_items": RelatedItems(),
    "users": People(),
}
