"""Several runners, one account: repositories share its budget, shards share a repository."""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from local_docs import DocsRepository
from test_state_two_at_once import PUBLISHER, environment, finish

from publisher.cli.main import group
from publisher.config import parse
from publisher.gather.shard import Shard
from publisher.simulator import Site
from publisher.state import Lease, Store, open_store

ORGANIZATIONS = [f"Client {letter}" for letter in "ABCDEFGH"]
SEED = f"""
organizations: [{", ".join(f"{{name: {name}}}" for name in ORGANIZATIONS)}]
types: [{{name: SOP, fields: [
  {{name: Title, kind: Text, required: true, use_for_title: true}},
  {{name: Body, kind: Textbox}}]}}]
"""


@dataclass(frozen=True, slots=True)
class Account:
    """An embedded IT Glue in a process of its own."""

    database: Path
    base_url: str
    requests: int
    seconds: float

    def start(self, docs: DocsRepository, state: str, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*PUBLISHER, "--instance", "shared", *words],
            cwd=docs.root,
            env={**os.environ, **environment(self.base_url, state)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def names(self) -> Counter[str]:
        """How often there is an asset of each name."""
        with closing(Site.open(self.database)) as site:
            return Counter(a["name"] for a in site.attributes(site.all("flexible_assets")))

    def times(self) -> list[float]:
        """When each request came, in seconds."""
        with closing(Site.open(self.database)) as site:
            rows = site.store.rows("SELECT at FROM request ORDER BY at")
        return [at / 1000 for (at,) in rows]

    def refused(self) -> int:
        with closing(Site.open(self.database)) as site:
            return int(site.store.value("SELECT count(*) FROM request WHERE status = 429"))


def accounts(folder: Path, requests: int, seconds: float) -> Iterator[Account]:
    """An account with a limit."""
    database, seed = folder / "glue.db", folder / "seed.yaml"
    seed.write_text(SEED)
    words = ["simulator", "serve", "--port", "0", "--db", str(database), "--seed", str(seed)]
    words += ["--switch", f"limit_requests={requests}", "--switch", f"limit_seconds={seconds}"]
    with subprocess.Popen([*PUBLISHER, *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Account(database, process.stdout.readline().split()[-1], requests, seconds)
        finally:
            process.terminate()


@pytest.fixture
def roomy(tmp_path: Path) -> Iterator[Account]:
    yield from accounts(tmp_path, 3000, 300.0)


@pytest.fixture
def scarce(tmp_path: Path) -> Iterator[Account]:
    yield from accounts(tmp_path, 100, 10.0)


def repository(folder: Path, name: str, count: int, account: Account) -> DocsRepository:
    """Documents of all the organizations in turn."""
    docs = DocsRepository(folder / name, ())
    limit = f"{{ requests = {account.requests}, seconds = {account.seconds} }}"
    docs.write(
        "publisher.toml",
        f'[docs]\nid = "{name}"\n[instances.shared]\n'
        f'base_url = "{account.base_url}"\nrate_limit = {limit}\nconcurrency = 2\n',
    )
    for number in range(count):
        organization = ORGANIZATIONS[number % len(ORGANIZATIONS)]
        head = f"id: {name}{number}\ntitle: {name} {number}\norg: {organization}\ntype: SOP\n"
        docs.write(f"d{number}.md", f"---\n{head}---\n\nText.\n")
    docs.commit()
    return docs


def test_two_shards_at_once_publish_a_repository(roomy: Account, tmp_path: Path) -> None:
    """Neither is in the other's way, and together they have done all."""
    docs = repository(tmp_path, "alpha", 16, roomy)
    state = f"sqlite:///{tmp_path}/state.db"
    runs = [roomy.start(docs, state, "apply", "--yes", "--shard", f"{n}/2") for n in (1, 2)]
    assert [code for code, _ in finish(runs)] == [0, 0]
    assert roomy.names() == {f"alpha {number}": 1 for number in range(16)}
    (code, said), *_ = finish([roomy.start(docs, state, "plan", "--detailed-exitcode")])
    assert code == 0, said


@pytest.mark.slow
def test_four_shards_at_once_over_one_database(
    roomy: Account, tmp_path: Path, postgres_url: str
) -> None:
    """As two of them over one file; one is killed, and a second runner of it goes on."""
    docs = repository(tmp_path, "omega", 160, roomy)
    words = [["apply", "--yes", "--shard", f"{n}/4"] for n in (1, 2, 3, 4)]
    runs = [roomy.start(docs, postgres_url, *each) for each in words]
    wait_for(roomy, 20)
    runs[2].send_signal(signal.SIGKILL)
    assert [code for code, _ in finish(runs)] == [0, 0, -signal.SIGKILL, 0]
    finish([roomy.start(docs, postgres_url, *words[2])])
    assert set(roomy.names().values()) == {1}


@pytest.mark.slow
def test_four_repositories_share_the_budget_of_their_account(
    scarce: Account, tmp_path: Path, postgres_url: str
) -> None:
    """No window over the limit, no 429, 95 % of it used as long as all have work; one of them is
    killed in the middle and begun again, and nothing is there twice."""
    names, count = ("alpha", "beta", "gamma", "delta"), 110
    repositories = [repository(tmp_path, name, count, scarce) for name in names]
    words = ("apply", "--yes")
    runs = [scarce.start(docs, postgres_url, *words) for docs in repositories]
    wait_for(scarce, 150)
    runs[1].send_signal(signal.SIGKILL)
    assert runs[1].wait() == -signal.SIGKILL
    again = scarce.start(repositories[1], postgres_url, *words)
    while all(run.poll() is None for run in (runs[0], runs[2], runs[3])):
        time.sleep(0.1)
    first_is_done = time.time()
    ended = finish([runs[0], runs[2], runs[3], again])
    runs[1].communicate()
    # A create whose answer the killed one did not hear may be given time to appear: 4.
    assert [code for code, _ in ended] in ([0, 0, 0, 0], [0, 0, 0, 4]), ended
    there = scarce.names()
    assert set(there.values()) == {1}
    assert 4 * count - 8 <= len(there) <= 4 * count
    times = scarce.times()
    assert scarce.refused() == 0
    assert most_within(times, scarce.seconds) <= scarce.requests
    used = steady_use(times, scarce, first_is_done)
    sys.stdout.write(f"\nused {used:.1%} of the limit in steady state\n")
    assert used >= 0.95


def wait_for(account: Account, requests: int) -> None:
    """Until so many requests have come."""
    until = time.monotonic() + 60
    while len(account.times()) < requests:
        assert time.monotonic() < until
        time.sleep(0.05)


def most_within(times: Sequence[float], seconds: float) -> int:
    """The most requests in any window of so many seconds."""
    return max(bisect_left(times, start + seconds) - n for n, start in enumerate(times))


def steady_use(times: Sequence[float], account: Account, end: float) -> float:
    """The share of the limit that is used as long as everybody has work.

    However bursts lie, so many requests as the limit allows take one window, if all of it is used.
    """
    several = 98 * account.requests // 100
    taken = [
        later - sooner for sooner, later in zip(times, times[several:], strict=False) if later < end
    ]
    assert taken
    return several / account.requests * account.seconds / statistics.fmean(taken)


def test_a_saved_plan_of_a_shard_is_carried_out_as_that_shard(tmp_path: Path) -> None:
    """It says which one it is of, and refuses another; one of all can be carried out in parts."""
    docs = DocsRepository(tmp_path / "docs")
    one = next(n for n in (1, 2) if docs.json("plan", "--shard", f"{n}/2")["actions"])
    plan, whole = tmp_path / "plan.json", tmp_path / "whole.json"
    assert docs.run("plan", "--shard", f"{one}/2", "--out", str(plan)).exit_code == 0
    assert docs.run("plan", "--out", str(whole)).exit_code == 0
    assert json.loads(plan.read_text())["options"]["shard"] == f"{one}/2"
    refused = docs.run("apply", str(plan), "--shard", f"{3 - one}/2")
    assert refused.exit_code == 3
    assert f"made for shard {one}/2, this is shard {3 - one}/2" in refused.output
    assert docs.run("apply", str(whole), "--shard", f"{3 - one}/2").exit_code == 0
    assert docs.assets() == []
    assert docs.run("apply", str(plan)).exit_code == 0
    assert len(docs.assets()) == 2
    plan.write_text(plan.read_text().replace(f'"{one}/2"', '"7/2"'))
    assert docs.run("apply", str(plan)).exit_code == 1


@pytest.mark.parametrize("nonsense", ["0/4", "5/4", "x"])
@pytest.mark.parametrize("command", ["plan", "apply"])
def test_nonsense_is_refused_with_an_example(command: str, nonsense: str) -> None:
    """As wrong usage, before anything is opened."""
    done = CliRunner().invoke(group, [command, "--shard", nonsense])
    assert done.exit_code == 2
    assert "The second of four is --shard 2/4." in done.output


def test_who_works_on_what_is_shown(tmp_path: Path) -> None:
    """A run of some organizations locks these alone: exit 3 for who needs one of them."""
    docs = DocsRepository(tmp_path / "docs")
    assert docs.run("apply", "--yes").exit_code == 0
    organization = str(docs.assets()[0]["organization-id"])
    other = Lease("t", "jane@ci", "elsewhere", 1, organizations=("99", organization))
    with closing(open_state(docs)) as store:
        assert store.acquire(other, 60) is None
    assert "Locked    by jane@ci (2 organizations)" in docs.run("state", "show").output
    assert set(docs.state()["leases"][0]["organizations"]) == {"99", organization}
    codes = {docs.run("apply", "--yes", "--shard", f"{n}/2").exit_code for n in (1, 2)}
    assert codes == {0, 3}
    assert docs.run("apply", "--yes", "--org", organization).exit_code == 3
    assert docs.run("apply", "--yes").exit_code == 3
    assert "Locked by jane@ci (2 organizations)." in docs.run("state", "unlock", "--yes").output
    assert docs.run("apply", "--yes").exit_code == 0


def open_state(docs: DocsRepository) -> Store:
    return open_store("sqlite:///.publisher/local.db", docs.root, {"instance": "local"})


def test_the_settings_of_the_page_are_settings() -> None:
    """What docs/many-runners.md shows can be copied."""
    page = (Path(__file__).parents[2] / "docs" / "many-runners.md").read_text("utf-8")
    tables = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(tables) == 2
    found = [parse(tomllib.loads(text), text, "page").instance("production") for text in tables]
    assert [(one.bulk_size, one.budget.requests) for one in found] == [(50, 3000), (1, 750)]
    assert [
        Shard.parse(text) for text in re.findall(r"--shard (\S+?)[`\n]", page) if "$" not in text
    ]
