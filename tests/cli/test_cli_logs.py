"""Seeing in: log lines on stderr, as words or JSON, and metrics in a file."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import structlog
from click.testing import CliRunner, Result
from world import World

from publisher.cli.context import Context
from publisher.cli.logs import METRICS_FILE, watched
from publisher.cli.main import group
from publisher.itglue import Exchange

EXCHANGE = Exchange("GET", "/organizations", 200, 0.0123, 1, 99, "r 1\x1b[2J", None, {}, 1.5)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A docs repository with nothing to publish: logs are not about documents."""
    return World(tmp_path)


def run(world: World, *words: str) -> Result:
    return CliRunner().invoke(group, ["--repo", str(world.root), *words])


def context(verbosity: int, log_format: str = "text") -> Context:
    return Context(Path(), None, None, "json" if log_format == "json" else "text", verbosity)


def test_without_v_nothing_is_said_of_requests(world: World) -> None:
    """A quiet day is a quiet stderr."""
    assert run(world, "status").stderr == ""


def test_v_twice_is_one_line_per_request(world: World) -> None:
    """With method, path, status, duration, attempt and budget; stdout holds the result alone."""
    done = run(world, "-vv", "status", "--format", "json")
    assert json.loads(done.stdout)["documents"] == 0
    first = done.stderr.splitlines()[0]
    expected = (
        r"\d\d:\d\d:\d\d\.\d{3} debug   request  method=GET  path=/organizations  status=200  "
        r"ms=[\d.]+  attempt=1  budget_left=2939"
    )
    assert re.fullmatch(expected, first)
    assert "request" not in run(world, "-v", "status").stderr


def test_json_is_one_object_a_line(world: World) -> None:
    """On stderr, for a log collector."""
    done = run(world, "--log-format", "json", "-vv", "status", "--format", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert json.loads(done.stdout)["format_version"] == 1
    assert lines[0]["event"] == "request"
    assert lines[0].keys() >= {"timestamp", "level", "method", "path", "status", "ms", "attempt"}
    assert lines[0]["budget_left"] == 2939


@pytest.mark.parametrize(
    ("verbosity", "log_format", "shown"),
    [(-1, "text", 0), (0, "text", 1), (1, "text", 2), (-1, "json", 0), (0, "json", 1)],
)
def test_how_much_is_shown(
    verbosity: int, log_format: str, shown: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Warnings unless quiet, more with -v; on stderr."""
    with watched(context(verbosity, log_format), "mine") as listener:
        listener.near_limit(80, 100)
        listener.breaker("closed")
        listener.exchanged(EXCHANGE)
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", shown)
    assert ("request budget nearly used" in err) == bool(shown)


def test_a_value_cannot_break_out_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What a server sends may hold control characters."""
    with watched(context(2), "mine") as listener:
        listener.exchanged(EXCHANGE)
    err = capsys.readouterr().err
    assert "request_id='r 1\\x1b[2J'" in err
    assert "waited_ms=1500" in err


def test_logging_is_as_before_when_the_command_has_ended() -> None:
    """A program that calls the command keeps its own set-up."""
    logger = logging.getLogger("publisher")
    before = (logger.level, [*logger.handlers])
    with watched(context(0), "mine"), watched(context(2), "mine"):
        assert structlog.is_configured()
    assert not structlog.is_configured()
    assert (logger.level, logger.handlers) == before


@pytest.fixture
def metrics_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the environment asks for metrics."""
    file = tmp_path / "itglue.prom"
    monkeypatch.setenv(METRICS_FILE, str(file))
    return file


def test_metrics_are_written_in_the_end(world: World, metrics_file: Path) -> None:
    """Whatever the command, and also if it fails."""
    assert run(world, "status").exit_code == 0
    wanted = 'method="GET",route="/organizations",status="200"} 1.0'
    assert wanted in metrics_file.read_text()
    with pytest.raises(click.Abort), watched(context(0), "mine"):
        raise click.Abort
    assert 'itglue_breaker_state{itglue_instance="mine",state="closed"} 1.0' in (
        metrics_file.read_text()
    )


def test_a_metrics_file_that_cannot_be_written_is_a_warning(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command has done its work all the same."""
    monkeypatch.setenv(METRICS_FILE, str(world.root / "no" / "such.prom"))
    done = run(world, "status")
    assert done.exit_code == 0
    assert "such.prom cannot be written (No such file or directory)" in done.stderr


def test_no_logging_library_is_loaded_before_it_is_needed() -> None:
    """Neither by --help nor by a command without -v."""
    code = (
        "import sys; from publisher.cli.main import group\n"
        "from publisher.cli import logs\n"
        "heavy = {'structlog', 'prometheus_client'}\n"
        "try: group(['plan', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
