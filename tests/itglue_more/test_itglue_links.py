"""Links between records, and all relationships of one."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from glue import KEY, account, id_of, plain, writes

from publisher.errors import NotOne, Rejected
from publisher.itglue import ITGlueClient
from publisher.itglue.links import Relationship, _collection, reference
from publisher.simulator import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with account() as opened:
        yield opened


@pytest.fixture
def itglue(site: Site) -> Iterator[ITGlueClient]:
    with plain(site) as opened:
        yield opened


def links_of(itglue: ITGlueClient, ref: tuple[str, str]) -> list[Relationship]:
    return [each for each in itglue.relationships(ref) if each.kind == "link"]


@pytest.mark.parametrize(
    ("resource", "name"), [("passwords", "admin"), ("contacts", "Jane Doe"), ("documents", "D")]
)
def test_a_configuration_is_linked(
    site: Site, itglue: ITGlueClient, resource: str, name: str
) -> None:
    """It shows from both sides, with its notes; twice is as good as once; and it goes again."""
    if resource == "documents":
        itglue.create_document("Acme Corp", "D", ())
    server = ("configurations", id_of(site, "configurations", "SRV-01"))
    other = (resource, id_of(site, resource, name))
    made = itglue.link(server, other, notes="see")
    assert made is not None
    assert itglue.link(server, other) is None
    (there,) = links_of(itglue, server)
    (back,) = links_of(itglue, other)
    assert (there.resource, there.id) == other
    assert (there.notes, there.name, there.link_id) == ("see", name, made.id)
    assert (back.resource, back.id) == server
    itglue.related_items(*server).delete(made.id)
    assert links_of(itglue, other) == []


def test_links_of_flexible_assets_and_tags(site: Site, itglue: ITGlueClient) -> None:
    """A tag and a link to the same record are one; attachments and owners count too."""
    servers = [id_of(site, "configurations", name) for name in ("SRV-01", "SRV-02")]
    asset = itglue.flexible_assets.create(
        {
            "organization_id": id_of(site, "organizations", "Acme Corp"),
            "flexible_asset_type_id": id_of(site, "flexible_asset_types", "SOP"),
            "traits": {"title": "T", "servers": [int(servers[0])]},
        }
    )
    made = itglue.link(("configurations", servers[1]), asset)
    assert made is not None
    itglue.attachments("flexible_assets", asset.id).create("a.txt", b"x")
    found = {(r.kind, r.resource, r.name) for r in itglue.relationships(asset)}
    assert found == {
        ("tag", "configurations", "SRV-01"),
        ("link", "configurations", "SRV-02"),
        ("inside", "attachments", "a.txt"),
        ("attribute", "organizations", "Acme Corp"),
        ("attribute", "flexible_asset_types", "SOP"),
    }


def test_an_embedded_password_names_its_owner(site: Site, itglue: ITGlueClient) -> None:
    """And the owner names the password, never its value."""
    server = id_of(site, "configurations", "SRV-01")
    password = itglue.passwords.create(
        {
            "organization_id": id_of(site, "organizations", "Acme Corp"),
            "name": "root",
            "password": "pa55-value",
            "resource_type": "Configuration",
            "resource_id": int(server),
        }
    )
    owner = itglue.relationships(password)
    assert Relationship("attribute", "configurations", server, "SRV-01") in owner
    held = itglue.relationships(("configurations", server))
    assert ("inside", "passwords", password.id) in {(r.kind, r.resource, r.id) for r in held}
    assert "pa55" not in repr(held)


def test_what_is_not_there(itglue: ITGlueClient) -> None:
    """Unknown records are named, and refused links pass as what they are."""
    with pytest.raises(NotOne):
        itglue.relationships(("configurations", 99))
    with pytest.raises(Rejected):
        itglue.link(("configurations", 99), ("passwords", 98))


def test_the_other_spelling_is_tried_once_the_first_was_refused(site: Site) -> None:
    """Flexible assets have two candidate names; any other refusal ends it at once."""
    asked: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        body = request.content.decode()
        asked.append("Flexible Asset" if '"Flexible Asset"' in body else "FlexibleAsset")
        if asked[-1] == "Flexible Asset":
            return httpx.Response(201, json={"data": {"id": "1"}})
        return httpx.Response(422, json={"errors": [{"status": 422, "detail": "no such type"}]})

    transport = httpx.MockTransport(server)
    with ITGlueClient(base_url="https://x.test", api_key=KEY, transport=transport) as itglue:
        assert itglue.link(("passwords", 1), ("flexible-assets", 2)) is not None
        assert asked == ["FlexibleAsset", "Flexible Asset"]
        with pytest.raises(Rejected):
            itglue.link(("passwords", 1), ("ssl_certificates", 2))
    assert writes(site) == []


def test_another_refusal_ends_it_at_once() -> None:
    """A 404 or 409 says nothing of the spelling."""
    transport = httpx.MockTransport(lambda request: httpx.Response(409))
    with ITGlueClient(base_url="https://x.test", api_key=KEY, transport=transport) as itglue:
        with pytest.raises(Rejected):
            itglue.link(("passwords", 1), ("flexible_assets", 2))
        assert itglue.requests == 1


def test_odd_related_items() -> None:
    """What does not say where it leads is left out; so is the record itself, and a repetition."""
    known = {"asset-type": "password", "resource-id": 3, "name": "P"}
    items = [{}, {"resource-id": 2}, known, known, {"asset-type": "contact", "resource-id": 1}]
    included = [
        {"id": str(n), "type": "related-items", "attributes": each} for n, each in enumerate(items)
    ]
    traits = {"a": 5, "b": {"values": "x"}, "c": {"type": "Locations", "values": ["x", {}]}}
    data = {"id": "1", "type": "contacts", "attributes": {"traits": traits}}
    answer = {"data": data, "included": included}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
    with ITGlueClient(base_url="https://x.test", api_key=KEY, transport=transport) as itglue:
        found = itglue.relationships(("contacts", 1))
    assert [(each.resource, each.id, each.link_id) for each in found] == [("passwords", "3", "2")]


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("flexible_asset", "flexible_assets"),
        ("FlexibleAsset", "flexible_assets"),
        ("Flexible Asset", "flexible_assets"),
        ("FlexibleAssetTypes", "flexible_assets"),
        ("configuration", "configurations"),
        ("DocumentFolder", "document_folders"),
        ("Something Else", "Something Else"),
    ],
)
def test_names_of_collections(name: str, resource: str) -> None:
    """As links and tags spell them."""
    assert _collection(name) == resource


def test_references() -> None:
    """A collection goes by either spelling."""
    assert reference(("flexible-assets", 5)) == ("flexible_assets", "5")
