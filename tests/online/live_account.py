"""An account to be asked: IT Glue's own, or the simulator; what is made in it is removed again."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from publisher.errors import ITGlueError, Rejected
from publisher.itglue import ITGlue, Record

TYPE = "Publisher contract test"
"""The one thing that stays: IT Glue's API cannot delete a flexible asset type."""
FIELDS: list[dict[str, Any]] = [
    {"name": "Title", "kind": "Text", "required": True, "use-for-title": True},
    {"name": "Body", "kind": "Textbox"},
    {"name": "State", "kind": "Select", "default-value": "Draft\r\nLive"},
    {"name": "Steps", "kind": "Number"},
    {"name": "Share", "kind": "Percent"},
    {"name": "Review", "kind": "Date"},
    {"name": "Clients", "kind": "Tag", "tag-type": "Organizations"},
]
MEDIA_TYPE = "application/vnd.api+json"


@dataclass
class Account:
    """One organization of an account, to create things in."""

    itglue: ITGlue
    http: httpx.AsyncClient
    """The same server, for what the client would never send."""
    organization: int
    tag: str = field(default_factory=lambda: f"publisher-contract-test-{secrets.token_hex(4)}")
    """In the name of everything that is made."""
    left: list[str] = field(default_factory=list)
    """What could not be removed."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits so many seconds, by the account's own clock."""
    _undo: list[tuple[str, Callable[[], Awaitable[object]]]] = field(default_factory=list)
    _type: int | None = None

    async def type(self) -> int:
        """The type that assets are made of."""
        if self._type is None:
            found = await self.itglue.flexible_asset_types.named(TYPE)
            made = found[0] if found else await self._make_type()
            self._type = int(made.id)
        return self._type

    async def _make_type(self) -> Record[Any]:
        fields = [
            {"type": "flexible_asset_fields", "attributes": {"order": order, **each}}
            for order, each in enumerate(FIELDS, 1)
        ]
        return await self.itglue.flexible_asset_types.create(
            {"name": TYPE, "icon": "flask", "description": "Made by publisher's contract tests."},
            relationships={"flexible-asset-fields": {"data": fields}},
        )

    async def asset(self, **traits: Any) -> Record[Any]:
        """A flexible asset of our own."""
        made = await self.itglue.flexible_assets.create(
            {
                "organization_id": self.organization,
                "flexible_asset_type_id": await self.type(),
                "traits": {"title": self.tag, **traits},
            }
        )
        self.undo(f"flexible asset {made.id}", lambda: self.itglue.flexible_assets.delete(made.id))
        return made

    async def assets(self, **filters: str) -> list[Record[Any]]:
        """Those of our type."""
        wanted = {"flexible_asset_type_id": await self.type(), **filters}
        return await self.itglue.flexible_assets.list(filter=wanted)

    async def read(self, asset: Record[Any]) -> Any:
        """An asset's attributes as they are now."""
        found = await self.itglue.flexible_assets.get(asset.id)
        assert found is not None
        return found.attributes

    async def contact(self, last_name: str) -> Record[Any]:
        made = await self.itglue.contacts.create(
            {
                "organization_id": self.organization,
                "first_name": self.tag,
                "last_name": last_name,
            }
        )
        self.undo(f"contact {made.id}", lambda: self.itglue.contacts.delete(made.id))
        return made

    async def document(self, name: str = "", **attributes: Any) -> Record[Any]:
        made = await self.itglue.documents.create(
            {
                "organization_id": self.organization,
                "name": f"{self.tag} {name}".strip(),
                **attributes,
            }
        )
        self.undo(f"document {made.id}", lambda: self.itglue.documents.delete(made.id))
        return made

    async def folder(self, name: str) -> Record[Any]:
        folders = self.itglue.document_folders(self.organization)
        made = await folders.create({"name": f"{self.tag} {name}"})
        self.undo(f"document folder {made.id}", lambda: folders.delete(made.id))
        return made

    def undo(self, what: str, action: Callable[[], Awaitable[object]]) -> None:
        """Remember how to remove something."""
        self._undo.append((what, action))

    async def tidy(self) -> None:
        """Remove everything, the youngest first; what is gone already is no trouble."""
        while self._undo:
            what, action = self._undo.pop()
            try:
                await action()
            except ITGlueError as error:
                gone = isinstance(error, Rejected) and error.status in (401, 404)
                if not gone:
                    self.left.append(f"{what}: {error}")

    async def raw(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request as it is given."""
        return await self.http.request(method, path, **options)


def data(attributes: Any, kind: str = "x") -> dict[str, Any]:
    """A JSON:API body."""
    return {"data": {"type": kind, "attributes": attributes}}


def said(answer: httpx.Response) -> str:
    """An answer in a few words: its status, and what an error says."""
    return f"{answer.status_code}" if answer.is_success else f"{answer.status_code} {answer.text}"


@contextlib.asynccontextmanager
async def opened(
    base_url: str, key: str, organization: str, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Account]:
    """An account, tidied in the end; *organization* is a name or an id."""
    headers = {"x-api-key": key, "accept": MEDIA_TYPE}
    async with (
        ITGlue(base_url=base_url, api_key=key, transport=transport) as itglue,
        httpx.AsyncClient(
            base_url=base_url, headers=headers, transport=transport, timeout=60
        ) as http,
    ):
        account = Account(itglue, http, await _organization(itglue, organization))
        try:
            yield account
        finally:
            await account.tidy()


async def _organization(itglue: ITGlue, organization: str) -> int:
    if organization.isdecimal():
        return int(organization)
    found = await itglue.organizations.named(organization)
    assert len(found) == 1, f"{len(found)} organizations are called {organization!r}"
    return int(found[0].id)
