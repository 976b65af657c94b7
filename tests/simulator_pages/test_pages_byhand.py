"""What a colleague does on the pages of assets and documents, and what their versions show."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from world import World, document

from publisher.simulator import create_app
from publisher.simulator.store import Record

TEXT = "Restart the spooler, then look.\n\n## Contacts\n\nAsk the desk."


@pytest.fixture
def world(tmp_path: Any) -> World:
    """An asset and a document, published."""
    made = World(tmp_path)
    made.write("a.md", document(TEXT, id="a", title="Printers"))
    made.save("b.md", document(TEXT, id="b", title="Runbook", type="document"))
    made.apply()
    return made


def send(world: World, method: str, path: str, **options: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(world.site))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **options)

    return asyncio.run(ask())


def only(world: World, resource: str) -> Record:
    (found,) = world.site.all(resource)
    return found


def address(world: World, resource: str) -> str:
    """The path of the one record's page."""
    return str(world.site.url_of(only(world, resource))).removeprefix(world.site.web_base)


def test_a_version_shows_what_it_changed(world: World) -> None:
    """Words taken out and put in; the first version says that it was the creation."""
    world.edit("Printers", notes="x")
    asset = only(world, "flexible_assets")
    body = asset.data["traits"]["body"]
    world.site.edit(asset.id, {"body": body.replace("spooler", "print server")})
    url = address(world, "flexible_assets")
    text = send(world, "GET", url).text
    assert "<del>spooler,</del>" in text
    assert "<ins>print server,</ins>" in text
    assert "<summary>Notes</summary>" in text
    assert "created</div>" in text
    send(world, "POST", url, data={"action": "archive"})
    assert '<div class="quiet">archived</div>' in send(world, "GET", url).text


def test_a_documents_sections_are_edited_and_published(world: World) -> None:
    """The version shows the words; the next plan shows it as drift; the rest stays as it was."""
    url = address(world, "documents")
    sections = world.site.store.children("document_sections", [only(world, "documents").id])
    (section,) = [one for one in sections if "Ask the desk" in str(one.data["content"])]
    text = str(section.data["content"]).replace("desk", "night shift")
    form = {"action": "save", f"section-{section.id}": text}
    world.ahead += 60
    assert send(world, "POST", url, data=form).status_code == 303
    world.ahead += 60
    page = send(world, "GET", url).text
    assert "<del>desk.</del> <ins>night shift.</ins>" in page
    assert "by a person" in page
    assert "not published yet" not in page
    assert [drift.document for drift in world.plan().drifts] == ["b.md"]


def test_a_document_that_is_saved_unchanged_is_no_drift(world: World) -> None:
    """Nor is one whose sections were not sent."""
    url = address(world, "documents")
    world.ahead += 60
    assert send(world, "POST", url, data={"action": "save"}).status_code == 303
    world.ahead += 60
    plan = world.plan()
    assert (plan.drifts, plan.actions) == ((), ())


def test_archive_restore_and_delete_a_document(world: World) -> None:
    """Each is one button."""
    url = address(world, "documents")
    for action, archived in (("archive", True), ("restore", False)):
        send(world, "POST", url, data={"action": action})
        assert bool(only(world, "documents").data["archived"]) == archived
        assert ("archived</span>" in send(world, "GET", url).text) == archived
    answer = send(world, "POST", url, data={"action": "delete"})
    assert answer.headers["location"].count("/") == 1
    assert world.site.count("documents") == 0


def test_a_draft_says_so(world: World) -> None:
    """What was changed by the API and not published yet."""
    found = only(world, "documents")
    section = world.site.store.children("document_sections", [found.id])[0]
    world.site.update("document_sections", section.id, {"content": "<p>Draft</p>"})
    assert "not published yet" in send(world, "GET", address(world, "documents")).text


def test_related_items_are_shown_on_both_sides(world: World) -> None:
    """With links to each other."""
    asset, found = only(world, "flexible_assets"), only(world, "documents")
    link = {"destination-id": found.id, "destination-type": "Document"}
    world.site.create("related_items", link, parent=asset)
    for one, other in (("flexible_assets", "documents"), ("documents", "flexible_assets")):
        text = send(world, "GET", address(world, one)).text
        assert f'<a href="{address(world, other)}">' in text
