"""What goes over the wire for each kind of call, and what comes back from it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import ssl
from typing import Any

import httpx
import pytest
from itglue_doubles import BASE_URL, KEY, Script, client, one, record
from virtual_time import in_virtual_time

from publisher.config import REGIONS
from publisher.errors import BadConfig, OutcomeUnknown
from publisher.itglue import ITGlue
from publisher.itglue.entities import ENTITIES, Entities, Entry
from publisher.itglue.models import FlexibleAsset, Organization, Password, parse_record
from publisher.itglue.resources import encode_query
from publisher.itglue.transport import tls


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


@in_virtual_time
async def test_bulk_deletion_says_what_is_gone() -> None:
    """As far as the answer does; nothing is sent for nothing."""
    script = Script(httpx.Response(200, json={"data": [record(1)]}), httpx.Response(204))
    async with client(script) as itglue:
        assert await itglue.flexible_assets.delete_many([1, "2"]) == {"1"}
        assert await itglue.flexible_assets.delete_many([2]) is None
        assert await itglue.flexible_assets.delete_many([]) == set()
        assert await itglue.attachments("flexible_assets", 3).delete([]) == set()
    assert [(r.method, r.url.path) for r in script.requests] == [("DELETE", "/flexible_assets")] * 2


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"name": "Kub, Reynolds"}, {"filter[name]": "Kub\\, Reynolds"}),
        ({"name": ["A, B", "C"]}, {"filter[name]": "A\\, B,C"}),
        ({"id": (4, 5)}, {"filter[id]": "4,5"}),
        ({"archived": False}, {"filter[archived]": "false"}),
        ({"primary": True}, {"filter[primary]": "true"}),
        ({"folder": None}, {"filter[folder]": "null"}),
        ({"exclude": {"id": 4}}, {"filter[exclude][id]": "4"}),
        ({"folder": {"ne": None}}, {"filter[folder][ne]": "null"}),
        (
            {"updated_at": (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "*")},
            {"filter[updated_at]": "2026-01-01T00:00:00Z,*"},
        ),
        ({}, {}),
    ],
)  # fmt: skip
def test_filters(given: dict[str, Any], sent: dict[str, str]) -> None:
    """A string is one value, its commas escaped; lists are alternatives; mappings nest."""
    assert dict(encode_query(given, None, ())) == sent


@in_virtual_time
async def test_a_list_request() -> None:
    """Filters, sort, include, further parameters and the page go into the query."""
    script = Script(httpx.Response(200, json={"data": [record(2, name="A")]}))
    async with client(script) as itglue:
        records = await itglue.organizations.list(
            filter={"name": "A"},
            sort="-updated_at",
            include=("attachments", "passwords"),
            size=100,
            params={"show": "1"},
        )
    (found,) = records
    assert (found.id, found.attributes.name) == ("2", "A")
    (request,) = script.requests
    assert request.url.path == "/organizations"
    assert dict(request.url.params) == {
        "filter[name]": "A",
        "sort": "-updated_at",
        "include": "attachments,passwords",
        "show": "1",
        "page[number]": "1",
        "page[size]": "100",
    }


@in_virtual_time
async def test_headers() -> None:
    """The key and JSON:API's media type are sent; a content type only with a body."""
    script = Script(one(200, record(2)))
    async with client(script) as itglue:
        await itglue.organizations.get(2)
        await itglue.organizations.update(2, {"alert": "x"})
    read, write = script.requests
    for request in script.requests:
        assert request.headers["x-api-key"] == KEY
        assert request.headers["accept"] == "application/vnd.api+json"
        assert str(request.url) == f"{BASE_URL}/organizations/2"
    assert "content-type" not in read.headers
    assert write.headers["content-type"] == "application/vnd.api+json"


