"""Progress of an apply: rate, budget, time to go; a bar for people, lines for logs."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from world import World, document

from publisher.cli.bar import Bar
from publisher.cli.context import Context
from publisher.cli.main import group
from publisher.cli.pace import Pace, about
from publisher.cli.progress import Lines, Quiet, progress_for
from publisher.config import RateLimit
from publisher.errors import OutOfReach
from publisher.itglue import Exchange
from publisher.model import Organization
from publisher.plan import Action


class Clock:
    """Time that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def action(document: str = "sops/[a].md") -> Action:
    acme = Organization("1", "Acme")
    return Action("create", "k", document, acme, "2", "SOP", None, "T", ("new document",))


def exchange(left: int) -> Exchange:
    return Exchange("POST", "/flexible_assets", 201, 0.1, 1, left)


def running(clock: Clock, *, done: int, total: int, seconds: float, left: int) -> Pace:
    """A pace after *done* of *total* changes, evenly in *seconds*, a request each."""
    pace = Pace(10.0, clock)
    pace.start(total)
    for _ in range(done):
        clock.now += seconds / done
        pace.exchanged(exchange(left))
        pace.step(failed=False)
    return pace


def test_rate_and_time_to_go() -> None:
    """From what was done in the last half minute."""
    clock = Clock()
    pace = running(clock, done=40, total=100, seconds=20, left=2000)
    assert pace.rate == pytest.approx(2.0)
    assert pace.to_go == pytest.approx(30.0)
    assert pace.words() == "2.0 a second, 2,000 requests left, about 30 s to go"
    clock.now += 40
    assert pace.to_go is None  # nothing was done lately: nobody knows


def test_the_budget_can_be_what_takes_the_time() -> None:
    """Requests that are not left come back at the budget's rate."""
    pace = running(Clock(), done=100, total=1000, seconds=2, left=300)
    assert pace.to_go == pytest.approx((900 - 300) / 10.0)
    plenty = running(Clock(), done=100, total=1000, seconds=2, left=2900)
    assert plenty.to_go == pytest.approx(18.0)


def test_nothing_is_guessed_at_the_beginning() -> None:
    """Neither rate nor time, until a few changes are done."""
    clock = Clock()
    pace = running(clock, done=2, total=100, seconds=5, left=2998)
    assert (pace.rate, pace.to_go) == (None, None)
    assert pace.words() == "2,998 requests left"
    assert Pace(10.0, clock).words() == ""


def test_a_pause_is_told_while_it_lasts() -> None:
    """In place of the time to go."""
    clock = Clock()
    pace = running(clock, done=10, total=100, seconds=5, left=100)
    pace.paused(20)
    clock.now += 5
    assert "IT Glue asks to wait 15 s" in pace.words()
    clock.now += 16
    assert "wait" not in pace.words()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (200, "3 min"), (7300, "2 h")]
)
def test_about(seconds: float, words: str) -> None:
    """No more exact than it is known."""
    assert about(seconds) == words


def test_lines_come_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """Every half minute, on stderr; a short run has none."""
    clock = Clock()
    with Lines(Pace(10.0, clock), clock) as lines:
        lines.start(100)
        for number in range(40):
            clock.now += 1.0
            lines.done(action(), OutOfReach("https://x", "gone") if number == 3 else None)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "30 of 100 changes (1 failed); 1.0 a second, about 1 min to go\n"


@pytest.mark.parametrize("width", [80, 160])
def test_the_bar_on_a_terminal(width: int) -> None:
    """Counts, failures, rate, budget, time, and as much as fits of the document, in one line."""
    screen = io.StringIO()
    clock = Clock()
    console = Console(file=screen, force_terminal=True, width=width, color_system=None)
    with Bar(Pace(10.0, clock), console) as bar:
        bar.start(5)
        for _ in range(4):
            clock.now += 1.0
            bar.done(action(), OutOfReach("https://x", "gone"))
        bar.pace.exchanged(exchange(1234))
    text = screen.getvalue()
    whole = "4/5 4 failed  1.0 a second, 1,234 requests left, about 1 s to go"
    assert whole in text
    assert ("sops/[a].md" in text) == (width > 80)


@pytest.mark.parametrize(
    ("verbosity", "log_format", "as_json"),
    [(-1, "text", False), (0, "json", False), (0, "text", True)],
)
def test_quiet(verbosity: int, log_format: str, as_json: bool, tmp_path: Path) -> None:
    """With --quiet, JSON logs or JSON results, nothing at all."""
    context = Context(tmp_path, None, None, log_format, verbosity)  # type: ignore[arg-type]  # one of the two
    itglue = World(tmp_path).client()
    assert type(progress_for(context, as_json, itglue, RateLimit())) is Quiet


def test_it_hears_the_client_until_the_end(tmp_path: Path) -> None:
    """And not any longer."""
    itglue = World(tmp_path).client()
    context = Context(tmp_path, None, None, "text", 0)
    shown = progress_for(context, False, itglue, RateLimit())
    assert isinstance(shown, Lines)
    with shown:
        itglue.listener.exchanged(exchange(7))
    itglue.listener.exchanged(exchange(6))
    assert shown.pace.budget_left == 7


def test_in_a_pipe_there_is_no_bar(tmp_path: Path) -> None:
    """Neither on stdout nor on stderr; JSON stays one document."""
    world = World(tmp_path)
    world.save("a.md", document(id="a"))
    site = world.root / ".publisher"
    site.mkdir()
    seed = tmp_path / "seed.yaml"
    seed.write_text(json.dumps({"organizations": [{"name": "Acme Corp"}]}))
    invoke = ["--repo", str(world.root)]
    CliRunner().invoke(group, [*invoke, "simulator", "seed", str(seed)])
    done = subprocess.run(
        [sys.executable, "-m", "publisher", *invoke, "apply", "--yes", "--format", "json"],
        capture_output=True,
        text=True,
        env=os.environ | {"CI": "true"},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["applied"] == 1
    assert done.stderr == ""
