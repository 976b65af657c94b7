"""The pages over HTTP: what they hold, who may ask, and what they may do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from preview_docs import PICTURE, DocsRepository

from publisher.errors import NoKey
from publisher.preview.app import create_app
from publisher.preview.desk import Desk
from publisher.preview.model import Account


@contextlib.asynccontextmanager
async def no_account() -> AsyncIterator[Account]:
    raise NoKey("production", ("ITGLUE_API_KEY",))
    yield


@pytest.fixture
def docs(tmp_path: Path) -> DocsRepository:
    made = DocsRepository(tmp_path / "docs")
    made.document("a.md", "Hello <em onclick='x()'>you</em> ![p](p.png)", title="A <b> title")
    made.document("sub/ü &#?.md", "Odd.", title="Odd name")
    made.write("p.png", PICTURE)
    made.write("evil.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    made.write("evil.html", "<script>1</script>")
    made.write("data.csv", "a,b")
    made.library.refresh()
    return made


class Browser:
    """Asks an app, as a page of its own would."""

    def __init__(self, docs: DocsRepository) -> None:
        self.desk = Desk(docs.library, instance="production", account=no_account)

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(create_app(self.desk))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8088"
            ) as web:
                return await web.request(method, path, headers=headers)

        return asyncio.run(send())


@pytest.fixture
def browser(docs: DocsRepository) -> Browser:
    return Browser(docs)


def test_a_document_is_one_page_with_its_text_in_a_frame(browser: Browser) -> None:
    """The frame holds what would be sent; the page around it escapes what it shows."""
    page = browser.ask("/d/a.md").text
    assert "<h1>A &lt;b&gt; title</h1>" in page
    assert 'sandbox="allow-same-origin allow-popups' in page
    assert "allow-scripts" not in page
    source = page.partition('<iframe src="')[2].partition('"')[0].replace("&amp;", "&")
    framed = browser.ask(source).text
    assert "Hello <em>you</em>" in framed
    assert 'src="/files/p.png"' in framed


def test_odd_names_have_addresses(browser: Browser) -> None:
    """Quoted in links, and found again."""
    assert "Odd name" in browser.ask("/part/sub/%C3%BC%20%26%23%3F.md").text
    paths = [one["path"] for one in browser.ask("/documents.json").json()["documents"]]
    assert paths == ["a.md", "sub/ü &#?.md"]


def test_what_is_not_there_is_said(browser: Browser) -> None:
    """With a page for a person, and the status for a program."""
    assert browser.ask("/d/none.md").status_code == 404
    assert "no such document" in browser.ask("/part/none.md").text
    assert browser.ask("/files/none.png").status_code == 404
    assert browser.ask("/static/none.js").status_code == 404
    assert browser.ask("/static/..%2Fapp.py").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/files/../outside.txt", "/files/%2e%2e/outside.txt", "/files/..%2foutside.txt",
        "/files//etc/passwd", "/files/%2Fetc%2Fpasswd", "/files/..%5Coutside.txt",
        "/files/sub/../../outside.txt", "/files/.git/config", "/d/../outside.txt", "/frame/..%2f..",
    ],
)  # fmt: skip
def test_no_path_leaves_the_docs_root(docs: DocsRepository, browser: Browser, path: str) -> None:
    """However it is written."""
    (docs.root.parent / "outside.txt").write_text("outside")
    answer = browser.ask(path)
    assert "outside" not in answer.text.replace("outside.txt", "")
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.test", "evil.test:8088", "127.0.0.1.evil.test", "[::1]:8088", "", "[", "0.0.0.0"]
)
def test_another_name_for_this_computer_gets_nothing(browser: Browser, host: str) -> None:
    """A name of somebody else's can be made to lead to 127.0.0.1."""
    answer = browser.ask("/documents.json", host=host)
    assert answer.status_code == 421
    assert "a.md" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8088", "localhost:1", "LOCALHOST", "127.0.0.1"])
def test_its_own_names_are_answered(browser: Browser, host: str) -> None:
    """Whatever the port is: it may be forwarded."""
    assert browser.ask("/documents.json", host=host).status_code == 200


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.test", "https://127.0.0.1:8088", "http://127.0.0.1:9"]
)
def test_orders_from_elsewhere_are_refused(browser: Browser, origin: str | None) -> None:
    """A page of any site can post to a port of this computer."""
    headers = {} if origin is None else {"origin": origin}
    assert browser.ask("/look", "POST", **headers).status_code == 403
    assert browser.ask("/look", "DELETE", **headers).status_code == 403


def test_its_own_page_may_ask_to_look_again(browser: Browser) -> None:
    """The one order that there is; reading takes none."""
    assert browser.ask("/look", "POST", origin="http://127.0.0.1:8088").status_code == 202
    assert browser.ask("/look").status_code == 405


def test_every_answer_says_what_it_may_do(browser: Browser) -> None:
    """Scripts from this server on its pages; in a document's HTML and in files none at all."""
    policies = {
        path: browser.ask(path).headers["content-security-policy"]
        for path in (
            "/",
            "/d/a.md",
            "/d/none",
            "/frame/a.md?field=body",
            "/files/evil.svg",
            "/nothing",
        )
    }
    assert all("default-src 'none'" in policy for policy in policies.values())
    assert "script-src 'self';" in policies["/d/a.md"]
    assert "unsafe-inline" not in policies["/d/a.md"]
    for path in ("/frame/a.md?field=body", "/files/evil.svg"):
        assert "script-src" not in policies[path]
        assert "sandbox" in policies[path]
        assert "allow-scripts" not in policies[path]
    for path in ("/", "/files/p.png", "/documents.json"):
        headers = browser.ask(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["referrer-policy"] == "no-referrer"


def test_files_are_shown_or_saved_by_what_they_are(browser: Browser) -> None:
    """Pictures and texts are shown; a page is not run."""
    assert browser.ask("/files/p.png").headers["content-type"] == "image/png"
    assert browser.ask("/files/data.csv").headers["content-type"].startswith("text/plain")
    page = browser.ask("/files/evil.html")
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-disposition"] == "attachment"


def test_nothing_comes_from_the_internet(browser: Browser) -> None:
    """No page and no part of one names another host."""
    for path in ("/", "/d/a.md", "/static/style.css", "/static/frame.css", "/static/app.js",
                 "/static/list.js", "/static/view.js"):  # fmt: skip
        text = browser.ask(path).text
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text