@in_virtual_time
async def test_create() -> None:
    """Attribute names go out in kebab-case, traits as they are; the record comes back typed."""
    answer = record(9, "flexible-assets", organization_id=2, traits={"a": 1}, new_thing="kept")
    script = Script(one(201, answer))
    async with client(script) as itglue:
        made = await itglue.flexible_assets.create(
            {"organization_id": 2, "flexible-asset-type-id": 12, "traits": {"my_key": "é\ud800"}},
            relationships={"flexible-asset-fields": {"data": []}},
        )
    assert script.requests[0].method == "POST"
    assert body(script.requests[0]) == {
        "data": {
            "type": "flexible-assets",
            "attributes": {
                "organization-id": 2,
                "flexible-asset-type-id": 12,
                "traits": {"my_key": "é?"},
            },
            "relationships": {"flexible-asset-fields": {"data": []}},
        }
    }
    assert made.attributes.organization_id == 2
    assert made.attributes.traits == {"a": 1}
    assert made.attributes["new-thing"] == made.attributes["new_thing"] == "kept"


@in_virtual_time
async def test_ids_stay_within_their_segment() -> None:
    """An id cannot lead to another path."""
    script = Script(one(200, record(9)))
    async with client(script) as itglue:
        await itglue.organizations.get("../users?x=1#")
        await itglue.contacts.under("organizations", "a/b").get(1)
    assert [r.url.raw_path for r in script.requests] == [
        b"/organizations/..%2Fusers%3Fx%3D1%23",
        b"/organizations/a%2Fb/relationships/contacts/1",
    ]


@pytest.mark.parametrize("value", [dt.date(2026, 1, 1), float("nan")])
@in_virtual_time
async def test_what_is_no_json_is_not_sent(value: Any) -> None:
    """A value that JSON does not have is an error before anything leaves."""
    async with client(Script(one(200, record(9)))) as itglue:
        with pytest.raises((TypeError, ValueError)):
            await itglue.organizations.create({"alert": value}, before=pytest.fail)
        assert itglue.requests == 0


@in_virtual_time
async def test_update_and_delete() -> None:
    """PATCH names the record in the URL; DELETE on the record where the API has that."""
    script = Script(one(200, record(9, "flexible-assets")))
    async with client(script) as itglue:
        await itglue.flexible_assets.update("9", {"archived": True})
        await itglue.flexible_assets.delete("9")
        await itglue.flexible_assets.delete([7, "8"])
    assert [(r.method, r.url.path) for r in script.requests] == [
        ("PATCH", "/flexible_assets/9"),
        ("DELETE", "/flexible_assets/9"),
        ("DELETE", "/flexible_assets/7"),
        ("DELETE", "/flexible_assets/8"),
    ]
    assert body(script.requests[0])["data"] == {
        "id": "9",
        "type": "flexible-assets",
        "attributes": {"archived": True},
    }
    assert script.requests[1].content == b""


@in_virtual_time
async def test_bulk() -> None:
    """Where IT Glue only knows bulk deletion, the ids go into the body, as integers."""
    script = Script(httpx.Response(200, json={"data": [record(1), record(2)]}))
    async with client(script) as itglue:
        await itglue.documents.delete(["1", 2])
        await itglue.documents.delete([])
        changed = await itglue.configurations.update_many({"1": {"asset_tag": "x"}, 2: {}})
        await itglue.passwords.under("organizations", 3).create_many([{"name": "a"}])
    assert [(r.method, r.url.path) for r in script.requests] == [
        ("DELETE", "/documents"),
        ("PATCH", "/configurations"),
        ("POST", "/organizations/3/relationships/passwords"),
    ]
    deletion, change, creation = map(body, script.requests)
    assert deletion["data"] == [
        {"type": "documents", "attributes": {"id": 1}},
        {"type": "documents", "attributes": {"id": 2}},
    ]
    assert change["data"][0]["attributes"] == {"id": 1, "asset-tag": "x"}
    assert creation["data"] == [{"type": "passwords", "attributes": {"name": "a"}}]
    assert [r.id for r in changed] == ["1", "2"]


@in_virtual_time
async def test_bulk_with_an_unreadable_answer() -> None:
    """A bulk write whose answer names no records has an unknown outcome."""
    async with client(Script(one(200, record(1)))) as itglue:
        with pytest.raises(OutcomeUnknown):
            await itglue.configurations.update_many({1: {}})


