"""One run of publisher inside a GitHub job: inputs in, outputs, summary and annotations out.

It calls publisher in its own process, so that the runner's signals reach publisher, and writes
down afterwards how it went. Inputs come as variables; no shell ever sees them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from publisher.check.github import workflow_commands
from publisher.cli.main import main as publisher
from publisher.plan.saved import read_plan
from publisher.source.git import find_root, open_repository


@dataclass(frozen=True)
class Run:
    """What the inputs ask for."""

    command: str
    repo: str
    options: list[str]
    arguments: list[str]
    given: str
    """The input plan-file."""

    @property
    def plan_file(self) -> Path:
        return Path(self.given or Path(os.environ["RUNNER_TEMP"]) / "publisher-plan.json")

    @property
    def markdown_file(self) -> Path:
        return self.plan_file.with_suffix(".md")


def main() -> int:
    run = from_inputs()
    steps = {"check": check, "plan": plan, "apply": apply, "comment": comment}
    if run.command not in steps:
        click.echo(f"::error::command must be one of {', '.join(steps)}, not {run.command!r}")
        return 2
    code = steps[run.command](run)
    output("exit-code", code)
    return code


def from_inputs() -> Run:
    """Read the inputs, and hand on the secret ones under publisher's own names."""
    given = {name[6:]: value for name, value in os.environ.items() if name.startswith("INPUT_")}
    names = {"API_KEY": "ITGLUE_API_KEY", "STATE_URL": "PUBLISHER_STATE", "TOKEN": "GITHUB_TOKEN"}
    for name, variable in names.items():
        value = given.get(name, "")
        os.environ.pop(f"INPUT_{name}", None)
        if value:
            os.environ[variable] = value
    repo = given.get("REPO") or "."
    options = ["--repo", repo]
    if given.get("INSTANCE"):
        options += ["--instance", given["INSTANCE"]]
    arguments = shlex.split(given.get("ARGS", ""))
    return Run(given.get("COMMAND", ""), repo, options, arguments, given.get("PLAN_FILE", ""))


def check(run: Run) -> int:
    return call(run, "check", "--format", "github")


def plan(run: Run) -> int:
    run.plan_file.unlink(missing_ok=True)  # a failed plan must not leave an older one behind
    with captured(run.markdown_file):
        code = call(run, "plan", "--format", "markdown", "--out", str(run.plan_file))
    if run.plan_file.exists():
        made = read_plan(run.plan_file.read_text("utf-8"), str(run.plan_file))
        prefix = open_repository(find_root(Path(run.repo))).prefix
        for line in workflow_commands(made.diagnostics, prefix):
            click.echo(line)
        output("changes", len(made.changes))
        output("drift", len(made.drifts))
        output("plan-file", run.plan_file)
        output("markdown-file", run.markdown_file)
        summarize(run.markdown_file.read_text("utf-8"))
    return code


def apply(run: Run) -> int:
    what = [run.given] if run.given else ["--yes"]
    result = Path(os.environ["RUNNER_TEMP"]) / "publisher-result.json"
    with captured(result):
        code = call(run, "apply", *what, "--format", "json")
    text = result.read_text("utf-8")
    if text.strip():
        done = json.loads(text)
        output("changes", done["applied"])
        summarize("\n".join(said(done)) + "\n")
        click.echo("\n".join(said(done)))
    return code


def said(done: dict[str, Any]) -> Iterator[str]:
    """What an apply did, as Markdown that reads well in a log too."""
    requests = f"{done['requests']} requests, {done['seconds']:.0f} seconds"
    yield f"Applied {done['applied']} changes, {done['unchanged']} unchanged ({requests})."
    if done["failed"]:
        yield f"\n{len(done['failed'])} not done; the log says why:\n"
        yield from (f"- `{failure['document']}`" for failure in done["failed"])


def comment(run: Run) -> int:
    body = ["--body", str(run.markdown_file)] if run.markdown_file.exists() else []
    return call(run, "comment", str(run.plan_file), *body)


def call(run: Run, command: str, *words: str) -> int:
    """Run publisher here, and give its exit code."""
    sys.argv = ["publisher", *run.options, command, *words, *run.arguments]
    try:
        publisher()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


@contextlib.contextmanager
def captured(path: Path) -> Iterator[None]:
    """Write what is printed into a file."""
    with path.open("w", encoding="utf-8") as file, contextlib.redirect_stdout(file):
        yield


def output(name: str, value: object) -> None:
    """Set an output of the step; none of the values holds a line end."""
    append("GITHUB_OUTPUT", f"{name}={value}\n")


def summarize(text: str) -> None:
    append("GITHUB_STEP_SUMMARY", text)


def append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    sys.exit(main())
