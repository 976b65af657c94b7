"""With ``--format json``, stdout holds exactly one JSON document, also when a command fails."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from publisher.cli.main import group

DOCUMENT = "---\ntitle: A\norg: 4711\ntype: {type}\n---\nText.\n"


def run(*words: str, folder: Path) -> tuple[int, dict[str, Any], str]:
    """The exit code, the document on stdout, and what stderr says."""
    done = CliRunner().invoke(group, ["--repo", str(folder), *words])
    return done.exit_code, json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("command", ["plan", "apply", "check", "status", "health", "types plan"])
def test_a_failure_is_one_document(tmp_path: Path, command: str) -> None:
    """Where the configuration is wrong, it holds the error and the exit code."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "publisher.toml").write_text("[nonsense]\n")
    code, document, said = run(*command.split(), "--format", "json", folder=tmp_path)
    assert (code, document["exit_code"], document["format_version"]) == (1, 1, 1)
    assert document["error"] in said


def test_the_other_spelling_is_understood(tmp_path: Path) -> None:
    """``--format=json`` is the same as ``--format json``."""
    code, document, _ = run("plan", "--format=json", folder=tmp_path)
    assert (code, document["exit_code"]) == (1, 1)


def test_an_apply_that_does_not_begin_has_its_own_shape(tmp_path: Path) -> None:
    """It has the keys of a result of nothing done, and the findings; stderr names them too."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "publisher.toml").write_text('[docs]\nid = "mine"\n')
    (tmp_path / "a.md").write_text(DOCUMENT.format(type="Nope"))
    code, document, said = run("apply", "--yes", "--worktree", "--format", "json", folder=tmp_path)
    assert (code, document["applied"], document["failed"], document["targets"]) == (1, 0, [], [])
    assert "unknown-type" in {one["code"] for one in document["diagnostics"]}
    assert "a.md:4: no asset type" in said
