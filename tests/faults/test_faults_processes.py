"""Real processes: killed, told to end, told twice; against an IT Glue on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from world import document

from publisher.apply.run import LAST_SECONDS

resource = pytest.importorskip("resource", reason="no limits and signals as elsewhere")
PUBLISHER = [sys.executable, "-m", "publisher"]
KEY = {"x-api-key": "ITG.test"}
COUNT = 8
CONFIG = """\
[docs]
id = "test-docs"
[publish]
instance = "away"
[instances.away]
settle_seconds = 1
concurrency = 2
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there, signals are another thing")


class Away:
    """A docs repository, and another process that is IT Glue."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.root, self.base_url = folder / "docs", base_url
        self.root.mkdir()
        for number in range(COUNT):
            name = f"d{number}"
            text = document("Text.", id=name, title=f"Document {number}")
            (self.root / f"{name}.md").write_text(text, encoding="utf-8")
        (self.root / "publisher.toml").write_text(CONFIG, encoding="utf-8")
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "docs"]):
            subprocess.run(["git", *words], cwd=self.root, check=True)
        self.environment = os.environ | {"ITGLUE_API_KEY": "ITG.test", "ITGLUE_BASE_URL": base_url}

    def start(self, largest_file: int | None = None) -> subprocess.Popen[str]:
        """Begin an apply; no file that it writes gets larger than so many bytes."""

        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        words, pipe = [*PUBLISHER, "apply", "--yes", "--format", "json"], subprocess.PIPE
        return subprocess.Popen(
            words,
            cwd=self.root,
            env=self.environment,
            stdout=pipe,
            stderr=pipe,
            text=True,
            preexec_fn=limit,
        )

    def finish(self) -> tuple[int, dict[str, Any]]:
        """One apply to its end: exit code and result."""
        process = self.start()
        out, error = process.communicate(timeout=60)
        assert out, error
        return process.returncode, json.loads(out)

    def slow_down(self, seconds: float) -> None:
        """Let every create hang for so long, after it was carried out."""
        rule = {"method": "POST", "path": "/flexible_assets", "action": "delay", "always": True}
        httpx.post(f"{self.base_url}/simulator/faults", json={**rule, "seconds": seconds})

    def speed_up(self) -> None:
        httpx.delete(f"{self.base_url}/simulator/faults")

    def creates(self) -> int:
        """How many POSTs have come in."""
        log = httpx.get(f"{self.base_url}/simulator/requests").json()
        return sum(entry["method"] == "POST" for entry in log)

    def wait(self, what: Callable[[], bool]) -> None:
        until = time.monotonic() + 30
        while not what():
            assert time.monotonic() < until, "it did not happen"
            time.sleep(0.02)

    def assets(self) -> list[str]:
        """The titles of all assets."""
        types = httpx.get(f"{self.base_url}/flexible_asset_types", headers=KEY).json()["data"]
        sop = next(t["id"] for t in types if t["attributes"]["name"] == "SOP")
        query = {"filter[flexible_asset_type_id]": sop, "page[size]": "1000"}
        found = httpx.get(f"{self.base_url}/flexible_assets", headers=KEY, params=query).json()
        return sorted(asset["attributes"]["name"] for asset in found["data"])

    def lease(self) -> int:
        """How many leases are held."""
        db = sqlite3.connect(self.root / ".publisher" / "away.db")
        with contextlib.closing(db):
            (count,) = db.execute("SELECT count(*) FROM lease").fetchone()
        return int(count)


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seed") / "seed.json"
    fields = [
        {"name": "Title", "kind": "Text", "required": True, "use_for_title": True},
        {"name": "Body", "kind": "Textbox"},
        {"name": "Publisher key", "kind": "Text"},
    ]
    data = {"organizations": [{"name": "Acme Corp"}], "types": [{"name": "SOP", "fields": fields}]}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.fixture
def away(tmp_path: Path, seed: Path) -> Iterator[Away]:
    database = str(tmp_path / "itglue.db")
    words = ["simulator", "serve", "--port", "0", "--db", database, "--seed", str(seed)]
    with subprocess.Popen([*PUBLISHER, *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().split()[-1]
        try:
            yield Away(tmp_path, base_url)
        finally:
            process.terminate()


@pytest.mark.parametrize(
    "number",
    [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGTERM],
    ids=["SIGINT", "SIGTERM"],
)
def test_a_run_that_is_told_to_end_ends_in_order(away: Away, number: signal.Signals) -> None:
    """What is under way is finished and kept, the rest named; and the next run does the rest."""
    away.slow_down(0.5)
    process = away.start()
    away.wait(lambda: away.creates() >= 2)
    process.send_signal(number)
    out, error = process.communicate(timeout=20)
    result = json.loads(out)
    assert process.returncode == 130
    assert result["applied"] == len(away.assets())
    assert result["applied"] + result["left"] == COUNT
    assert f"{result['left']} changes were not begun" in error
    assert away.lease() == 0
    away.speed_up()
    assert away.finish()[0] == 0
    assert len(away.assets()) == len(set(away.assets())) == COUNT


def test_a_second_signal_ends_a_run_at_once(away: Away) -> None:
    """Without waiting for what is under way; whose outcome the next run finds out."""
    away.slow_down(30)
    process = away.start()
    away.wait(lambda: away.creates() >= 2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert process.returncode == 130
    assert time.monotonic() - began < LAST_SECONDS
    assert "Traceback" not in error
    assert away.lease() == 0
    away.speed_up()
    assert away.finish()[0] == 0
    assert len(away.assets()) == len(set(away.assets())) == COUNT


@pytest.mark.slow
def test_what_hangs_is_given_up_after_five_seconds(away: Away) -> None:
    """CI systems kill soon after."""
    away.slow_down(30)
    process = away.start()
    away.wait(lambda: away.creates() >= 2)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, json.loads(out)["left"]) == (130, COUNT)
    assert 4 < time.monotonic() - began < 15  # 5 s, and what a busy machine adds


@pytest.mark.parametrize(
    "after", [4, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 7))]
)
def test_a_killed_run_is_gone_on_with(away: Away, after: int) -> None:
    """SIGKILL: its lease is broken, its creates are found, and nothing is there twice."""
    away.slow_down(0.05)
    process = away.start()
    away.wait(lambda: away.creates() >= after)
    process.kill()
    process.communicate()
    away.speed_up()
    for _ in range(2):  # what was sent and not carried out is given its second
        time.sleep(1.1)
        code, result = away.finish()
    assert (code, result["applied"]) == (0, 0)
    assert len(away.assets()) == len(set(away.assets())) == COUNT


def test_a_full_disk_is_refused_before_anything_is_written(away: Away) -> None:
    """Where the state cannot be kept, nothing is sent."""
    process = away.start(largest_file=8192)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, away.creates()) == (1, 0)
    assert "cannot be written" in error
    assert "Traceback" not in error


@pytest.mark.slow
@pytest.mark.parametrize("largest_file", [110_000, 150_000, 190_000])
def test_a_disk_that_fills_up_ends_the_run_and_loses_nothing(away: Away, largest_file: int) -> None:
    """What was done is told; the next run, with room again, finds the rest and does it."""
    process = away.start(largest_file)
    _, error = process.communicate(timeout=60)
    assert process.returncode == (4 if away.creates() else 1)
    assert "Traceback" not in error
    time.sleep(1.1)
    assert away.finish()[0] == 0
    assert len(away.assets()) == len(set(away.assets())) == COUNT
