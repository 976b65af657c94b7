"""The writer's window in a real browser, on the example documents."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from browsing import NEEDS_BROWSER, chromium, has, previewing, published_example

from publisher.simulator import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [NEEDS_BROWSER, pytest.mark.more]
NETWORK = "/d/clients/acme/network.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example documents, published to the local instance."""
    return published_example(tmp_path_factory.mktemp("preview") / "docs")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with previewing(folder) as there:
        yield there


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as there:
        yield there


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that has nothing to complain about, and asks nobody else for anything."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda message: complaints.append(message.text))
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on(
        "request",
        lambda asked: None if asked.url.startswith(address) else complaints.append(asked.url),
    )
    yield made
    context.close()
    assert complaints == []


@pytest.fixture
def restored(folder: Path) -> Iterator[Path]:
    """The docs folder, put back afterwards."""
    kept = {path: path.read_bytes() for path in folder.rglob("*.md")}
    yield folder
    for path in folder.rglob("*.md"):
        if path not in kept:
            path.unlink()
    for path, content in kept.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def show(page: Page, url: str) -> None:
    """Open a document, and wait until the list is there and the plan is known."""
    page.goto(url)
    page.locator("nav a[aria-current]").wait_for()
    page.locator("#live:text-is('Live')").wait_for()


def until(page: Page, condition: str) -> None:
    """Wait for a condition in JavaScript, which the page's policy keeps from polling by itself."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"{condition} is {page.evaluate(condition)}")


def test_open_search_and_navigate_by_keyboard(page: Page, address: str) -> None:
    """`/` searches as one types, arrows move, Enter opens; the browser's way back works."""
    show(page, address + NETWORK)
    page.keyboard.press("/")
    page.keyboard.type("vpn down")
    page.locator("nav li").first.wait_for()
    has(page.locator("nav li"), 1)
    assert page.locator("#found").inner_text() == "1 document found"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("main h1:text('Remote access VPN down')").wait_for()
    page.wait_for_url("**/d/runbooks/vpn-outage.md?org=*")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    has(page.locator("nav section"), 6)
    page.go_back()
    page.locator("main h1:text('Network: Foundry Lane')").wait_for()
    assert page.title().startswith("Network: Foundry Lane")


def test_the_document_is_shown_as_it_would_be_sent(page: Page, address: str) -> None:
    """Fields, text with its picture in a frame that is as high as its text, attachments."""
    show(page, address + NETWORK)
    frame = page.frame_locator("iframe[title='Documentation']")
    has(frame.locator("td:text-is('ACM-FW01')"), 0)
    has(frame.locator("th:text-is('ACM-FW01')"), 1)
    assert (
        page.evaluate("document.querySelector('iframe').contentDocument.images[0].naturalWidth")
        > 100
    )
    heights = page.evaluate(
        "(f => [f.clientHeight, f.contentDocument.documentElement.scrollHeight])"
        "(document.querySelector('iframe'))"
    )
    assert abs(heights[0] - heights[1]) <= 4
    assert page.locator(".files a").all_inner_texts() == ["network.png", "switch-ports.csv"]
    assert page.locator(".stand.unchanged:visible").inner_text() == "Unchanged"


def test_links_in_the_text_lead_to_the_other_document_and_its_heading(
    page: Page, address: str
) -> None:
    """Within the window, without loading it anew."""
    show(page, address + NETWORK)
    page.evaluate("window.same = true")
    page.frame_locator("main iframe").locator("a:text('Remote access VPN down')").click()
    page.locator("main h1:text('Remote access VPN down')").wait_for()
    until(page, "document.getElementById('main').scrollTop > 200")
    page.wait_for_url("**#all-users")
    assert page.evaluate("window.same") is True


def test_a_save_shows_at_once_and_keeps_the_place(page: Page, address: str, restored: Path) -> None:
    """Within moments (`bench_preview.py` measures them), scrolled as before."""
    file = restored / "clients/acme/network.md"
    show(page, address + NETWORK)
    page.evaluate("document.getElementById('main').scrollTop = 700")
    began = time.monotonic()
    file.write_text(file.read_text().replace("## Firewall\n", "## Firewall pair\n"))
    page.frame_locator("main iframe").locator("h2:text-is('Firewall pair')").wait_for()
    assert time.monotonic() - began < 5.0  # on a busy machine; half a second is usual
    assert page.evaluate("document.getElementById('main').scrollTop") == 700
    styled = (
        "[...document.querySelector('main iframe').contentDocument.querySelectorAll('[style]')]"
    )
    assert page.evaluate(f"{styled}.length > 0 && {styled}.every((one) => one.style.length > 0)")
    page.locator(".stand.changed:visible").wait_for()


