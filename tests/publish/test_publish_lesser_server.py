"""Against a server that answers less than IT Glue: no includes, no totals, no sorting, no dates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from world import BASE_URL, World, brief, document

from publisher.itglue import ITGlue, RateLimit, Secret

FIELDS = [
    {"name": "Title", "name-key": "title", "kind": "Text", "use-for-title": True},
    {"name": "Body", "name-key": "body", "kind": "Textbox"},
]


class Lesser:
    """A handful of routes over a dict; says as little as it can."""

    def __init__(self) -> None:
        self.assets: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        routes = [
            Route("/organizations", self.organizations),
            Route("/flexible_asset_types", self.types),
            Route("/flexible_asset_types/{id}/relationships/flexible_asset_fields", self.fields),
            Route("/flexible_assets", self.collection, methods=["GET", "POST"]),
            Route("/flexible_assets/{id}", self.one, methods=["GET", "PATCH", "DELETE"]),
        ]
        self.app = Starlette(routes=routes)

    async def organizations(self, request: Request) -> Response:
        return self._list(request, [{"id": "1", "attributes": {"name": "Acme Corp"}}])

    async def types(self, request: Request) -> Response:
        return self._list(request, [{"id": "7", "attributes": {"name": "SOP"}}])

    async def fields(self, request: Request) -> Response:
        rows = [{"id": str(n), "attributes": field} for n, field in enumerate(FIELDS)]
        return self._list(request, rows)

    async def collection(self, request: Request) -> Response:
        if request.method == "GET":
            return self._list(request, list(self.assets.values()))
        self.asked.append("POST")
        asset_id = str(100 + len(self.assets))
        return self._keep(asset_id, json.loads(await request.body()), 201)

    async def one(self, request: Request) -> Response:
        self.asked.append(request.method)
        asset_id = request.path_params["id"]
        if asset_id not in self.assets:
            return JSONResponse({}, 404)
        if request.method == "PATCH":
            return self._keep(asset_id, json.loads(await request.body()), 200)
        if request.method == "DELETE":
            del self.assets[asset_id]
            return Response(status_code=204)
        return JSONResponse({"data": self.assets[asset_id]})

    def _list(self, request: Request, rows: list[dict[str, Any]]) -> Response:
        if request.query_params.get("page[number]", "1") != "1":
            rows = []
        return JSONResponse({"data": [{"type": "things"} | row for row in rows]})

    def _keep(self, asset_id: str, document: dict[str, Any], status: int) -> Response:
        sent = {k.replace("_", "-"): v for k, v in document["data"]["attributes"].items()}
        before = self.assets.get(asset_id, {}).get("attributes", {})
        name = sent["traits"]["title"]
        attributes = before | sent | {"name": name, "resource-url": f"https://x/{asset_id}"}
        self.assets[asset_id] = {"id": asset_id, "attributes": attributes}
        return JSONResponse({"data": self.assets[asset_id]}, status)


@pytest.fixture
def lesser() -> Lesser:
    return Lesser()


@pytest.fixture
def world(tmp_path: Path, lesser: Lesser, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    monkeypatch.setattr(
        made,
        "client",
        lambda: ITGlue(
            base_url=BASE_URL,
            api_key=Secret("test"),
            transport=httpx.ASGITransport(lesser.app),
            rate_limit=RateLimit(3000, 300.0),
        ),
    )
    return made


def test_publishing_twice_writes_once(world: World, lesser: Lesser) -> None:
    """Create, nothing, one edit, nothing; and the same after the state was lost."""
    world.write("a.md", document("To [b](b.md).", id="a1", title="A"))
    world.write("b.md", document("Text.", id="b1", title="B"))
    world.commit()
    assert len(world.apply().applied) == 2
    assert not world.plan().actions
    world.save("b.md", document("Other text.", id="b1", title="B"))
    assert brief(world.plan().actions) == [("update", "b.md")]
    world.apply()
    assert not world.plan().actions
    world.lose_state()
    assert not world.plan().actions
    assert [verb for verb in lesser.asked if verb != "GET"] == ["POST", "POST", "PATCH"]


def test_an_edit_there_is_drift(world: World, lesser: Lesser) -> None:
    """Also without a time stamp that would tell."""
    world.save("a.md", document("Text.", id="a1", title="A"))
    world.apply()
    (asset,) = lesser.assets.values()
    asset["attributes"]["traits"]["body"] = "<p>Theirs.</p>"
    plan = world.plan()
    assert (plan.actions, plan.summary["drift"]) == ((), 1)


def test_a_deleted_asset_and_a_removed_document_are_noticed(world: World, lesser: Lesser) -> None:
    """Without totals every list is read whole, and says so by itself."""
    world.write("a.md", document("Text.", id="a1", title="A"))
    world.write("b.md", document("Text.", id="b1", title="B"))
    world.commit()
    world.apply()
    del lesser.assets[next(i for i, a in lesser.assets.items() if a["attributes"]["name"] == "A")]
    assert world.plan().summary["drift"] == 1
    world.remove("b.md")
    assert brief(world.plan().actions) == [("archive", "b.md")]
    world.apply()
    (asset,) = lesser.assets.values()
    assert asset["attributes"]["archived"] is True
