"""Real processes: the demo, an installed wheel's way, and another IT Glue on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

PUBLISHER = [sys.executable, "-m", "publisher"]
KEY = {"x-api-key": "ITG.test"}


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run(
        [*PUBLISHER, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


@contextlib.contextmanager
def simulator(database: Path) -> Iterator[str]:
    """The embedded IT Glue on a port, as a process; gives its base URL."""
    words = [*PUBLISHER, "simulator", "serve", "--port", "0", "--db", str(database)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield line.split()[-1]
        finally:
            process.terminate()


def requests(base_url: str) -> list[str]:
    """METHOD and path of what the simulator was asked for, oldest first."""
    rows = httpx.get(f"{base_url}/simulator/requests", params={"limit": 1000}, headers=KEY).json()
    return [f"{row['method']} {row['path']}" for row in rows][::-1]


def create(base_url: str, path: str, document: dict[str, object]) -> str:
    answer = httpx.post(f"{base_url}/{path}", json={"data": document}, headers=KEY)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def test_the_demo_publishes_everything_and_leaves_nothing_to_do(tmp_path: Path) -> None:
    """From a folder that is no checkout, as from an installed wheel."""
    done = run("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Applied 28 of 28 changes" in done.stdout
    assert "nothing to do; 28 unchanged" in done.stdout
    assert "simulator serve" in done.stdout
    again = run("demo", cwd=tmp_path)
    assert (again.returncode, "Applied 0 of 0" in again.stdout) == (0, True)


@pytest.fixture
def forty(tmp_path: Path) -> Path:
    """Forty documents for four organizations."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "publisher.toml").write_text('[docs]\nid = "forty"\n')
    for number in range(40):
        head = f"---\nid: d{number}\norg: Client {number % 4}\ntype: SOP\n---\n"
        (docs / f"d{number}.md").write_text(f"{head}# Document {number}\n\nText {number}.\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "docs"]):
        subprocess.run(["git", *words], cwd=docs, check=True)
    return docs


def test_forty_documents_are_forty_posts_against_another_it_glue(
    forty: Path, tmp_path: Path
) -> None:
    """With a base URL, a key and a name, the same commands publish there; twice writes nothing."""
    with simulator(tmp_path / "glue.db") as base_url:
        for number in range(4):
            attributes = {"name": f"Client {number}"}
            create(base_url, "organizations", {"type": "organizations", "attributes": attributes})
        fields = [
            {"order": 1, "name": "Title", "kind": "Text", "use-for-title": True, "required": True},
            {"order": 2, "name": "Body", "kind": "Textbox"},
        ]
        kind: dict[str, object] = {
            "type": "flexible_asset_types",
            "attributes": {"name": "SOP", "icon": "book"},
            "relationships": {
                "flexible-asset-fields": {
                    "data": [{"type": "flexible_asset_fields", "attributes": f} for f in fields]
                }
            },
        }
        create(base_url, "flexible_asset_types", kind)
        before = len(requests(base_url))
        there = {"ITGLUE_BASE_URL": base_url, "ITGLUE_API_KEY": "ITG.test"}
        done = run("--instance", "mine", "apply", "--yes", "--format", "json", cwd=forty, **there)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["applied"] == 40
        written = [line for line in requests(base_url)[before:] if not line.startswith("GET")]
        assert written == ["POST /flexible_assets"] * 40
        before = len(requests(base_url))
        again = run("--instance", "mine", "apply", "--yes", cwd=forty, **there)
        assert again.returncode == 0
        asked = requests(base_url)[before:]
        assert len(asked) <= 3
        assert all(line.startswith("GET") for line in asked)


def test_an_instance_out_of_reach_exits_5(forty: Path) -> None:
    """Nobody listens there: try again later."""
    there = {"ITGLUE_BASE_URL": "http://127.0.0.1:9", "ITGLUE_API_KEY": "ITG.test"}
    done = run("--instance", "mine", "plan", "--format", "json", cwd=forty, **there)
    assert (done.returncode, json.loads(done.stdout)["exit_code"]) == (5, 5)
    assert "Try again later" in done.stderr
    assert "ITG.test" not in done.stderr


def test_a_pipe_of_another_encoding(forty: Path) -> None:
    """What it lacks is escaped in JSON, and a question mark in text; nothing breaks."""
    (forty / "rocket.md").write_text("---\norg: 4711\n---\n", encoding="utf-8")
    (forty / "rocket.md").rename(forty / "rocket 🚀.md")
    for form, shown in (("json", "\\ud83d\\ude80"), ("text", "rocket ?.md")):
        done = run("check", "--format", form, cwd=forty, PYTHONIOENCODING="cp1252")
        assert (done.returncode, done.stderr) == (1, "")
        assert shown in done.stdout
