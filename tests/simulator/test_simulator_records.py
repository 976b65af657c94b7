"""Organizations, attachments, related items, passwords, configurations and the like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulated import Api, MakeApi, accounts, document

from publisher.simulator.resources import RESOURCES


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    with accounts() as make:
        yield make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()


HELLO = {"content": "aGVsbG8=", "file_name": "hello.txt"}


def below(api: Api, resource: str) -> str:
    return f"/organizations/{api.acme}/relationships/{resource}"


def server(api: Api, **more: Any) -> Any:
    kind = api.get("/configuration_types", **{"filter[name]": "Server"})["data"][0]["id"]
    attributes = {"name": "SRV-01", "configuration_type_id": kind, "hostname": "srv-01"} | more
    return api.write("POST", below(api, "configurations"), attributes)


def test_organizations(api: Api) -> None:
    """Names of type and status come along; quick notes are sanitised; names are unique."""
    made = api.write("POST", "/organizations", {"name": "New", "quick_notes": "<p>x<script>"})
    assert made["attributes"]["quick-notes"] == "<p>x</p>"
    acme = api.get(f"/organizations/{api.acme}")["data"]["attributes"]
    assert (acme["organization-type-name"], acme["organization-status-name"]) == (
        "Customer",
        "Active",
    )
    api.refused("POST", "/organizations", 422, json=document({"name": "Globex"}))
    wrong = document({"name": "X", "organization-type-id": api.acme})
    api.refused("POST", "/organizations", 422, json=wrong)


def test_organization_names_by_switch(make_api: MakeApi) -> None:
    """They may be allowed twice."""
    api = make_api(unique_organization_names=False)
    api.write("POST", "/organizations", {"name": "Globex"})


def test_deleting_an_organization_deletes_what_it_holds(api: Api) -> None:
    """Bulk only."""
    api.asset()
    server(api)
    api.write("DELETE", "/organizations", [{"id": api.acme}])
    assert api.site.count("flexible_assets") == api.site.count("configurations") == 0


def test_attachments(api: Api) -> None:
    """Created as an array too, listed, renamed, fetched without a key, deleted in bulk."""
    asset = api.asset()
    path = f"/flexible_assets/{asset['id']}/relationships/attachments"
    one, two = api.write("POST", path, [{"attachment": HELLO}, {"attachment": HELLO}])
    assert one["attributes"] == two["attributes"] | {
        "download-url": one["attributes"]["download-url"]
    }
    assert one["attributes"]["attachment-file-size"] == 5
    assert (one["attributes"]["ext"], one["attributes"]["viewable"]) == ("txt", True)
    assert [row["id"] for row in api.get(path)["data"]] == [one["id"], two["id"]]
    renamed = api.write("PATCH", f"{path}/{one['id']}", {"name": "New"})["attributes"]
    assert (renamed["name"], renamed["attachment-file-name"]) == ("New", "hello.txt")
    api.key = None
    assert api.send("GET", one["attributes"]["download-url"]).content == b"hello"
    api.key = "k"
    api.refused("DELETE", f"{path}/{one['id']}", 404)
    api.write("DELETE", path, [{"id": int(one["id"])}])
    assert [row["id"] for row in api.get(path)["data"]] == [two["id"]]
    assert api.send("GET", one["attributes"]["download-url"]).status_code == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [({}, 400), ({"attachment": {"content": "data:text/plain;base64,aA==", "file_name": "x"}}, 422),
     ({"attachment": {"content": "aA=="}}, 422), (HELLO, 400)],
)  # fmt: skip
def test_attachments_that_are_refused(api: Api, sent: Any, status: int) -> None:
    """The nested shape, strict base64 and a file name are needed."""
    path = f"/flexible_assets/{api.asset()['id']}/relationships/attachments"
    api.refused("POST", path, status, json=document(sent))


def test_a_path_must_be_true(api: Api) -> None:
    """An attachment is found below its own parent only."""
    first, second = api.asset(), api.asset()
    path = "/flexible_assets/{}/relationships/attachments"
    made = api.write("POST", path.format(first["id"]), {"attachment": HELLO})
    api.refused("GET", f"{path.format(second['id'])}/{made['id']}", 404)
    api.refused("GET", f"/configurations/{first['id']}/relationships/attachments", 404)


@pytest.mark.parametrize("touches", [True, False])
def test_attachments_may_touch_the_parent(make_api: MakeApi, touches: bool) -> None:
    """Its updated-at, by switch."""
    api = make_api(attachment_touches_parent=touches)
    asset = api.asset()
    api.clock.pass_(60)
    path = f"/flexible_assets/{asset['id']}"
    api.write("POST", f"{path}/relationships/attachments", {"attachment": HELLO})
    after = api.get(path)["data"]["attributes"]["updated-at"]
    assert (after != asset["attributes"]["updated-at"]) == touches


@pytest.mark.parametrize("kind", ["Configuration", "configurations", "configuration"])
def test_related_items(api: Api, kind: str) -> None:
    """Seen from both sides, in any spelling; deleting from one side deletes on both."""
    asset, host = api.asset(), server(api)
    path = f"/flexible_assets/{asset['id']}/relationships/related_items"
    sent = {"destination_type": kind, "destination_id": host["id"], "notes": "runs on"}
    made = api.write("POST", path, sent)
    assert made["attributes"]["destination-name"] == "SRV-01"
    assert made["attributes"]["destination-type"] == "Configuration"
    for one in (f"/flexible_assets/{asset['id']}", f"/configurations/{host['id']}"):
        (item,) = api.get(one, include="related_items")["included"]
        assert (item["id"], item["attributes"]["notes"]) == (made["id"], "runs on")
    noted = api.write("PATCH", f"{path}/{made['id']}", {"notes": "ran on"})
    assert noted["attributes"]["notes"] == "ran on"
    other = f"/configurations/{host['id']}/relationships/related_items"
    api.write("DELETE", other, [{"id": made["id"]}])
    api.refused("DELETE", path, 404, json=document([{"id": made["id"]}]))


@pytest.mark.parametrize(("switch", "status"), [("reject", 422), ("accept", 201)])
def test_the_same_link_twice(make_api: MakeApi, switch: str, status: int) -> None:
    """422, or a second link, by switch."""
    api = make_api(duplicate_related_item=switch)
    asset, host = api.asset(), server(api)
    path = f"/flexible_assets/{asset['id']}/relationships/related_items"
    sent = document({"destination_type": "Configuration", "destination_id": host["id"]})
    assert api.send("POST", path, json=sent).status_code == 201
    assert api.send("POST", path, json=sent).status_code == status
    wrong = document({"destination_type": "Password", "destination_id": host["id"]})
    api.refused("POST", path, 422, json=wrong)


def test_related_items_on_lists(make_api: MakeApi) -> None:
    """Included, or quietly not, by switch."""
    for listed in (True, False):
        api = make_api(list_related_items=listed)
        api.asset(clients=[api.globex])
        kind = {"filter[flexible-asset-type-id]": api.sop, "include": "related_items"}
        assert bool(api.get("/flexible_assets", **kind).get("included")) == listed


def test_password_values(make_api: MakeApi) -> None:
    """On show only, not when it is asked not to, never when the key may not."""
    for access in (True, False):
        api = make_api(password_access=access)
        made = api.write("POST", below(api, "passwords"), {"name": "VPN", "password": "s3cret"})
        path = f"/passwords/{made['id']}"
        assert ("password" in api.get(path)["data"]["attributes"]) == access
        hidden = api.get(path, show_password="false")["data"]["attributes"]
        assert "password" not in hidden
        assert "password" not in api.get("/passwords")["data"][0]["attributes"]


def test_an_older_password(api: Api) -> None:
    """By version_id."""
    made = api.write("POST", below(api, "passwords"), {"name": "VPN", "password": "old"})
    path = f"/passwords/{made['id']}"
    api.write("PATCH", path, {"password": "new"})
    versions = api.get(path, include="recent_versions")["included"]
    old = api.get(path, version_id=versions[-1]["id"])["data"]["attributes"]
    assert old["password"] == "old"
    assert api.get(path)["data"]["attributes"]["password"] == "new"


def test_embedded_passwords(api: Api) -> None:
    """The class name embeds; a path word quietly makes a general one."""
    host = server(api)
    sent = {"name": "root", "resource-id": int(host["id"]), "resource-type": "Configuration"}
    made = api.write("POST", below(api, "passwords"), sent)["attributes"]
    assert made["cached-resource-name"] == "SRV-01"
    general = api.write("POST", below(api, "passwords"), sent | {"resource-type": "configurations"})
    assert general["attributes"]["resource-id"] is None
    shown = api.get(f"/configurations/{host['id']}", include="passwords")
    assert [one["attributes"]["name"] for one in shown["included"]] == ["root"]


def test_configurations(api: Api) -> None:
    """Names contain what is asked for; interfaces; PATCH leaves what is not sent."""
    host = server(api, primary_ip="10.0.0.1")
    assert host["attributes"]["configuration-type-name"] == "Server"
    assert host["attributes"]["organization-short-name"] == "ACME"
    assert len(api.get("/configurations", **{"filter[name]": "srv"})["data"]) == 1
    assert api.get("/configurations", **{"filter[archived]": "true"})["data"] == []
    path = f"/configurations/{host['id']}/relationships/configuration_interfaces"
    api.write("POST", path, {"name": "eth0", "ip_address": "10.0.0.1"})
    assert api.get(path)["data"][0]["attributes"]["configuration-id"] == int(host["id"])
    changed = api.write("PATCH", f"/configurations/{host['id']}", {"notes": "x"})["attributes"]
    assert (changed["primary-ip"], changed["notes"]) == ("10.0.0.1", "x")


def test_contacts(api: Api) -> None:
    """The name is made of its parts; the primary e-mail address can be filtered by."""
    emails = [{"value": "jane@acme.test", "primary": True, "label-name": "Work"}]
    sent = {"first_name": "Jane", "last_name": "Doe", "contact_emails": emails}
    made = api.write("POST", below(api, "contacts"), sent)["attributes"]
    assert (made["name"], made["contact-emails"]) == ("Jane Doe", emails)
    assert len(api.get("/contacts", **{"filter[primary_email]": "jane@acme.test"})["data"]) == 1
    assert len(api.get(below(api, "contacts"))["data"]) == 1


def test_password_folders(api: Api) -> None:
    """A folder that is not empty cannot be deleted."""
    path = below(api, "password_folders")
    folder = int(api.write("POST", path, {"name": "Network"})["id"])
    made = api.write("POST", below(api, "passwords"), {"name": "VPN", "password-folder-id": folder})
    api.refused("DELETE", path, 422, json=document([{"id": folder}]))
    api.write("DELETE", f"/passwords/{made['id']}", {})
    api.write("DELETE", path, [{"id": folder}])


def test_logs(api: Api) -> None:
    """What was written, for thirty days, in five pages at most."""
    api.asset()
    rows = api.get("/logs", sort="-created_at")["data"]
    assert rows[0]["attributes"]["action"] == "created"
    assert rows[0]["attributes"]["resource-name"] == "Patching"
    api.refused("GET", "/logs?page[number]=6", 422)
    api.clock.pass_(31 * 86_400)
    assert api.get("/logs")["data"] == []


@pytest.mark.parametrize(
    "resource", sorted(name for name, one in RESOURCES.items() if "GET" in one.top.collection)
)
def test_every_list_answers(api: Api, resource: str) -> None:
    """With each of its sorts, both ways."""
    query = {"filter[flexible-asset-type-id]": api.sop}
    for sort in RESOURCES[resource].sorts:
        for sign in ("", "-"):
            page = api.get(f"/{resource}", **query, sort=f"{sign}{sort.replace('-', '_')}")
            assert set(page) == {"data", "meta", "links"}
