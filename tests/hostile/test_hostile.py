"""Hostile repositories: no traceback, an exit code of ours, nothing from outside the docs root."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hostile_inputs import CANARY, hostile
from world import World

from publisher.cli.main import group
from publisher.simulator import Switches


def run(folder: Path, *words: str) -> Result:
    done = CliRunner().invoke(group, ["--repo", str(folder), *words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All cases in one repository, with symlinks and files that lie outside of its docs root."""
    top = tmp_path_factory.mktemp("hostile")
    root = top / "docs"
    root.mkdir()
    (top / "outside.md").write_text(f"---\norg: Acme Corp\ntype: SOP\n---\n{CANARY}\n")
    (root / "publisher.toml").write_text('[docs]\nid = "hostile"\n')
    for path, content in hostile():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (root / "link-out.md").symlink_to("../outside.md")
    (root / "link-dir").symlink_to("..")
    os.mkfifo(root / "pipe.txt")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "hostile"]):
        subprocess.run(["git", *words], cwd=top, check=True, capture_output=True)
    return root


def test_there_are_enough_cases() -> None:
    """At least 150, each another way to go wrong."""
    assert len(list(hostile())) >= 150


def test_check_plan_and_apply_survive_all_of_them_at_once(docs: Path) -> None:
    """One bad file never stops the rest; nothing hangs; nothing outside is read or sent."""
    began = time.monotonic()
    checked = run(docs, "check", "--format", "json")
    assert checked.exit_code == 1
    planned = run(docs, "plan", "--format", "json")
    assert planned.exit_code in (1, 3)
    plan = json.loads(planned.stdout)
    assert plan["summary"]["create"] > 50
    assert all(found["document"] is not None for found in plan["diagnostics"])
    words = ["apply", "--yes", "--skip-invalid", "--format", "json"]
    applied = run(docs, *words)
    assert applied.exit_code in (0, 3, 4), applied.stderr
    assert time.monotonic() - began < 120
    database = (docs / ".publisher" / "simulator.db").read_bytes()
    for text in (checked.stdout, planned.stdout, applied.stdout, applied.stderr):
        assert CANARY not in text
        assert "Traceback" not in text
    assert CANARY.encode() not in database


def test_nothing_executable_is_sent(tmp_path: Path) -> None:
    """To an IT Glue that keeps HTML as it gets it: so this is what stood in the requests."""
    world = World(tmp_path, switches=Switches(sanitizer="off", limit_requests=None))
    for path, content in hostile():
        world.write(path, content)
    world.commit()
    world.apply()
    bodies = [str(asset["traits"].get("body", "")).lower() for asset in world.assets()]
    assert len(bodies) > 50
    for body in bodies:
        tags = re.findall(r"<[a-z][^>]*>", body)
        for bad in ("<script", "<iframe", "<svg", "<form", "<style", "<base", "<meta", "<object"):
            assert not any(tag.startswith(bad) for tag in tags)
        assert not any(re.search(r"\son[a-z]+\s*=", tag) for tag in tags if "alt=" not in tag)
        assert not any("javascript:" in tag or "vbscript:" in tag for tag in tags)
