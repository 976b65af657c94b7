"""The client against the embedded IT Glue: the same wire, written by another hand."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from itglue_doubles import KEY, ids_of
from virtual_time import in_virtual_time

from publisher.errors import OutcomeUnknown, OutOfReach, Rejected
from publisher.itglue import ITGlue
from publisher.simulator import Lost, NotJson, Rule, Site, Status, Truncated, create_app


@pytest.fixture
def site() -> Iterator[Site]:
    opened = Site.open(":memory:")
    yield opened
    opened.close()


def connect(site: Site) -> ITGlue:
    return ITGlue(
        base_url="http://127.0.0.1:8090",
        api_key=KEY,
        transport=httpx.ASGITransport(create_app(site)),
    )


async def set_up(itglue: ITGlue) -> tuple[int, int]:
    """Make an organization and a type; return their ids."""
    organization = await itglue.organizations.create({"name": "Kub, Reynolds and Gibson"})
    fields = [
        {"order": 1, "name": "Title", "kind": "Text", "required": True, "use-for-title": True},
        {"order": 2, "name": "Body", "kind": "Textbox"},
    ]
    kind = await itglue.flexible_asset_types.create(
        {"name": "SOP", "icon": "book"},
        relationships={
            "flexible-asset-fields": {
                "data": [{"type": "flexible-asset-fields", "attributes": each} for each in fields]
            }
        },
    )
    return int(organization.id), int(kind.id)


@in_virtual_time
async def test_an_asset_from_birth_to_death(site: Site) -> None:
    """Create, read, list, change, attach, delete: what was sent is what is there."""
    async with connect(site) as itglue:
        organization, kind = await set_up(itglue)
        (known,) = await itglue.types_with_fields()
        assert [f.attributes.name_key for f in known.fields] == ["title", "body"]

        (named,) = await itglue.organizations.named("Kub, Reynolds and Gibson")
        assert named.id == str(organization)

        asset = await itglue.flexible_assets.create(
            {
                "organization_id": organization,
                "flexible_asset_type_id": kind,
                "traits": {"title": "Patching", "body": "<p>é</p>"},
            }
        )
        assert asset.attributes.organization_id == organization
        file = await itglue.attachments("flexible_assets", asset.id).create("a.txt", b"hello")
        found = await itglue.flexible_assets.get(asset.id, include=("attachments",))
        assert found is not None
        assert found.attributes.name == "Patching"
        assert found.attributes.traits == {"title": "Patching", "body": "<p>é</p>"}
        assert found.related_ids("attachments") == [file.id]
        assert found.included[0].attributes["attachment_file_size"] == 5

        changed = await itglue.flexible_assets.update(asset.id, {"traits": {"title": "New"}})
        assert changed.attributes.traits == {"title": "New"}
        await itglue.attachments("flexible_assets", asset.id).delete(file.id)
        assert await itglue.attachments("flexible_assets", asset.id).list() == []
        await itglue.flexible_assets.delete(asset.id)
        assert await itglue.flexible_assets.get(asset.id) is None


@in_virtual_time
async def test_lists(site: Site) -> None:
    """All pages of a type, newest first, with the server's count and date."""
    async with connect(site) as itglue:
        organization, kind = await set_up(itglue)
        for number in range(25):
            await itglue.flexible_assets.create(
                {
                    "organization_id": organization,
                    "flexible_asset_type_id": kind,
                    "traits": {"title": f"T{number}"},
                }
            )
        wanted = {"flexible_asset_type_id": kind}
        found = [p async for p in itglue.flexible_assets.pages(filter=wanted, size=10)]
        assert [len(page.records) for page in found] == [10, 10, 5]
        assert found[0].total == 25
        assert found[0].date is not None
        newest = await ids_of(
            itglue.flexible_assets.pages(filter=wanted, sort="-updated_at", size=10)
        )
        assert len(set(newest)) == 25
        with pytest.raises(Rejected) as raised:
            await itglue.flexible_assets.list()
        assert raised.value.status == 422


@pytest.mark.parametrize(
    "action",
    [Lost("before"), Lost("after"), Status(502), Truncated(), NotJson()],
    ids=["lost before", "lost after", "502", "truncated", "not JSON"],
)
@in_virtual_time
async def test_trouble_with_a_write(site: Site, action: Lost | Status | Truncated) -> None:
    """Whatever swallows the answer, one request leaves and its outcome is unknown."""
    async with connect(site) as itglue:
        site.faults.add(Rule("POST", "/organizations", action))
        with pytest.raises(OutcomeUnknown):
            await itglue.organizations.create({"name": "A"})
        assert itglue.requests == 1
        found = await itglue.organizations.list()
        assert len(found) <= 1


@pytest.mark.parametrize(
    "action",
    [Lost("before"), Lost("after"), Status(502), Truncated(), NotJson()],
    ids=["lost before", "lost after", "502", "truncated", "not JSON"],
)
@in_virtual_time
async def test_trouble_with_a_read(site: Site, action: Lost | Status | Truncated) -> None:
    """A read goes on after one such failure, and gives up when it lasts."""
    async with connect(site) as itglue:
        made = await itglue.organizations.create({"name": "A"})
        site.faults.add(Rule("GET", "/organizations/.*", action))
        assert await itglue.organizations.get(made.id) is not None
        site.faults.add(Rule("GET", "/organizations/.*", action, always=True))
        with pytest.raises(OutOfReach):
            await itglue.organizations.get(made.id)
