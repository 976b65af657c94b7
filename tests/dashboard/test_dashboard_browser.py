"""The operator's window in a real browser, on the example documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from browsing import NEEDS_BROWSER, chromium, has, published_example, run, serving, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [NEEDS_BROWSER, pytest.mark.more]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example documents, published to the local instance."""
    return published_example(tmp_path_factory.mktemp("dashboard") / "docs")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as there:
        yield there


@pytest.fixture(scope="module")
def file(folder: Path) -> Path:
    """The page, exported."""
    made = folder.parent / "dashboard.html"
    run(folder, "dashboard", "--export", str(made))
    return made


def test_it_opens(browser: Browser, folder: Path) -> None:
    """The run shows in the charts and in the table, the documents in the matrix."""
    page = browser.new_page()
    with serving(folder, "dashboard") as address:
        page.goto(address)
        assert page.locator("h1").inner_text() == "lanternbridge-docs"
        has(page.locator(".chart"), 8)
        assert page.locator("main .tag").first.inner_text() == "done"
        assert page.locator(".cell.published").count() > 5
        page.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_the_exported_file_is_whole(
    browser: Browser, file: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    """From the disk, with its style, no complaint, nothing too wide; axe finds nothing."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda asked: complaints.append(asked.url))
    page.goto(file.as_uri())
    assert complaints == [file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("getComputedStyle(document.querySelector('.bar')).fill") != "rgb(0, 0, 0)"
    assert violations(page) == []
    page.close()