@in_virtual_time
async def test_attachments() -> None:
    """A file travels as base64 in the nested form; deletion is bulk below its parent."""
    answer = record(5, "attachments", attachment_file_name="a.png", attachment_file_size=3)
    script = Script(
        one(201, answer), one(200, answer), httpx.Response(200, json={"data": [answer]})
    )
    path = "/flexible_assets/9/relationships/attachments"
    async with client(script) as itglue:
        files = itglue.attachments("flexible_assets", "9")
        made = await files.create("a.png", b"\x00\x01\x02")
        await files.rename(made.id, "B")
        listed = await files.list()
        await files.delete(made.id)
    assert [(r.method, r.url.path) for r in script.requests] == [
        ("POST", path),
        ("PATCH", f"{path}/5"),
        ("GET", path),
        ("DELETE", path),
    ]
    assert body(script.requests[0])["data"] == {
        "type": "attachments",
        "attributes": {
            "attachment": {
                "content": base64.b64encode(b"\x00\x01\x02").decode(),
                "file_name": "a.png",
            }
        },
    }
    assert body(script.requests[3]) == {"data": [{"type": "attachments", "attributes": {"id": 5}}]}
    assert listed[0].attributes.attachment_file_size == 3


@in_virtual_time
async def test_below_a_record() -> None:
    """Sections, fields and related items lie below their parents."""
    script = Script(httpx.Response(200, json={"data": []}))
    async with client(script) as itglue:
        await itglue.sections(4).list()
        await itglue.fields(12).list()
        await itglue.contacts.under("organizations", 2).list()
        with pytest.raises(OutcomeUnknown):
            await itglue.related_items("flexible_assets", 9).create({"destination_id": 4})
        with pytest.raises(OutcomeUnknown):
            await itglue.sections(4).create({"resource-type": "Document::Text"})
    assert [r.url.path for r in script.requests] == [
        "/documents/4/relationships/sections",
        "/flexible_asset_types/12/relationships/flexible_asset_fields",
        "/organizations/2/relationships/contacts",
        "/flexible_assets/9/relationships/related_items",
        "/documents/4/relationships/sections",
    ]
    assert body(script.requests[4])["data"]["type"] == "document-sections"


@in_virtual_time
async def test_names_are_compared_here() -> None:
    """A server that ignores or loosens the filter does not lead to a wrong record."""
    names = ["Acme", "Acme Corp", " acme ", None, "Other"]
    answer = {"data": [record(i, name=name) for i, name in enumerate(names)]}
    script = Script(httpx.Response(200, json=answer))
    async with client(script) as itglue:
        found = await itglue.organizations.named("ACME", filter={"primary": True})
    assert [r.id for r in found] == ["0", "2"]
    assert script.requests[0].url.params["filter[name]"] == "ACME"
    assert script.requests[0].url.params["filter[primary]"] == "true"


@in_virtual_time
async def test_get_with_include() -> None:
    """What was included comes with the record, typed; relationships say what belongs to it."""
    resource = record(9, "flexible-assets", traits=None)
    resource["relationships"] = {
        "attachments": {"data": [{"id": 5, "type": "attachments"}, "odd"]},
        "one": {"data": {"id": "7"}},
        "none": None,
    }
    answer = {
        "data": resource,
        "included": [record(5, "attachments", attachment_file_size="3"), record(6, "unheard-of")],
    }
    script = Script(httpx.Response(200, json=answer))
    async with client(script) as itglue:
        found = await itglue.flexible_assets.get(9, include=("attachments",))
    assert found is not None
    assert found.attributes.traits == {}
    assert [r.id for r in found.included] == ["5", "6"]
    assert found.included[0].attributes["attachment-file-size"] == 3
    assert [found.related_ids(name) for name in ("attachments", "one", "none", "gone")] == [
        ["5"],
        ["7"],
        [],
        [],
    ]


def field(number: int, order: int | None, type_id: int | None = None) -> dict[str, Any]:
    return record(
        number, "flexible-asset-fields", order=order, flexible_asset_type_id=type_id, name_key="k"
    )


@in_virtual_time
async def test_types_with_fields_included() -> None:
    """One request brings all types and fields, in their order, however they are tied together."""
    by_type = field(3, 1)
    by_type["relationships"] = {"flexible-asset-type": {"data": {"id": "11"}}}
    second = record(11, "flexible-asset-types", name="Runbook")
    third = record(12, "flexible-asset-types")
    third["relationships"] = {"flexible-asset-fields": {"data": [{"id": "4"}]}}
    answer = {
        "data": [record(10, "flexible-asset-types", name="SOP"), second, third],
        "included": [field(2, 2, 10), field(1, 1, 10), by_type, field(4, None), record(5, "odd")],
    }
    script = Script(httpx.Response(200, json=answer))
    async with client(script) as itglue:
        types = await itglue.types_with_fields()
    assert [(t.type.id, [f.id for f in t.fields]) for t in types] == [
        ("10", ["1", "2"]),
        ("11", ["3"]),
        ("12", ["4"]),
    ]
    assert len(script.requests) == 1


