"""The simulator's pages in a real browser: look, edit as a colleague, make trouble."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from browsing import NEEDS_BROWSER, chromium, has, published_example, run, serving, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [NEEDS_BROWSER, pytest.mark.more]
ASSET = "Server patching"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example documents, published to the local instance."""
    return published_example(tmp_path_factory.mktemp("simulator") / "docs")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder, "simulator", "serve") as there:
        yield there


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as there:
        yield there


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page without scripts: nothing here needs them."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    made = context.new_page()
    made.goto(address)
    yield made
    context.close()


def test_a_colleagues_edit_is_drift_in_the_next_plan(page: Page, folder: Path) -> None:
    """From the start page to an asset, changed by hand; its version shows the words."""
    page.get_by_role("link", name="Lanternbridge IT").click()
    page.get_by_role("link", name=ASSET).click()
    page.get_by_text("Edit by hand").click()
    page.get_by_label("Owner").fill("A colleague")
    page.get_by_role("button", name="Save").click()
    version = page.locator(".versions li").first
    version.locator("summary").click()
    assert version.locator("ins").inner_text() == "A colleague"
    plan = json.loads(run(folder, "plan", "--format", "json"))
    assert [drift["document"] for drift in plan["drift"]] == ["sops/server-patching.md"]
    assert plan["drift"][0]["what"] == ["field owner was edited in IT Glue"]


def test_an_injected_fault_is_met_and_logged(page: Page, folder: Path, address: str) -> None:
    """publisher, sent here, meets a 503 on the way and goes on; the log says so."""
    page.get_by_role("link", name="Trouble").click()
    page.get_by_label("503 Service Unavailable").check()
    page.get_by_label("To", exact=True).select_option("reads (GET)")
    page.get_by_role("button", name="Inject").click()
    has(page.locator(".rules li"), 1)
    where = {"ITGLUE_BASE_URL": address, "ITGLUE_API_KEY": "any"}
    plan = [sys.executable, "-m", "publisher", "--instance", "rehearsal", "plan"]
    done = subprocess.run(
        plan, cwd=folder, env=os.environ | where, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    page.get_by_role("link", name="Requests").click()
    met = page.locator("tr", has_text="503 instead")
    has(met, 1)
    assert met.locator(".bad").inner_text() == "503"
    page.get_by_role("link", name="Trouble").click()
    has(page.locator(".rules li"), 0)


def test_attachments_open(page: Page) -> None:
    """A picture is shown in the browser."""
    page.get_by_role("link", name="Lanternbridge IT").click()
    page.get_by_role("link", name=ASSET).click()
    page.get_by_role("link", name="patch-rings.png").click()
    page.wait_for_url("**/simulator/files/**")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_everybody_can_use_it(
    browser: Browser, address: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """axe finds nothing, nothing is too wide, the policy has nothing to complain about."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    organization = page.locator("tbody th a").first.get_attribute("href") or ""
    page.goto(address + organization)
    asset = page.locator("tbody th a").first.get_attribute("href") or ""
    for path in ("/", organization, asset, "/simulator/log", "/simulator/trouble", "/99999"):
        page.goto(address + path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
    page.close()
    assert [one for one in complaints if "404" not in one] == []