def test_a_broken_document_shows_its_error_and_comes_back(
    page: Page, address: str, restored: Path
) -> None:
    """In place of the page, with its line; then the page is there again, where one was reading."""
    file = restored / "clients/acme/network.md"
    good = file.read_text()
    show(page, address + NETWORK)
    page.evaluate("document.getElementById('main').scrollTop = 700")
    file.write_text(good.replace("title:", "title: [", 1))
    page.locator("main h1:text('cannot be shown')").wait_for()
    assert "line 4" in page.locator("main .findings").inner_text()
    has(page.locator("main iframe"), 0)
    file.write_text(good)
    page.locator("main h1:text('Network: Foundry Lane')").wait_for()
    until(page, "document.getElementById('main').scrollTop === 700")


def test_choose_another_organization(page: Page, address: str) -> None:
    """Of a document that goes to several."""
    show(page, address + "/d/sops/staff-changes.md")
    page.locator("#organization").select_option(label="Greywater Freight")
    page.locator(".trail:text('Greywater Freight')").wait_for()
    page.wait_for_url(re.compile(r"\?org=\d+$"))
    has(page.locator("nav a[aria-current]"), 1)


def test_what_changes_is_shown_against_what_is_published(
    page: Page, address: str, restored: Path
) -> None:
    """Words put in and taken out, in the page itself."""
    file = restored / "clients/acme/network.md"
    show(page, address + NETWORK)
    file.write_text(file.read_text().replace("One site, one core", "One site, two cores"))
    page.locator(".stand.changed:visible").wait_for()
    page.locator("#show-changes").click()
    frame = page.frame_locator("#compared iframe")
    frame.locator("ins").first.wait_for()
    assert frame.locator("del").all_inner_texts() == ["one", "core"]
    assert frame.locator("ins").all_inner_texts() == ["two", "cores"]
    page.locator("#show-page").click()
    assert page.locator("#compared").is_hidden()


def test_a_colleagues_edit_shows_as_drift(page: Page, address: str, folder: Path) -> None:
    """Once one looks again; nothing is written by that."""
    show(page, address + "/d/sops/server-patching.md")
    page.locator(".stand.unchanged:visible").wait_for()
    site = Site.open(folder / ".publisher" / "simulator.db")
    try:
        asset = next(one for one in site.all("flexible_assets") if one.name == "Server patching")
        site.edit(asset.id, {"owner": "A colleague"})
    finally:
        site.close()
    page.locator("#look").click()
    page.locator(".stand.drift:visible").wait_for()
    page.locator("#show-changes").click()
    change = page.locator("#compared .change")
    assert change.locator("del").inner_text() == "A colleague"


def test_the_documents_html_runs_nothing(browser: Browser, address: str) -> None:
    """Not even what a sanitizer might have let through: the frame has no scripts."""
    page = browser.new_page()
    page.goto(address + NETWORK)
    page.frame_locator("main iframe").locator("h2").first.wait_for()
    ran = page.evaluate(
        """async () => {
          const inside = document.querySelector("main iframe").contentDocument;
          inside.body.insertAdjacentHTML("beforeend",
            "<img src=x onerror='top.hacked = 1'><a id=evil onclick='top.hacked = 2'>x</a>");
          const script = inside.createElement("script");
          script.textContent = "top.hacked = 3";
          inside.body.append(script);
          inside.getElementById("evil").click();
          await new Promise((done) => setTimeout(done, 300));
          return window.hacked ?? "nothing";
        }"""
    )
    page.close()
    assert ran == "nothing"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_everybody_can_use_it(
    browser: Browser, address: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """axe finds nothing: names, contrast, landmarks, order; in both colours, on a phone too."""
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 850},
        color_scheme=scheme,
    )
    page = context.new_page()
    try:
        for path in ("/", NETWORK, "/d/sops/staff-changes.md", "/d/none.md"):
            page.goto(address + path)
            page.locator("#groups section").first.wait_for(state="attached")
            if width < 500:
                assert page.evaluate("document.documentElement.scrollWidth") == width
            page.evaluate(axe)
            found = page.evaluate("axe.run()")["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    finally:
        context.close()


def test_on_a_phone_the_list_comes_and_goes(browser: Browser, address: str) -> None:
    """By a button that says so; a chosen document closes it."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    try:
        page.goto(address + NETWORK)
        page.locator("#groups section").first.wait_for(state="attached")
        assert page.locator("nav").is_hidden()
        page.locator("#menu").click()
        page.locator("nav a:text('On-call and escalation')").click()
        page.locator("main h1:text('On-call and escalation')").wait_for()
        assert page.locator("nav").is_hidden()
        assert page.locator("#menu").get_attribute("aria-expanded") == "false"
    finally:
        context.close()
