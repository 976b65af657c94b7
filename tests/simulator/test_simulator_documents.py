"""Documents, their sections, pictures and folders."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from simulated import Api, MakeApi, accounts, document


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    with accounts() as make:
        yield make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()


PICTURE = {"content": base64.b64encode(b"\x89PNG\r\n\x1a\nx").decode(), "file-name": "net.png"}


def docs(api: Api) -> str:
    return f"/organizations/{api.acme}/relationships/documents"


def folders(api: Api) -> str:
    return f"/organizations/{api.acme}/relationships/document_folders"


def section(api: Api, identity: str, **attributes: Any) -> Any:
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return api.write("POST", f"/documents/{identity}/relationships/sections", named)


def test_create_sections_publish(api: Api) -> None:
    """A document starts as a draft without text; sections are its text; publish is PATCH."""
    made = api.write("POST", docs(api), {"name": "Runbook", "content": "<p>ignored</p>"})
    assert (made["attributes"]["draft"], made["attributes"]["content"]) == (True, [])
    section(api, made["id"], resource_type="Document::Heading", content="Purpose", level=2)
    step = section(api, made["id"], resource_type="Document::Step", content="<p>Do", duration=5)
    assert step["attributes"]["content"] == "<p>Do</p>"
    assert step["attributes"]["sort"] == 1
    assert step["attributes"]["document-gallery-id"] != step["attributes"]["resource-id"]
    answer = api.send("PATCH", f"/documents/{made['id']}/publish")
    attributes = answer.json()["data"]["attributes"]
    assert (attributes["published"], attributes["draft"]) == (True, False)
    assert [one["content"] for one in attributes["content"]] == ["Purpose", "<p>Do</p>"]
    listed = api.get(docs(api))["data"][0]["attributes"]
    assert listed["content"] == attributes["content"]


@pytest.mark.parametrize(("switch", "shown"), [("draft", "<p>new</p>"), ("live", "<p>old</p>")])
def test_unpublished_edits(make_api: MakeApi, switch: str, shown: str) -> None:
    """GET shows the draft, or by switch the live text until publish."""
    api = make_api(document_content=switch)
    made = api.write("POST", docs(api), {"name": "Runbook"})
    text = section(api, made["id"], resource_type="Document::Text", content="<p>old</p>")
    api.send("PATCH", f"/documents/{made['id']}/publish")
    path = f"/documents/{made['id']}/relationships/sections/{text['id']}"
    api.write("PATCH", path, {"content": "<p>new</p>"})
    (one,) = api.get(f"/documents/{made['id']}")["data"]["attributes"]["content"]
    assert one["content"] == shown


def test_section_refusals(api: Api) -> None:
    """The kind must be in resource_type; a heading needs a level from 1 to 6."""
    made = api.write("POST", docs(api), {"name": "Runbook"})
    path = f"/documents/{made['id']}/relationships/sections"
    body = document({"section-type": "Document::Text"})
    (entry,) = api.refused("POST", path, 400, json=body)["errors"]
    assert entry["detail"] == "param is missing or the value is empty: resource_type"
    heading = {"resource_type": "Document::Heading", "content": "x", "level": 7}
    api.refused("POST", path, 422, json=document(heading))
    api.refused("POST", path, 422, json=document({"resource_type": "Document::Video"}))


def test_pictures(api: Api) -> None:
    """A picture's relative URL is kept in the text and signed in rendered-content."""
    made = api.write("POST", docs(api), {"name": "Runbook"})
    target = {"type": "document", "id": int(made["id"])}
    image = api.write("POST", "/document_images", {"target": target, "image": PICTURE})
    url = image["attributes"]["inline-resource-url"]
    assert url == f"/{api.acme}/docs/{made['id']}/images/{image['id']}"
    body = f'<p><img src="{url}"><img src="data:image/png;base64,AA"><svg></svg></p>'
    text = section(api, made["id"], resource_type="Document::Text", content=body)["attributes"]
    assert text["content"] == f'<p><img src="{url}"></p>'
    assert "X-Amz-Expires" in text["rendered-content"]
    assert api.send("GET", url).content.startswith(b"\x89PNG")
    api.refused("POST", f"/documents/{made['id']}/relationships/document_images", 404)
    api.write("DELETE", f"/document_images/{image['id']}", {})


def test_what_is_no_picture(api: Api) -> None:
    """ImageMagick's complaint, and a target that must be."""
    made = api.write("POST", docs(api), {"name": "Runbook"})
    target = {"type": "document", "id": int(made["id"])}
    text = {"content": "aGVsbG8=", "file_name": "a.png"}
    body = document({"target": target, "image": text})
    (entry,) = api.refused("POST", "/document_images", 422, json=body)["errors"]
    assert "NotIdentifiedByImageMagick" in entry["detail"][0]
    nowhere = document({"target": {"type": "gallery", "id": 1}, "image": PICTURE})
    api.refused("POST", "/document_images", 422, json=nowhere)


