"""An IT Glue account with a bit of everything, its client, and a clock that a test turns."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from itglue_echo import KEY

from publisher.itglue import ITGlue
from publisher.itglue.cache import Cached, MetadataCache
from publisher.itglue.events import Listener
from publisher.simulator import Rule, Site, Status, Switches, create_app, load_seed

BASE_URL = "http://127.0.0.1:8090"
START = 1_800_000_000.0
SEED: dict[str, Any] = {
    "organizations": [
        {"name": "Acme Corp", "short_name": "ACME", "quick_notes": "CANARY-quick"},
        {"name": "Zürich Café", "alert": "CANARY-alert", "description": "CANARY-description"},
    ],
    "types": [
        {
            "name": "SOP",
            "description": "CANARY-type",
            "fields": [
                {"name": "Title", "kind": "Text", "required": True, "use_for_title": True},
                {"name": "Body", "kind": "Textbox", "default": "CANARY-d", "hint": "CANARY-h"},
            ],
        }
    ],
    "configurations": [
        {
            "name": "SRV-01", "hostname": "srv-01.acme.test", "organization": "Acme Corp",
            "configuration_type": "Server", "notes": "CANARY-notes",
            "operating_system_notes": "CANARY-os",
        }
    ],
    "contacts": [
        {
            "first_name": "Jörg", "last_name": "Müller", "organization": "Zürich Café",
            "notes": "CANARY-contact", "contact_emails": [{"value": "CANARY-mail"}],
        }
    ],
    "passwords": [
        {"name": "Admin", "organization": "Acme Corp", "password": "CANARY-password"}
    ],
}  # fmt: skip

T = TypeVar("T")


@dataclass
class Account:
    """One account and its cache."""

    folder: Path
    site: Site
    now: float = START

    def clock(self) -> float:
        return self.now

    def id_of(self, resource: str, number: int = 0) -> str:
        return str(self.site.all(resource)[number].id)

    def pass_(self, *, hours: float) -> None:
        self.now += hours * 3600

    def down(self) -> None:
        """From now on every answer is an error that no second try mends."""
        self.site.faults.add(Rule(".*", ".*", Status(429, retry_after=1), always=True))

    def up(self) -> None:
        self.site.faults.clear()

    @contextlib.asynccontextmanager
    async def open(self, listener: Listener | None = None) -> AsyncIterator[tuple[ITGlue, Cached]]:
        transport = httpx.ASGITransport(create_app(self.site))
        async with ITGlue(
            base_url=BASE_URL, api_key=KEY, transport=transport, listener=listener, clock=_Quick()
        ) as itglue:
            with MetadataCache(self.folder / "cache.db", BASE_URL, clock=self.clock) as cache:
                yield itglue, Cached(itglue, cache)

    def run(self, work: Callable[[ITGlue, Cached], Coroutine[Any, Any, T]]) -> T:
        """Do some work with the client and the cache."""

        async def opened() -> T:
            async with self.open() as (itglue, cached):
                return await work(itglue, cached)

        return asyncio.run(opened())

    def write(self, resource: str, **attributes: Any) -> str:
        """Somebody else creates a record."""
        named = {name.replace("_", "-"): value for name, value in attributes.items()}
        return str(self.site.create(resource, named, actor="else").id)

    def change(self, resource: str, number: int, **attributes: Any) -> None:
        """Somebody else changes one."""
        self.site.update(resource, int(self.id_of(resource, number)), attributes, actor="else")

    def drop(self, resource: str, number: int) -> None:
        """Somebody else deletes one."""
        self.site.delete(resource, int(self.id_of(resource, number)), actor="else")


class _Quick:
    """Waits for nothing: only what waiting is for would take time."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def time(self) -> float:
        return START + self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds
        await asyncio.sleep(0)


def furnished(folder: Path, **switches: Any) -> Account:
    """An account that holds the seed, and one asset, document and link, with canaries in them."""
    site = Site.open(switches=Switches(**switches))
    account = Account(folder, site)
    site.clock = account.clock
    load_seed(site, SEED)
    asset = {
        "organization-id": int(account.id_of("organizations")),
        "flexible-asset-type-id": int(account.id_of("flexible_asset_types")),
        "traits": {"title": "Patching servers", "body": "CANARY-body"},
    }
    site.create("flexible_assets", asset, actor="else")
    document = {"organization-id": int(account.id_of("organizations")), "name": "Backup runbook"}
    made = site.create("documents", document, actor="else")
    section = {"resource-type": "Document::Text", "content": "CANARY-section"}
    site.create("document_sections", section, parent=made, actor="else")
    link = {"destination-type": "Document", "destination-id": made.id, "notes": "CANARY-link"}
    source = site.all("configurations")[0]
    site.create("related_items", link, parent=source, actor="else")
    return account
