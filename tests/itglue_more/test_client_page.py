"""docs/client.md cannot lie: its snippets are run in their order, and its commands too."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from glue import KEY, account, served

from publisher.cli.main import group

PAGE = Path(__file__).parents[2] / "docs" / "client.md"


def blocks(language: str) -> list[tuple[int, str]]:
    """(line, text) of the page's code blocks in a language."""
    page = PAGE.read_text("utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [(page.count("\n", 0, match.start(1)), match[1]) for match in found]


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every python block works after those before it; then every command exits 0."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITGLUE_API_KEY", KEY)
    with account() as site, served(site) as base_url:
        monkeypatch.setenv("ITGLUE_BASE_URL", base_url)
        names: dict[str, Any] = {}
        try:
            for line, text in blocks("python"):
                exec(compile("\n" * line + text, str(PAGE), "exec"), names)
        finally:
            names["itglue"].close()
        for _, text in blocks("console"):
            for command in text.splitlines():
                words = shlex.split(command.removeprefix("$ publisher "))
                done = CliRunner().invoke(group, words)
                assert done.exit_code == 0, (command, done.output)


def test_there_is_something_to_run() -> None:
    """The blocks are found."""
    assert len(blocks("python")) >= 10
    assert len(blocks("console")) == 1
