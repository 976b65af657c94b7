"""Asset types, assets of Markdown, files up and down, search, health: one call each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from glue import KEY, account, client, id_of, plain

from publisher.errors import BadKey, OutOfReach, Rejected
from publisher.itglue import ITGlue, ITGlueClient
from publisher.itglue.models import Attachment, FlexibleAssetField, Record
from publisher.itglue.types import body_key, title_key
from publisher.scripting import render_markdown
from publisher.simulator import Rule, Site, Status

MARKDOWN = "# Patching\n\nFirst *this*.\n"


@pytest.fixture
def site() -> Iterator[Site]:
    with account() as opened:
        yield opened


@pytest.fixture
def itglue(site: Site) -> Iterator[ITGlueClient]:
    with plain(site) as opened:
        yield opened


def test_a_type_with_the_default_fields(itglue: ITGlueClient) -> None:
    """Title, which names the asset, and Content."""
    kind = itglue.create_flexible_asset_type("Runbook")
    fields = [field.attributes for field in itglue.fields(kind.id).list()]
    assert [(f.name, f.kind, f.use_for_title) for f in fields] == [
        ("Title", "Text", True),
        ("Content", "Textbox", False),
    ]
    assert kind.attributes.icon == "file-text-o"


def test_a_type_with_fields_of_its_own(itglue: ITGlueClient) -> None:
    """In either spelling of names, in the order given."""
    fields: list[dict[str, Any]] = [
        {"name": "Name", "kind": "Text", "required": True, "use_for_title": True},
        {"name": "State", "kind": "Select", "default-value": "Draft\nLive"},
    ]
    kind = itglue.create_flexible_asset_type("Thing", fields, icon="cube", description="A thing")
    found = [f.attributes for f in itglue.fields(kind.id).list()]
    assert [(f.order, f.name_key, f.use_for_title) for f in found] == [
        (1, "name", True),
        (2, "state", False),
    ]


def test_an_asset_of_markdown(itglue: ITGlueClient, tmp_path: Path) -> None:
    """Of a text or a file; organization and type by name or id; other traits as given."""
    file = tmp_path / "patching.md"
    file.write_text(MARKDOWN, "utf-8")
    made = [
        itglue.create_flexible_asset_from_markdown(
            "Acme Corp", "SOP", MARKDOWN, render=render_markdown
        ),
        itglue.create_flexible_asset_from_markdown(
            "Acme Corp",
            "SOP",
            file,
            render=render_markdown,
            title="By hand",
            traits={"servers": []},
        ),
        itglue.create_flexible_asset_from_markdown(
            "Acme Corp", "SOP", "text", render=lambda text: (None, text), title="T", body="body"
        ),
    ]
    assert [a.attributes.traits["title"] for a in made] == ["Patching", "By hand", "T"]
    assert made[0].attributes.traits["body"] == "<p>First <em>this</em>.</p>"


def test_an_asset_without_a_title(itglue: ITGlueClient, tmp_path: Path) -> None:
    """A file has its name at least; a text has none, and says so before anything is written."""
    (tmp_path / "notes.md").write_text("text", "utf-8")
    made = itglue.create_flexible_asset_from_markdown(
        "Acme Corp", "SOP", tmp_path / "notes.md", render=render_markdown
    )
    assert made.attributes.name == "notes"
    with pytest.raises(ValueError, match="no title"):
        itglue.create_flexible_asset_from_markdown(
            "Acme Corp", "SOP", "text", render=render_markdown
        )


def test_frontmatter_is_no_text() -> None:
    """Its title is the title, and the rest does not show."""
    text = "---\ntitle: Named\nowner: me\n---\n[a](https://x.test) [b](other.md)\n"
    title, html = render_markdown(text)
    assert title == "Named"
    assert "owner" not in html
    assert 'href="other.md"' in html
    assert render_markdown("plain")[0] is None


def field(kind: str, key: str | None, *, title: bool = False) -> Record[FlexibleAssetField]:
    values = FlexibleAssetField(kind=kind, name_key=key, use_for_title=title)
    return Record(id="1", attributes=values)


def test_which_field_takes_what() -> None:
    """Where it is not plain, the caller is asked."""
    fields = [field("Text", "a"), field("Text", "b", title=True), field("Textbox", "c")]
    assert (title_key(fields), title_key(fields[:1]), body_key(fields)) == ("b", "a", "c")
    with pytest.raises(ValueError, match="no Text field"):
        title_key(fields[2:])
    for boxes in ([], [field("Textbox", "c"), field("Textbox", "d")], [field("Textbox", None)]):
        with pytest.raises(ValueError, match="say with `body`"):
            body_key(boxes)


def test_search(site: Site, itglue: ITGlueClient) -> None:
    """By the server's filter where it finds parts, else here: the same result."""
    found = itglue.configurations.search(" srv ")
    assert [c.attributes.name for c in found] == ["SRV-01", "SRV-02"]
    assert [o.attributes.name for o in itglue.organizations.search("STONE")] == [
        "Baker, Stone & Partners"
    ]
    queries = [query for (query,) in site.store.rows("SELECT query FROM request ORDER BY id")]
    assert "name" in queries[0]
    assert "name" not in queries[1]


