"""init: the workflow of the remote's host, nothing overwritten; and the workflows hold together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs_desk import Docs

from publisher import __version__

TOP = Path(__file__).parents[2]
EXAMPLES = sorted((TOP / "docs" / "ci").glob("github-*.yml"))


@pytest.fixture
def docs(tmp_path: Path) -> Docs:
    made = Docs(tmp_path)
    made.git("rm", "-q", "publisher.toml")
    made.commit()
    return made


@pytest.mark.parametrize(
    ("remote", "path"),
    [
        ("", ".github/workflows/publish.yml"),
        ("git@github.com:acme/docs.git", ".github/workflows/publish.yml"),
        ("https://gitlab.com/acme/docs.git", ".gitlab-ci.yml"),
        ("https://acme@dev.azure.com/acme/IT/_git/docs", "azure-pipelines.yml"),
    ],
    ids=["none", "github", "gitlab", "azure"],
)
def test_the_workflow_is_the_hosts(docs: Docs, remote: str, path: str) -> None:
    """It is YAML, names the branch and this version, and leaves no place unfilled."""
    if remote:
        docs.git("remote", "add", "origin", remote)
    docs.run("init")
    text = (docs.root / path).read_text("utf-8")
    assert yaml.safe_load(text)
    assert f"itglue-publisher=={__version__}" in text
    assert "{{ branch" not in text
    assert "main" in text or "$CI_DEFAULT_BRANCH" in text
    others = {".github", ".gitlab-ci.yml", "azure-pipelines.yml"} - {path.split("/")[0]}
    assert not any((docs.root / other).exists() for other in others)


def test_init_in_an_empty_repository_leads_to_one_document(docs: Docs) -> None:
    """One create; after it nothing to do."""
    docs.run("init", "--hooks")
    docs.commit()
    assert docs.plan()["summary"]["create"] == 1
    assert len(docs.plan()["actions"]) == 1
    docs.apply()
    assert docs.plan()["actions"] == []
    hooks = yaml.safe_load((docs.root / ".pre-commit-config.yaml").read_text("utf-8"))
    assert hooks["repos"][0]["hooks"][0]["entry"] == "publisher --repo . check"


def test_what_is_there_is_kept(docs: Docs) -> None:
    """A second init changes no byte, and says so."""
    docs.run("init", "--hooks")
    before = {path: path.read_bytes() for path in docs.root.rglob("*") if path.is_file()}
    said = docs.run("init", "--hooks").output
    assert said.count("kept   ") == 3  # and the sample is not written a second time
    assert "wrote" not in said
    assert before == {path: path.read_bytes() for path in docs.root.rglob("*") if path.is_file()}


def test_a_folder_below_the_top_is_named_in_the_workflow(docs: Docs) -> None:
    """publisher.toml lies there, the workflow at the top."""
    (docs.root / "it docs").mkdir()
    docs.run("--repo", str(docs.root / "it docs"), "init")
    assert (docs.root / "it docs" / "publisher.toml").is_file()
    text = (docs.root / ".github" / "workflows" / "publish.yml").read_text("utf-8")
    assert 'publisher --repo "it docs" --instance production apply --yes' in text


def test_a_name_that_would_mean_something_in_a_workflow_is_refused(docs: Docs) -> None:
    """Exit code 1, no such workflow."""
    docs.git("checkout", "-q", "-b", "x;$(id)")
    assert "cannot stand in a workflow" in docs.run("init", code=1).output
    assert not (docs.root / ".github").exists()


# The workflows themselves


def workflows(docs: Docs) -> list[Path]:
    docs.run("init")
    return [docs.root / ".github" / "workflows" / "publish.yml", *EXAMPLES]


def test_zizmor_finds_nothing(docs: Docs) -> None:
    """No injection, no excess permission, no unpinned action."""
    zizmor = shutil.which("zizmor", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    if zizmor is None:
        pytest.skip("zizmor is not installed")
    words = [zizmor, "--offline", "--no-progress", "--format", "json", *map(str, workflows(docs))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [], done.stdout


def test_no_workflow_runs_strangers_code_with_secrets(docs: Docs) -> None:
    """No pull_request_target; no job of a pull request without a guard sees a key."""
    for path in workflows(docs):
        workflow = yaml.safe_load(path.read_text("utf-8"))
        triggers: dict[str, Any] = workflow[True]  # YAML 1.1 reads the key `on` as a boolean
        assert "pull_request_target" not in triggers
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            if "secrets." in json.dumps(job):
                assert job["environment"].startswith("it-glue"), (path, name)
                guarded = "!github.event.pull_request.head.repo.fork" in str(job.get("if", ""))
                publishes = "github.event_name != 'pull_request'" in str(job.get("if", ""))
                assert "pull_request" not in triggers or guarded or publishes, (path, name)


def test_publishing_is_never_cut_short(docs: Docs) -> None:
    """One at a time, none cancelled; the state is saved whatever happens."""
    for path in workflows(docs):
        workflow = yaml.safe_load(path.read_text("utf-8"))
        job = workflow["jobs"].get("publish")
        if job:
            group = job.get("concurrency") or workflow["concurrency"]
            assert group == {"group": "publish", "cancel-in-progress": False}
            assert job["steps"][-1]["if"] == "always()"
            assert "cache/save" in job["steps"][-1]["uses"]


@pytest.mark.skipif(sys.platform == "win32", reason="the step's shell is bash")
@pytest.mark.parametrize(
    ("drift", "there", "calls"),
    [
        ("0", "", []),
        ("2", "", ["issue create"]),
        ("2", "7", ["issue edit 7"]),
        ("0", "7", ["issue close 7"]),
    ],
    ids=["nothing", "new", "still", "gone"],
)
def test_the_nightly_report_keeps_one_issue(
    tmp_path: Path, drift: str, there: str, calls: list[str]
) -> None:
    """Opened, updated, closed: with a `gh` that only notes what it was asked for."""
    workflow = yaml.safe_load((TOP / "docs" / "ci" / "github-drift.yml").read_text("utf-8"))
    step = workflow["jobs"]["drift"]["steps"][-1]
    log = tmp_path / "log"
    fake = tmp_path / "gh"
    fake.write_text(
        f'#!/bin/sh\necho "$@" >> {log}\n[ "$2" = list ] && echo "{there}"\nexit 0\n', "utf-8"
    )
    fake.chmod(0o755)
    given = {"DRIFT": drift, "REPORT": "report.md", "LABEL": "it-glue-drift", "TITLE": "Edited"}
    subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        env={**os.environ, **given, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )
    asked = [line for line in log.read_text().splitlines() if " list " not in line]
    assert [" ".join(line.split()[:3]).removesuffix(" --label") for line in asked[1:]] == calls
