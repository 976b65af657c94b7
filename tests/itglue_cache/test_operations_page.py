"""docs/operations.md cannot lie: its snippets are run in their order."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from publisher.itglue.events import LOGGER
from publisher.itglue.hooks import GROUP
from publisher.itglue.metrics import Metrics
from publisher.simulator import Site, create_app, load_seed
from publisher.simulator.server import bind

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
SEED: dict[str, Any] = {
    "organizations": [{"name": "Acme Corp"}],
    "configurations": [
        {"name": name, "organization": "Acme Corp", "configuration_type": "Server"}
        for name in ("SRV-01", "SRV-02")
    ],
}


@contextlib.contextmanager
def served() -> Iterator[str]:
    """An account on a loopback port; gives its base URL."""
    with closing(Site.open(":memory:")) as site:
        load_seed(site, SEED)
        config = uvicorn.Config(create_app(site), lifespan="off", log_level="error")
        server, listener = uvicorn.Server(config), bind(0)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def test_the_snippets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each works after those before it, and does what the page says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITGLUE_API_KEY", "ITG.test")
    page = PAGE.read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    with served() as base_url:
        monkeypatch.setenv("ITGLUE_BASE_URL", base_url)
        names: dict[str, Any] = {}
        try:
            for text in blocks:
                exec(compile(text, str(PAGE), "exec"), names)
            shown = httpx.get(f"http://127.0.0.1:{names['served'].port}/metrics").text
        finally:
            names["served"].close()
            names["cache"].close()
            names["itglue"].close()
    assert names["heard"] == ["document.created"]
    assert 'route="/organizations",status="200"' in shown


def test_the_series_and_names_on_the_page_are_those_of_the_program() -> None:
    """All metrics are listed, none is invented; loggers and groups are called what they are."""
    page = PAGE.read_text("utf-8")
    said = set(re.findall(r"itglue_[a-z_]+", page)) - {"itglue_instance", "itglue_publisher"}
    there = {family.name for family in Metrics().registry.collect()}
    assert {name.removesuffix("_total") for name in said} == there
    assert LOGGER in page
    assert GROUP in page
