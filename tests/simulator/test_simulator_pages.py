"""The simulator's own pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulated import Api, MakeApi, accounts


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    with accounts() as make:
        yield make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()


HELLO = {"content": "aGVsbG8=", "file_name": "hello.txt"}


def page(api: Api, path: str, status: int = 200) -> str:
    answer = api.send("GET", path)
    assert answer.status_code == status
    return answer.text


@pytest.fixture
def url(api: Api) -> str:
    """The resource-url of an asset with everything on it."""
    body = '<p>Restart the <b>print</b> spooler</p><script>alert("x")</script>'
    asset = api.asset(title='<i>"P"', body=body, clients=[api.globex], diagram=HELLO)
    path = f"/flexible_assets/{asset['id']}/relationships/attachments"
    api.write("POST", path, {"attachment": HELLO})
    found: str = asset["attributes"]["resource-url"]
    return found


def test_organizations_and_types(api: Api, url: str) -> None:
    """The start page counts what each organization and type holds."""
    text = page(api, "/")
    assert f'<a href="/{api.acme}">Acme Corp</a>' in text
    assert "Customer" in text
    assert "1 asset" in text


def test_an_organization(api: Api, url: str) -> None:
    """Lists its assets by type, with links to their pages, and nothing unescaped."""
    text = page(api, f"/{api.acme}")
    assert url.removeprefix("http://127.0.0.1:8090") in text
    assert "&lt;i&gt;" in text
    assert "<i>" not in text


def test_an_asset(api: Api, url: str) -> None:
    """The resource-url leads to the asset: fields, a sandboxed body, files, tags, versions."""
    text = page(api, url)
    assert "Restart the" in text
    assert 'sandbox="allow-popups' in text
    assert "allow-scripts" not in text
    assert f'href="/{api.globex}"' in text
    assert text.count("hello.txt</a>") == 2
    assert "by API" in text


def test_the_policy_is_strict(api: Api, url: str) -> None:
    """No script, nothing from elsewhere; the page has none, and no asset from the internet."""
    answer = api.send("GET", url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in answer.text
    assert "https://" not in page(api, "/")
    assert api.send("GET", "/simulator/style.css").headers["content-type"].startswith("text/css")


def test_editing_by_hand(api: Api, url: str) -> None:
    """Saving changes the named traits, keeps the rest, and makes a version by a person."""
    data = {"action": "save", "trait-title": "Edited", "trait-body": "<p>by hand\r\nnow"}
    assert api.send("POST", url, data=data).status_code == 303
    (asset,) = api.site.all("flexible_assets")
    assert asset.data["traits"]["body"] == "<p>by hand\nnow</p>"
    assert len(asset.data["traits"]["diagram"]) == 1
    newest, oldest = api.site.store.versions(asset.id)
    assert (newest.actor, oldest.actor) == ("a person", "API")
    assert "Restart the" in page(api, f"{url}?version={oldest.id}")


def test_a_form_that_is_saved_unchanged_changes_nothing(api: Api, url: str) -> None:
    """The body comes back from the form as it was."""
    (before,) = api.site.all("flexible_assets")
    traits = before.data["traits"]
    data = {"trait-title": traits["title"], "trait-body": traits["body"], "action": "save"}
    api.send("POST", url, data=data)
    assert api.site.all("flexible_assets")[0].data == before.data


def test_a_required_field_stays_required(api: Api, url: str) -> None:
    """The page says what is wrong, and nothing is saved."""
    answer = api.send("POST", url, data={"action": "save", "trait-title": ""})
    assert answer.status_code == 422
    assert "title can&#39;t be blank" in answer.text


def test_archive_restore_delete(api: Api, url: str) -> None:
    """Each is one button."""
    for action, archived in (("archive", True), ("restore", False)):
        api.send("POST", url, data={"action": action})
        (asset,) = api.site.all("flexible_assets")
        assert (bool(asset.data["archived"]), len(asset.data["traits"])) == (archived, 4)
        assert ("archived</span>" in page(api, url)) == archived
    assert api.send("POST", url, data={"action": "delete"}).headers["location"] == f"/{api.acme}"
    assert "Not found" in page(api, url, 404)


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}], ids=str
)
def test_other_origins_cannot_write(api: Api, url: str, headers: dict[str, str]) -> None:
    """Neither edit, nor reset, nor add faults."""
    for path in (url, "/simulator/reset", "/simulator/faults"):
        assert api.send("POST", path, headers=headers, json={}).status_code == 403
    assert api.site.count("flexible_assets") == 1


def test_documents_and_other_records(api: Api) -> None:
    """A document shows its sections; others their attributes, but no password."""
    docs = f"/organizations/{api.acme}/relationships/documents"
    made = api.write("POST", docs, {"name": "Runbook"})
    for sent in (
        {"resource-type": "Document::Heading", "content": "Purpose", "level": 2},
        {"resource-type": "Document::Text", "content": "<p>Words</p>"},
    ):
        api.write("POST", f"/documents/{made['id']}/relationships/sections", sent)
    text = page(api, made["attributes"]["resource-url"])
    assert "<h2>Purpose</h2>" in text
    assert "Words" in text
    secret = {"name": "VPN", "username": "jane", "password": "s3cret"}
    vault = api.write("POST", f"/organizations/{api.acme}/relationships/passwords", secret)
    text = page(api, vault["attributes"]["resource-url"])
    assert "jane" in text
    assert "s3cret" not in text
    assert "Runbook" in page(api, f"/{api.acme}")


def test_the_log_page(api: Api) -> None:
    """API requests, not the pages themselves."""
    api.get("/users", sort="name")
    text = page(api, "/simulator/log")
    assert "/users" in text
    assert "?sort=name" in text
    assert "/simulator/log</td>" not in text


@pytest.mark.parametrize(
    "path", ["/99999", "/1/assets/2/records/3", "/1/colours/2", "/simulator/x"]
)
def test_pages_that_do_not_exist(api: Api, path: str) -> None:
    """A page that says so."""
    assert "Not found" in page(api, path, 404)


def test_an_asset_is_found_in_its_own_organization_only(api: Api, url: str) -> None:
    """A path that names another is not found."""
    page(api, url.replace(f"/{api.acme}/", f"/{api.globex}/"), 404)


def test_files_do_not_run(api: Api) -> None:
    """HTML that is attached is saved, not opened; all files are sandboxed."""
    asset = api.asset()
    path = f"/flexible_assets/{asset['id']}/relationships/attachments"
    page_ = {"content": "PGI+", "file_name": "x é.html"}
    made = api.write("POST", path, {"attachment": page_})
    answer = api.send("GET", made["attributes"]["download-url"])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