def test_a_gallery_takes_its_pictures_along(api: Api) -> None:
    """Deleting the section deletes them."""
    made = api.write("POST", docs(api), {"name": "Runbook"})
    gallery = section(api, made["id"], resource_type="Document::Gallery", content="x")
    assert gallery["attributes"]["content"] is None
    target = {"type": "gallery", "id": gallery["attributes"]["document-gallery-id"]}
    api.write("POST", "/document_images", {"target": target, "image": PICTURE})
    api.write("DELETE", f"/documents/{made['id']}/relationships/sections/{gallery['id']}", {})
    assert api.site.count("document_images") == 0


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["root"]),
        ({"filter[document_folder_id]": "FOLDER"}, ["inside"]),
        ({"filter[document_folder_id]": "null"}, ["root", "inside"]),
        ({"filter[document-folder-id][ne]": "null"}, ["inside"]),
        ({"filter[document_folder_id][ne]": ""}, ["inside"]),
        ({"filter[document_folder_id]": "!=null"}, ["inside"]),
        ({"filter[name]": "nonsense"}, ["root"]),
    ],
    ids=str,
)
def test_lists_hold_root_documents_only(api: Api, query: dict[str, str], names: list[str]) -> None:
    """Unless a folder is asked for, in any of the forms that clients use; names do not filter."""
    folder = api.write("POST", folders(api), {"name": "Runbooks"})["id"]
    api.write("POST", docs(api), {"name": "root"})
    api.write("POST", docs(api), {"name": "inside", "document-folder-id": int(folder)})
    asked = {name: value.replace("FOLDER", folder) for name, value in query.items()}
    assert [one["attributes"]["name"] for one in api.get(docs(api), **asked)["data"]] == names
    assert api.get(folders(api))["data"][0]["attributes"]["documents-count"] == 1


def test_folders_are_a_tree(api: Api) -> None:
    """parent_id=0 lists the top; foreign or circular parents are refused."""
    top = api.write("POST", folders(api), {"name": "Top"})
    low = api.write("POST", folders(api), {"name": "Low", "parent_id": top["id"]})
    assert low["attributes"]["ancestor-ids"] == [int(top["id"])]
    assert len(api.get(folders(api))["data"]) == 2
    assert len(api.get(folders(api), **{"filter[parent_id]": "0"})["data"]) == 1
    assert len(api.get(folders(api), **{"filter[parent_id]": top["id"]})["data"]) == 1
    body = document({"parent-id": int(low["id"])})
    api.refused("PATCH", f"{folders(api)}/{top['id']}", 422, json=body)
    foreign = f"/organizations/{api.globex}/relationships/document_folders"
    api.refused("POST", foreign, 422, json=document({"name": "x", "parent-id": int(top["id"])}))
    wrong = document({"name": "x", "document-folder-id": int(top["id"])})
    path = f"/organizations/{api.globex}/relationships/documents"
    (entry,) = api.refused("POST", path, 422, json=wrong)["errors"]
    assert entry["detail"] == ["must exist in the same organization"]


@pytest.mark.parametrize(("switch", "left"), [("reject", 1), ("cascade", 0)])
def test_deleting_a_folder_that_is_not_empty(make_api: MakeApi, switch: str, left: int) -> None:
    """422, or all goes, by switch."""
    api = make_api(folder_delete_non_empty=switch)
    folder = api.write("POST", folders(api), {"name": "Runbooks"})["id"]
    api.write("POST", docs(api), {"name": "inside", "document-folder-id": folder})
    answer = api.send("DELETE", folders(api), json=document([{"id": folder}]))
    assert answer.status_code == (422 if left else 200)
    assert api.site.count("documents") == left


@pytest.mark.parametrize("moves", [True, False])
def test_moving_by_patch(make_api: MakeApi, moves: bool) -> None:
    """Into a folder, by switch."""
    api = make_api(move_document=moves)
    folder = api.write("POST", folders(api), {"name": "Runbooks"})["id"]
    made = api.write("POST", "/documents", {"organization-id": api.acme, "name": "x"})
    moved = api.write("PATCH", f"{docs(api)}/{made['id']}", {"document-folder-id": int(folder)})
    assert moved["attributes"]["document-folder-id"] == (int(folder) if moves else None)


def test_deleting_documents_is_bulk(api: Api) -> None:
    """There is no DELETE of one; sections go along."""
    made = api.write("POST", docs(api), {"name": "x"})
    section(api, made["id"], resource_type="Document::Text", content="x")
    api.refused("DELETE", f"/documents/{made['id']}", 404)
    api.write("DELETE", "/documents", [{"id": int(made["id"])}])
    assert api.site.count("documents") == api.site.count("document_sections") == 0
