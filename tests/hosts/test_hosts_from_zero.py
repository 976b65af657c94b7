"""docs/from-zero.md, step by step: a bare remote, pushes that publish, a comment on a change."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from hosts_doubles import Fake, environment, served
from pipeline import Runner

from publisher.cli.local import seed_for

PAGE = Path(__file__).parents[2] / "docs" / "from-zero.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
WORKFLOW = ".github/workflows/publish.yml"
KEY = "ITG.only-for-the-pipeline"


@contextlib.contextmanager
def it_glue(folder: Path) -> Iterator[str]:
    """The embedded IT Glue as another machine would be: a process on a port."""
    seed = folder / "seed.yaml"
    seed.write_text(yaml.safe_dump(seed_for(folder)), "utf-8")
    words = ["simulator", "serve", "--port", "0", "--db", str(folder / "itglue.db")]
    words += ["--seed", str(seed)]
    command = [sys.executable, "-m", "publisher", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def asset(base_url: str) -> tuple[str, str]:
    """Title and body of the one flexible asset that is there."""
    types = httpx.get(f"{base_url}/flexible_asset_types", headers={"x-api-key": KEY}).json()
    sop = next(t["id"] for t in types["data"] if t["attributes"]["name"] == "SOP")
    answer = httpx.get(
        f"{base_url}/flexible_assets",
        params={"filter[flexible_asset_type_id]": sop},
        headers={"x-api-key": KEY},
    )
    ((attributes),) = [found["attributes"] for found in answer.json()["data"]]
    return attributes["name"], attributes["traits"]["body"]


class Repository:
    """The writer's side: a clone of a bare remote, and the page's commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin = folder / "origin.git"
        self.work = folder
        subprocess.run(["git", "init", "--quiet", "--bare", str(self.origin)], check=True)
        bin_ = folder / "bin"
        bin_.mkdir()
        script = f'#!/bin/sh\nexec {sys.executable} -m publisher "$@"\n'
        (bin_ / "publisher").write_text(script)
        (bin_ / "publisher").chmod(0o755)
        self.path = f"{bin_}{os.pathsep}{os.environ['PATH']}"

    def type(self, block: str) -> str:
        """Type one block of the page in a shell."""
        script = block.replace("https://github.com/acme/docs.git", f"{self.origin} docs")
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=self.work,
            env={**os.environ, "PATH": self.path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        self.work = self.folder / "docs"
        return done.stdout

    def head(self, branch: str) -> str:
        words = ["git", "--git-dir", str(self.origin), "rev-parse", branch]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        return done.stdout.strip()


@pytest.mark.slow  # a dozen processes
@pytest.mark.skipif(sys.platform == "win32", reason="the page's commands are a POSIX shell's")
def test_the_page_leads_to_publishing_on_merge(tmp_path: Path) -> None:
    """Every block works; each push runs the workflow that init wrote."""
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    assert len(blocks) == 6
    repository = Repository(tmp_path)
    said = [repository.type(block) for block in blocks[:3]]
    assert "wrote" in said[0]
    plans = re.findall(r"^Plan for local: (.*)\.$", said[2], re.MULTILINE)
    assert plans[0] == plans[1] == "1 to create"
    assert plans[2] == "nothing to do; 1 unchanged"

    with it_glue(tmp_path) as base_url, served(Fake("github")) as github:
        event = tmp_path / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 12}}))
        runner = Runner(
            tmp_path,
            {"PATH": repository.path, "ITGLUE_BASE_URL": base_url}
            | {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
            | environment(github, str(event)),
            {"secrets.ITGLUE_API_KEY": KEY, "github.token": github.token},
        )
        repository.type(blocks[3])
        head = repository.head("main")
        assert runner.run(repository.origin, head, WORKFLOW, "publish") == 0, runner.said
        assert "Applied 1 of 1 changes" in runner.said
        assert "print a test page" in asset(base_url)[1]

        repository.type(blocks[4])
        head = repository.head("spooler")
        assert runner.run(repository.origin, head, WORKFLOW, "plan") == 0, runner.said
        (comment,) = github.comments.values()
        assert comment.startswith("<!-- publisher-plan: production -->")
        assert "1 to update." in comment
        assert comment == (tmp_path / "summary.md").read_text("utf-8")

        repository.type(blocks[5])
        head = repository.head("main")
        assert runner.run(repository.origin, head, WORKFLOW, "publish") == 0, runner.said
        assert "Applied 1 of 1 changes" in runner.said
        assert "print two test pages" in asset(base_url)[1]
        assert runner.run(repository.origin, head, WORKFLOW, "publish") == 0, runner.said
        assert "Applied 0 of 0 changes" in runner.said
        assert KEY not in runner.said
