"""How long a writer waits in a repository of 2,000 documents: marked slow, run on a quiet machine.

pytest -m slow -n 0 -s tests/preview/test_preview_bench.py
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest
from browsing import NEEDS_BROWSER, chromium, previewing, run

from publisher.data import example_docs
from publisher.source.create import create_repository
from publisher.source.frontmatter import read

pytestmark = [pytest.mark.slow, NEEDS_BROWSER]
DOCUMENTS, CLIENTS, SAVES = 2_000, 40, 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 documents with the texts of the examples, each linking to the next."""
    made = tmp_path_factory.mktemp("many") / "docs"
    made.mkdir()
    texts = [read(path.read_bytes()).body for path in sorted(example_docs().rglob("*.md"))]
    names = [f"Client {number:02}" for number in range(CLIENTS)]
    (made / "publisher.toml").write_text('[docs]\nid = "many"\n')
    (made / "simulator.yaml").write_text(
        "organizations:\n" + "".join(f"- name: {name}\n" for name in names)
    )
    for number in range(DOCUMENTS):
        text = texts[number % len(texts)] + f"\n\nSee [the next]({(number + 1) % DOCUMENTS}.md).\n"
        front = f"title: Document {number}\norg: {names[number % CLIENTS]}\ntype: SOP\n"
        (made / f"{number}.md").write_text(f"---\nid: {number:08x}\n{front}---\n{text}")
    create_repository(made, "Many documents")
    return made


def test_the_first_page_and_a_save_are_quick(folder: Path) -> None:
    """The first page is there under 2 s, a save shows under 1 s, also while it is planned."""
    run(folder, "--quiet", "status", "--no-refresh")  # files and byte code are in the cache
    with chromium() as browser:
        page = browser.new_page()
        began = time.monotonic()
        with previewing(folder) as address:
            ready = time.monotonic() - began
            page.goto(f"{address}/d/7.md")
            page.locator("nav a[aria-current]").wait_for()
            page.frame_locator("main iframe").locator("p").first.wait_for()
            first = time.monotonic() - began - ready
            saves = [_save(page, folder / "7.md", number) for number in range(SAVES)]
    median, longest = statistics.median(saves) * 1000, max(saves) * 1000
    print(  # noqa: T201 (what the run is for)
        f"\nready after {ready:.2f} s, first page {first:.2f} s later; "
        f"saves: median {median:.0f} ms, longest {longest:.0f} ms"
    )
    assert first < 2
    assert max(saves) < 1


def _save(page: object, file: Path, number: int) -> float:
    from playwright.sync_api import Page

    assert isinstance(page, Page)
    text = file.read_text()
    began = time.monotonic()
    file.write_text(f"{text}\n\nSaved for the {number}. time.\n")
    found = page.frame_locator("main iframe").locator(f"p:text-is('Saved for the {number}. time.')")
    found.wait_for()
    return time.monotonic() - began
