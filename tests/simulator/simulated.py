"""An account with two organizations and one asset type, and a client of it, in process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from publisher.simulator import Site, Switches, create_app, load_seed

SEED: dict[str, Any] = {
    "organizations": [{"name": "Acme Corp", "short_name": "ACME"}, {"name": "Globex"}],
    "types": [
        {
            "name": "SOP",
            "icon": "book",
            "description": "Standard operating procedures",
            "fields": [
                {"name": "Title", "kind": "Text", "required": True, "use_for_title": True},
                {"name": "Body", "kind": "Textbox"},
                {"name": "State", "kind": "Select", "options": ["Draft", "Live"]},
                {"name": "Steps", "kind": "Number"},
                {"name": "Share", "kind": "Percent"},
                {"name": "Review by", "kind": "Date", "expiration": True},
                {"name": "Critical", "kind": "Checkbox"},
                {"name": "Clients", "kind": "Tag", "tag_type": "Organizations"},
                {"name": "Diagram", "kind": "Upload"},
                {"name": "Secret", "kind": "Password"},
                {"name": "Notes", "kind": "Header"},
            ],
        }
    ],
}
START = 1_800_000_000.0


class Clock:
    """A clock that moves when a test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Api:
    """A client of one site: every call is one HTTP request through ASGI."""

    site: Site
    clock: Clock
    naps: list[float]
    key: str | None = "ITG.test"

    def __post_init__(self) -> None:
        self._transport = httpx.ASGITransport(create_app(self.site))

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            headers = {"x-api-key": self.key} if self.key else {}
            headers |= options.pop("headers", {})
            async with httpx.AsyncClient(
                transport=self._transport, base_url="https://api.test", headers=headers
            ) as client:
                return await client.request(method, path, **options)

        return asyncio.run(call())

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.send("GET", path, params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, status: int, **options: Any) -> Any:
        """The JSON of a request that must be answered with *status*."""
        answer = self.send(method, path, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    def write(self, method: str, path: str, attributes: Any, **more: Any) -> Any:
        """The ``data`` of a write that must succeed; a list of attributes is a bulk request."""
        answer = self.send(method, path, json=document(attributes, **more))
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["data"]

    @property
    def acme(self) -> int:
        return self.site.all("organizations")[0].id

    @property
    def globex(self) -> int:
        return self.site.all("organizations")[1].id

    @property
    def sop(self) -> int:
        return self.site.all("flexible_asset_types")[0].id

    def asset(self, **traits: Any) -> Any:
        """Create an SOP of Acme's."""
        return self.write("POST", "/flexible_assets", self.asset_attributes(**traits))

    def asset_attributes(self, **traits: Any) -> dict[str, Any]:
        named = {name.replace("_", "-"): value for name, value in traits.items()}
        return {
            "organization-id": self.acme,
            "flexible-asset-type-id": self.sop,
            "traits": {"title": "Patching"} | named,
        }


def document(attributes: Any, **more: Any) -> dict[str, Any]:
    """A JSON:API request body."""
    if isinstance(attributes, list):
        return {"data": [{"type": "x", "attributes": one} for one in attributes]}
    return {"data": {"type": "x", "attributes": attributes, **more}}


MakeApi = Callable[..., Api]


@contextmanager
def accounts() -> Iterator[MakeApi]:
    """A function from switches to an API over an account of its own; all are closed at the end."""
    sites: list[Site] = []

    def make(*, keys: tuple[str, ...] = (), **switches: Any) -> Api:
        clock, naps = Clock(), list[float]()

        async def sleep(seconds: float) -> None:
            naps.append(seconds)

        site = Site.open(switches=Switches(**switches), clock=clock, sleep=sleep, keys=keys)
        load_seed(site, SEED)
        sites.append(site)
        return Api(site, clock, naps)

    yield make
    for site in sites:
        site.close()
