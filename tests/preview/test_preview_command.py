"""`publisher preview` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from preview_docs import DocsRepository

from publisher.cli.main import group
from publisher.preview.server import bind


def test_a_port_that_is_taken_is_said_with_what_to_do(tmp_path: Path) -> None:
    """Before anything is served."""
    docs = DocsRepository(tmp_path)
    with bind(0) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(group, ["--repo", str(docs.root), "preview", "--port", port])
    assert result.exit_code == 1
    assert "try --port 0" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "is in no Git work tree"),
        (["--instance", "prodution"], "no instance is called 'prodution'"),
    ],
    ids=["no repository", "no such instance"],
)
def test_what_is_not_set_up_is_said(tmp_path: Path, words: list[str], said: str) -> None:
    """In one sentence, as every command does."""
    folder = tmp_path / "docs" if words else tmp_path
    if words:
        DocsRepository(folder)
    result = CliRunner().invoke(group, ["--repo", str(folder), *words, "preview", "--port", "0"])
    assert result.exit_code == 1
    assert said in result.output


def test_it_listens_on_loopback_alone() -> None:
    """Whatever the machine's other addresses are."""
    with bind(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