@in_virtual_time
async def test_types_with_fields_not_included() -> None:
    """A server that does not answer the include is asked for the fields of each type."""
    script = Script(
        httpx.Response(200, json={"data": [record(10, "flexible-asset-types")]}),
        httpx.Response(200, json={"data": [field(2, 2), field(1, 1)]}),
    )
    async with client(script) as itglue:
        (found,) = await itglue.types_with_fields()
    assert [f.id for f in found.fields] == ["1", "2"]
    assert script.requests[1].url.path.endswith("/10/relationships/flexible_asset_fields")


@in_virtual_time
async def test_odd_records_are_read() -> None:
    """Numbers as text, unexpected kinds, missing parts: everything but the id is optional."""
    odd: list[Any] = [
        {"id": 7},
        {"id": "8", "attributes": None, "relationships": []},
        record(9, organization_type_id="5", name=12, primary="maybe", short_name={"x": 1}),
    ]
    async with client(Script(httpx.Response(200, json={"data": odd}))) as itglue:
        first, second, third = await itglue.organizations.list()
    assert (first.id, first.type, second.attributes) == ("7", "", Organization())
    assert third.attributes.organization_type_id == 5
    assert third.attributes.name == "12"
    assert third.attributes.primary is None


def test_the_table_of_entities() -> None:
    """Every entity is an attribute of a client, by its own name, and looked up without one."""
    assert len(ENTITIES) >= 30
    for name, entity in ENTITIES.items():
        assert name == entity.path
        assert entity.type == name.replace("_", "-")
        assert issubclass(entity.attributes, object)
    assert isinstance(Entities.organizations, Entry)


@in_virtual_time
async def test_where_the_client_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The URL comes from the argument, the region, the environment or is the US, in this order."""
    monkeypatch.setenv("ITGLUE_BASE_URL", "https://proxy.test/itglue/")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"base_url": "http://127.0.0.1:8080/", "region": "eu"}, "http://127.0.0.1:8080"),
        ({"region": "eu"}, REGIONS["eu"]),
        ({}, "https://proxy.test/itglue"),
    ]
    for arguments, url in cases:
        async with ITGlue(api_key=KEY, **arguments) as itglue:
            assert itglue.base_url == url
    monkeypatch.delenv("ITGLUE_BASE_URL")
    async with ITGlue(api_key=KEY) as itglue:
        assert itglue.base_url == REGIONS["us"]


@pytest.mark.parametrize(
    "arguments",
    [{"base_url": "http://itglue.test"}, {"base_url": "ftp://127.0.0.1"}, {"region": "mars"}],
)
def test_plain_http_is_refused(arguments: dict[str, str]) -> None:
    """A key travels over https alone, but for loopback."""
    with pytest.raises(BadConfig):
        ITGlue(api_key=KEY, **arguments)  # type: ignore[arg-type]  # keywords of a parametrized case


def test_tls() -> None:
    """Certificates are verified, and nothing below TLS 1.2 is spoken."""
    context = tls()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_password_values_are_not_shown() -> None:
    """Neither repr nor str of a password record holds its value, notes or unknown attributes."""
    found = parse_record(
        record(1, "passwords", name="root", password="hunter2", notes="n0tes", otp_secret="0tp"),
        Password,
    )
    shown = f"{found!r} {found} {found.attributes!r} {found.attributes}"
    assert "root" in shown
    assert not any(secret in shown for secret in ("hunter2", "n0tes", "0tp"))
    assert found.attributes.password is not None
    assert found.attributes.password.get_secret_value() == "hunter2"


def test_attributes_keep_the_apis_strings() -> None:
    """Times stay as the API wrote them."""
    asset = FlexibleAsset.model_validate({"updated-at": "2020-11-24T03:40:21.000Z"})
    assert asset.updated_at == "2020-11-24T03:40:21.000Z"
