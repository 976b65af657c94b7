"""Flexible assets: how traits travel, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulated import Api, MakeApi, accounts, document

HELLO = {"content": "aGVsbG8=", "file_name": "hello.txt"}


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    with accounts() as make:
        yield make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()


def traits_of(data: Any) -> dict[str, Any]:
    traits: dict[str, Any] = data["attributes"]["traits"]
    return traits


def test_every_kind_comes_out_as_it_is_recorded(api: Api) -> None:
    """Numbers are numbers, dates are dates, tags and uploads are objects with values."""
    data = api.asset(
        body="<p>Do it</p>", state="Live", steps="12", share=50, review_by="2026-05-01",
        critical=True, clients=[api.acme, str(api.globex)], diagram=HELLO,
    )  # fmt: skip
    traits = traits_of(data)
    assert data["attributes"]["name"] == "Patching"
    assert list(traits) == [
        "title", "body", "state", "steps", "share", "review-by", "critical", "clients", "diagram",
    ]  # fmt: skip
    assert (traits["steps"], traits["share"], traits["critical"]) == (12, 50, True)
    assert traits["review-by"] == "2026-05-01"
    assert traits["clients"]["type"] == "Organizations"
    names = [(value["id"], value["name"]) for value in traits["clients"]["values"]]
    assert names == [(api.acme, "Acme Corp"), (api.globex, "Globex")]
    assert traits["clients"]["values"][0]["resource-url"].endswith(f"/{api.acme}")
    assert traits["diagram"]["values"][0]["name"] == "hello.txt"


def test_show_has_the_recorded_shape(api: Api) -> None:
    """The id is a string outside and integers inside; relationships are there though empty."""
    data = api.asset()
    shown = api.get(f"/flexible_assets/{data['id']}")["data"]
    assert shown == data
    assert isinstance(shown["id"], str)
    assert shown["type"] == "flexible-assets"
    assert shown["relationships"] == {}
    assert shown["attributes"]["organization-id"] == api.acme
    assert shown["attributes"]["organization-name"] == "Acme Corp"
    assert shown["attributes"]["flexible-asset-type-name"] == "SOP"
    assert shown["attributes"]["created-at"] == "2027-01-15T08:00:00.000Z"
    path = f"/{api.acme}/assets/{api.sop}/records/{shown['id']}"
    assert shown["attributes"]["resource-url"] == f"http://127.0.0.1:8090{path}"


def test_patch_deletes_the_traits_that_are_not_sent(api: Api) -> None:
    """PATCH replaces all traits: text, tags, files and passwords alike."""
    asset = api.asset(body="x", clients=[api.acme], diagram=HELLO, secret="s3cret")
    path = f"/flexible_assets/{asset['id']}"
    data = api.write("PATCH", path, {"traits": {"title": "Patching"}})
    assert traits_of(data) == {"title": "Patching"}
    assert api.site.count("uploads") == 0
    assert api.site.count("passwords") == 0


def test_an_upload_that_is_sent_back_as_it_came_is_lost(api: Api) -> None:
    """The object that came out holds no bytes."""
    asset = api.asset(diagram=HELLO)
    data = api.write("PATCH", f"/flexible_assets/{asset['id']}", {"traits": traits_of(asset)})
    assert "diagram" not in traits_of(data)


def test_a_password_trait_is_an_embedded_password(api: Api) -> None:
    """The trait comes out as an id; sending the id keeps it; show gives the value."""
    asset = api.asset(secret="s3cret")
    identity = traits_of(asset)["secret"]
    assert isinstance(identity, int)
    data = api.write("PATCH", f"/flexible_assets/{asset['id']}", {"traits": traits_of(asset)})
    assert traits_of(data)["secret"] == identity
    password = api.get(f"/passwords/{identity}")["data"]["attributes"]
    assert password["password"] == "s3cret"
    assert password["resource-type"] == "flexible-asset-traits"
    assert password["resource-id"] == int(asset["id"])


def test_a_tag_sent_back_as_it_came_is_refused(api: Api) -> None:
    """Tags go in as ids only."""
    asset = api.asset(clients=api.acme)
    body = document({"traits": traits_of(asset)})
    api.refused("PATCH", f"/flexible_assets/{asset['id']}", 422, json=body)


def test_unknown_trait_keys_are_refused_as_recorded(api: Api) -> None:
    """422 'Request contains invalid trait keys', and nothing is saved."""
    body = document(api.asset_attributes(nonsense="x"))
    assert api.refused("POST", "/flexible_assets", 422, json=body) == {
        "errors": [
            {
                "status": 422,
                "title": "Unprocessable Entity",
                "detail": "Request contains invalid trait keys",
                "source": {"pointer": "data/attributes/traits"},
            }
        ]
    }
    assert api.site.count("flexible_assets") == 0


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_blank_required_trait_is_refused_with_an_array(api: Api, method: str) -> None:
    """422 "can't be blank", the detail an array, the pointer as recorded."""
    attributes = api.asset_attributes(title="")
    path = f"/flexible_assets/{api.asset()['id']}" if method == "PATCH" else "/flexible_assets"
    assert api.refused(method, path, 422, json=document(attributes))["errors"] == [
        {
            "source": {"pointer": "/data/attributes/flexible-asset-traits.title"},
            "detail": ["can't be blank"],
            "title": "Unprocessable Entity",
            "status": 422,
        }
    ]


def test_a_list_without_a_type_is_refused(api: Api) -> None:
    """422 with a title, no detail and a null pointer."""
    title = "Cannot index flexible assets without providing a flexible asset type ID filter"
    assert api.refused("GET", "/flexible_assets", 422) == {
        "errors": [{"status": 422, "title": title, "source": {"pointer": None}}]
    }


@pytest.mark.parametrize(
    "traits",
    [{"steps": "many"}, {"share": []}, {"review-by": "31/12/2026"}, {"state": "Gone"},
     {"clients": [99999]}, {"clients": "Acme"}, {"diagram": {"content": "%", "file_name": "x"}}],
    ids=str,
)  # fmt: skip
def test_values_of_the_wrong_kind(api: Api, traits: dict[str, Any]) -> None:
    """They are refused; an empty list is only empty."""
    answer = api.send("POST", "/flexible_assets", json=document(api.asset_attributes(**traits)))
    assert answer.status_code == (201 if traits == {"share": []} else 422), answer.text


def test_switches_store_what_is_refused_otherwise(make_api: MakeApi) -> None:
    """Each of the three refusals has its lenient twin."""
    api = make_api(bad_value="accept", select_other_value="accept", unknown_tag="drop")
    traits = traits_of(api.asset(steps="many", state="Gone", clients=[api.acme, 99999]))
    assert (traits["steps"], traits["state"]) == ("many", "Gone")
    assert [value["id"] for value in traits["clients"]["values"]] == [api.acme]


def test_empty_traits_are_absent_or_null(make_api: MakeApi) -> None:
    """By switch; absent by default. A Header is never there."""
    assert set(traits_of(make_api().asset())) == {"title"}
    traits = traits_of(make_api(empty_traits="null").asset())
    assert traits["body"] is None
    assert "notes" not in traits


@pytest.mark.parametrize(("switch", "kept"), [("keep", True), ("wipe", False)])
def test_patch_without_traits(make_api: MakeApi, switch: str, kept: bool) -> None:
    """Archiving alone keeps the traits, or wipes them (and then a required one is missing)."""
    api = make_api(patch_without_traits=switch)
    asset = api.asset(body="<p>x</p>")
    body = document({"archived": True})
    answer = api.send("PATCH", f"/flexible_assets/{asset['id']}", json=body)
    assert answer.status_code == (200 if kept else 422)
    if kept:
        assert traits_of(answer.json()["data"]) == traits_of(asset)


def test_archived_assets_are_listed_unless_switched_off(make_api: MakeApi) -> None:
    """Lists hold archived assets by default."""
    for listed in (True, False):
        api = make_api(archived_in_lists=listed)
        asset = api.asset()
        api.write("PATCH", f"/flexible_assets/{asset['id']}", {"archived": True})
        found = api.get("/flexible_assets", **{"filter[flexible_asset_type_id]": api.sop})
        assert found["meta"]["total-count"] == int(listed)


def test_filters_and_sorts_of_the_list(api: Api) -> None:
    """By organization, name and id; newest first; names exactly."""
    first = api.asset(title="One")
    api.clock.pass_(5)
    api.asset(title="Two")
    api.write("PATCH", f"/flexible_assets/{first['id']}", {"traits": {"title": "One"}})
    kind = {"filter[flexible-asset-type-id]": api.sop}

    def names(**query: Any) -> list[str]:
        data = api.get("/flexible_assets", **kind, **query)["data"]
        return [one["attributes"]["name"] for one in data]

    assert names(**{"filter[name]": "One"}) == ["One"]
    assert names(**{"filter[name]": "On"}) == []
    assert names(**{"filter[name]": "One,Two", "sort": "-name"}) == ["Two", "One"]
    assert names(**{"filter[id]": first["id"]}) == ["One"]
    assert names(**{"filter[organization_id]": api.globex}) == []
    assert names(**{"filter[colour]": "red"}) == ["One", "Two"]
    api.clock.pass_(5)
    api.write("PATCH", f"/flexible_assets/{first['id']}", {"traits": {"title": "One"}})
    assert names(sort="-updated_at") == ["One", "Two"]


def test_bulk_create_update_delete(api: Api) -> None:
    """Arrays below the organization, at the collection, and for delete."""
    nested = f"/organizations/{api.acme}/relationships/flexible_assets"
    made = api.write("POST", nested, [api.asset_attributes(title=t) for t in ("One", "Two")])
    ids = [int(one["id"]) for one in made]
    changes = [{"id": identity, "traits": {"title": "New"}} for identity in ids]
    assert len(api.write("PATCH", "/flexible_assets", changes)) == 2
    gone = api.write("DELETE", "/flexible_assets", [{"id": identity} for identity in ids])
    assert [one["attributes"]["name"] for one in gone] == ["New", "New"]
    assert api.site.count("flexible_assets") == 0
    api.refused("GET", nested, 404)


@pytest.mark.parametrize(("atomic", "saved"), [(True, 0), (False, 1)])
def test_bulk_with_one_bad_entry(make_api: MakeApi, atomic: bool, saved: int) -> None:
    """All or nothing, or the good ones, by switch."""
    api = make_api(bulk_atomic=atomic)
    nested = f"/organizations/{api.acme}/relationships/flexible_assets"
    entries = [api.asset_attributes(), api.asset_attributes(title="")]
    api.refused("POST", nested, 422, json=document(entries))
    assert api.site.count("flexible_assets") == saved


def test_includes(api: Api) -> None:
    """Attachments on lists too; versions and related items (tags among them) on show."""
    asset = api.asset(clients=[api.globex], secret="x")
    path = f"/flexible_assets/{asset['id']}"
    api.write("POST", f"{path}/relationships/attachments", {"attachment": HELLO})
    kind = {"filter[flexible-asset-type-id]": api.sop, "include": "attachments"}
    listed = api.get("/flexible_assets", **kind)
    assert [one["type"] for one in listed["included"]] == ["attachments"]
    assert listed["data"][0]["relationships"]["attachments"]["data"][0]["type"] == "attachments"
    shown = api.get(path, include="passwords,recent_versions,related_items")
    kinds = sorted(one["type"] for one in shown["included"])
    assert kinds == ["passwords", "related-items", "versions"]
    assert "password" not in shown["included"][0]["attributes"]


def test_types_and_fields(api: Api) -> None:
    """A type comes with its fields; fields have recorded attributes and stable name-keys."""
    attributes = {"name": "Router/Firewall", "icon": "magic"}
    fields = {"data": [{"type": "flexible_asset_fields", "attributes": one} for one in (
        {"name": "IP Address(es)", "kind": "Text", "use_for_title": True},
        {"name": "IP Address(es)", "kind": "Text"},
        {"name": "State", "kind": "Select", "default_value": "On\r\nOff\r\n"},
    )]}  # fmt: skip
    more = {"relationships": {"flexible_asset_fields": fields}}
    made = api.write("POST", "/flexible_asset_types", attributes, **more)
    shown = api.get(f"/flexible_asset_types/{made['id']}", include="flexible_asset_fields")
    keys = [one["attributes"]["name-key"] for one in shown["included"]]
    assert keys == ["ip-address-es", "ip-address-es-2", "state"]
    nested = f"/flexible_asset_types/{made['id']}/relationships/flexible_asset_fields"
    listed = api.get(nested)["data"]
    assert [one["attributes"]["order"] for one in listed] == [1, 2, 3]
    owner = {"data": {"id": made["id"], "type": "flexible-asset-types"}}
    assert listed[0]["relationships"] == {"flexible-asset-type": owner}
    renamed = api.write("PATCH", f"{nested}/{listed[0]['id']}", {"name": "Addresses"})
    assert renamed["attributes"]["name-key"] == "ip-address-es"
    api.refused("DELETE", f"/flexible_asset_types/{made['id']}", 404)
    api.refused("GET", "/flexible_asset_fields", 404)


def test_deleting_a_field_deletes_its_data(api: Api) -> None:
    """In every asset; and a kind in use cannot change."""
    asset = api.asset(body="<p>x</p>")
    field = next(one for one in api.site.all("flexible_asset_fields") if one.name == "Body")
    path = f"/flexible_asset_fields/{field.id}"
    api.refused("PATCH", path, 422, json=document({"kind": "Text"}))
    assert api.send("DELETE", path).status_code == 200
    shown = api.get(f"/flexible_assets/{asset['id']}")["data"]
    assert traits_of(shown) == {"title": "Patching"}


def test_dates_feed_expirations(api: Api) -> None:
    """A Date field with the tick gives one expiration per asset."""
    asset = api.asset(review_by="2026-05-01")
    api.write("PATCH", f"/flexible_assets/{asset['id']}", {
        "traits": {"title": "Patching", "review-by": "2027-05-01"}
    })  # fmt: skip
    query = {"filter[expiration_date]": "2027-01-01,*"}
    (found,) = api.get("/expirations", **query)["data"]
    assert found["attributes"]["expiration-date"] == "2027-05-01"
    assert found["attributes"]["resource-id"] == int(asset["id"])
    assert api.get("/expirations", **{"filter[expiration_date]": "*,2026-12-31"})["data"] == []


def test_edit_by_hand_leaves_the_other_traits_alone(api: Api) -> None:
    """A colleague's edit is no PATCH: files, tags and passwords stay."""
    asset = api.asset(body="<p>x</p>", clients=[api.acme], diagram=HELLO, secret="s")
    api.site.edit(int(asset["id"]), {"body": "<p>mine"})
    shown = api.get(f"/flexible_assets/{asset['id']}")["data"]
    assert traits_of(shown) == traits_of(asset) | {"body": "<p>mine</p>"}