def attachment(url: str | None) -> Record[Attachment]:
    return Record(id="5", attributes=Attachment(download_url=url))


def download(handler: object, url: str | None) -> bytes:
    async def run() -> bytes:
        transport = httpx.MockTransport(handler)  # type: ignore[arg-type]  # any callable
        async with ITGlue(base_url="https://x.test", api_key=KEY, transport=transport) as itglue:
            return await itglue.download_attachment(attachment(url))

    return asyncio.run(run())


def test_the_key_goes_to_the_api_alone() -> None:
    """A file may lie elsewhere, by its URL or by a redirect: nobody else sees the key."""
    seen: dict[str, str | None] = {}

    def server(request: httpx.Request) -> httpx.Response:
        seen[str(request.url)] = request.headers.get("x-api-key")
        if request.url.host == "x.test":
            return httpx.Response(302, headers={"location": "https://files.test/a?signature=1"})
        return httpx.Response(200, content=b"bytes")

    assert download(server, "/attachments/5") == b"bytes"
    assert download(server, "https://x.test.evil.test/a") == b"bytes"
    assert seen == {
        "https://x.test/attachments/5": KEY,
        "https://files.test/a?signature=1": None,
        "https://x.test.evil.test/a": None,
    }


def test_a_file_that_cannot_be_had() -> None:
    """No URL, an expired one, one that is no https, or a circle: an error that says so."""
    with pytest.raises(Rejected, match="no download URL"):
        download(lambda request: httpx.Response(200), None)
    for status in (401, 403, 404):
        with pytest.raises(Rejected) as raised:
            download(lambda request, s=status: httpx.Response(s), "https://f.test/a?sig=s3cret")
        assert "s3cret" not in str(raised.value)
    with pytest.raises(OutOfReach):
        download(
            lambda request: httpx.Response(302, headers={"location": "/again"}), "https://f.test/a"
        )


@pytest.mark.parametrize("step", ["redirected", "lost"])
def test_a_file_that_does_not_come(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect out of https is not followed; a lost connection is one."""
    monkeypatch.setattr("publisher.itglue.retry.TRIES", 1)

    def server(request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https"
        if step == "lost":
            raise httpx.ReadError("gone")
        return httpx.Response(302, headers={"location": "http://f.test/a"})

    with pytest.raises(OutOfReach, match="no https URL" if step == "redirected" else "gone"):
        download(server, "https://f.test/a")


def test_health(site: Site) -> None:
    """One small request says it all; what is wrong is a value, not an exception."""

    async def run() -> None:
        async with client(site) as itglue:
            well = await itglue.health()
            assert (well.status, well.key_valid, well.breaker) == ("ok", True, "closed")
            assert (well.budget_left, well.budget) == (2939, 2940)
            assert 0 < well.latency < 30
            assert itglue.requests == 1
            site.faults.add(Rule("GET", "/organizations", Status(403)))
            ill = await itglue.health()
            assert (ill.status, ill.key_valid) == ("bad-key", False)
            assert isinstance(ill.error, BadKey)
            site.faults.add(Rule("GET", "/organizations", Status(418)))
            odd = await itglue.health()
            assert (odd.status, odd.key_valid) == ("out-of-reach", None)

    asyncio.run(run())


def test_health_without_async(itglue: ITGlueClient) -> None:
    """The twin has the same result, and its name and help."""
    assert itglue.health().status == "ok"
    assert itglue.budget == 2940
    assert "one small request" in (ITGlueClient.health.__doc__ or "")
    assert itglue.types_with_fields()[0].type.attributes.name == "SOP"


def test_a_numeric_name_is_an_id(site: Site, itglue: ITGlueClient) -> None:
    """Digits are an id, which costs no request."""
    home = id_of(site, "organizations", "Acme Corp")
    before = itglue.requests
    assert itglue.list_documents(home) == []
    assert itglue.requests - before == 2
