"""The composite action's own steps, run as a runner would: inputs in, outputs and summary out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs_desk import Docs
from hosts_doubles import Fake, environment, served

ACTION = Path(__file__).parents[2] / ".github" / "actions" / "publish"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the action's shell is bash")

pytestmark = POSIX


@dataclass
class Job:
    """One job of a runner."""

    folder: Path
    repo: Path
    extra: dict[str, str]

    def __post_init__(self) -> None:
        venv = self.folder / "publisher-venv" / "bin"
        venv.mkdir(parents=True)
        for name, words in (("python", ""), ("publisher", " -m publisher")):
            (venv / name).write_text(f'#!/bin/sh\nexec {sys.executable}{words} "$@"\n')
            (venv / name).chmod(0o755)

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.folder / "output").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text("utf-8")

    def start(self, **inputs: str) -> subprocess.Popen[str]:
        """Start the action's steps; the last one is its own process."""
        action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
        given = {name: str(about.get("default", "")) for name, about in action["inputs"].items()}
        given |= {"token": "", "repo": str(self.repo)}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        first, last = action["runs"]["steps"]
        for step in (first, last):
            process = self._shell(step, given)
            if step is first:
                said, _ = process.communicate(timeout=60)
                assert process.returncode == 0, said
        return process

    def _shell(self, step: dict[str, Any], given: dict[str, str]) -> subprocess.Popen[str]:
        env = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
            for name, value in step["env"].items()
        }
        runner = {
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
        }
        return subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**os.environ, **runner, **self.extra, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, code: int = 0, **inputs: str) -> str:
        """Run to the end; give what stands in the log."""
        said, _ = (process := self.start(**inputs)).communicate(timeout=120)
        assert process.returncode == code, said
        return said


@pytest.fixture
def docs(tmp_path: Path) -> Docs:
    made = Docs(tmp_path)
    made.write("a", "See [nothing](nowhere.md).")
    made.commit()
    return made


@pytest.fixture
def job(tmp_path: Path, docs: Docs) -> Job:
    return Job(tmp_path / "runner", docs.root, {})


def test_plan_and_apply_of_the_plan(job: Job) -> None:
    """Numbers as outputs, the plan as the summary, findings beside the lines."""
    said = job.run(command="plan")
    assert "::warning file=a.md,line=8" in said
    plan_file = str(job.folder / "publisher-plan.json")
    markdown = str(job.folder / "publisher-plan.md")
    assert job.outputs == {
        "changes": "1",
        "drift": "0",
        "plan-file": plan_file,
        "markdown-file": markdown,
        "exit-code": "0",
    }
    assert "1 to create" in job.summary
    assert "Applied 1 changes" in job.run(command="apply", plan_file=plan_file)
    assert job.outputs["changes"] == "1"
    assert "Applied 1 changes" in job.summary


def test_a_plan_with_errors_fails_with_everything_written(job: Job, docs: Docs) -> None:
    """Exit code 1; the comment can still say why."""
    docs.save("b.md", "---\ntitle: [\n---\n")
    assert "::error file=b.md" in job.run(code=1, command="plan")
    assert job.outputs["exit-code"] == "1"
    assert "1 error" in job.summary


def test_comment_posts_what_plan_wrote(tmp_path: Path, job: Job) -> None:
    """With the differences, since both steps share the runner's folder."""
    event = tmp_path / "event.json"
    event.write_text('{"pull_request": {"number": 12}}')
    with served(Fake("github")) as fake:
        job.extra = environment(fake, str(event))
        token = job.extra.pop("GITHUB_TOKEN")
        job.run(command="plan")
        said = job.run(command="comment", token=token)
        assert list(fake.comments.values()) == [job.summary]
    assert token not in said


def test_arguments_are_split_and_never_expanded(job: Job, tmp_path: Path) -> None:
    """What an input holds is data: no shell runs it."""
    mark = tmp_path / "mark"
    said = job.run(command="check", args=f"--ref '$(touch {mark})'", code=1)
    assert f"$(touch {mark})" in said
    assert "is no revision" in said
    assert not mark.exists()


def test_publisher_is_the_process_that_gets_the_signals(job: Job) -> None:
    """exec leaves no shell in between that would swallow them."""
    process = job.start(command="x; id")
    seen: set[str] = set()
    proc = Path(f"/proc/{process.pid}/cmdline")
    while proc.exists() and process.poll() is None:
        seen.add(proc.read_bytes().decode().partition("\0")[0])
        time.sleep(0.005)
    assert process.stdout is not None
    with process.stdout as log:
        assert "command must be one of check, plan, apply, comment" in log.read()
    assert not Path("/proc/self").exists() or any("python" in name for name in seen)


def test_no_expression_stands_in_a_script() -> None:
    """Inputs reach the scripts as variables alone."""
    action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
    assert all("${{" not in step["run"] for step in action["runs"]["steps"])
    assert all(
        "secret" not in step["env"] and "INPUT_API_KEY" not in step["env"]
        for step in action["runs"]["steps"][:1]
    )
