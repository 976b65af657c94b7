"""A real browser on what publisher serves, both ended when the test is over."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.data import example_docs
from publisher.source.create import create_repository

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NEEDS_BROWSER = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: apt-get install chromium"
)
_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()


def run(folder: Path, *words: str) -> str:
    """One command of publisher, to its end."""
    done = subprocess.run(
        _command(words), cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def published_example(folder: Path) -> Path:
    """The example documents in a repository at *folder*, published to the local instance."""
    shutil.copytree(example_docs(), folder, ignore=shutil.ignore_patterns(".publisher"))
    create_repository(folder, "Example documents")
    run(folder, "--quiet", "apply", "--yes")
    return folder


@contextlib.contextmanager
def previewing(folder: Path, *words: str) -> Iterator[str]:
    """`publisher preview` on a free port; see `serving`."""
    with serving(folder, *words, "preview") as address:
        yield address


@contextlib.contextmanager
def serving(folder: Path, *words: str) -> Iterator[str]:
    """A command that serves, on a free port; gives its address, and ends it as Ctrl-C does."""
    process = subprocess.Popen(
        _command([*words, "--port", "0"]),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": ""},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        found = re.fullmatch(r"\w+: (http://127\.0\.0\.1:\d+)\n", line)
        assert found, line + process.stderr.read()
        yield found[1]
        process.send_signal(2)
        assert process.wait(10) == 0
        assert process.stderr.read() in ("Ctrl-C ends it.\n", "")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong with a page: (rule, the first element)."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "publisher", *words]


def has(locator: Locator, number: int) -> None:
    """Wait until so many elements match: a click does not wait for the page that it leads to."""
    from playwright.sync_api import expect

    expect(locator).to_have_count(number)
