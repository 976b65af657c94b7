"""Two real processes apply to one IT Glue over one state: both finish, or one says 'locked by'."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from local_docs import DocsRepository

from publisher.itglue import RateLimit
from publisher.simulator import Site
from publisher.state import open_store

PUBLISHER = [sys.executable, "-m", "publisher"]
DOCUMENTS = [f"d{number}" for number in range(8)]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """An embedded IT Glue in a process of its own: its database and its base URL."""
    database, seed = tmp_path / "glue.db", tmp_path / "seed.yaml"
    seed.write_text(
        "organizations: [{name: Acme Corp}]\n"
        "types: [{name: SOP, fields: [\n"
        "  {name: Title, kind: Text, required: true, use_for_title: true},\n"
        "  {name: Body, kind: Textbox}]}]\n"
    )
    words = ["simulator", "serve", "--port", "0", "--db", str(database), "--seed", str(seed)]
    with subprocess.Popen([*PUBLISHER, *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield database, process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@pytest.fixture
def docs(tmp_path: Path) -> DocsRepository:
    return DocsRepository(tmp_path / "docs", DOCUMENTS)


def environment(base_url: str, state: str) -> dict[str, str]:
    return {"ITGLUE_BASE_URL": base_url, "ITGLUE_API_KEY": "ITG.x", "PUBLISHER_STATE": state}


def start(docs: DocsRepository, base_url: str, state: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PUBLISHER, "--instance", "shared", "apply", "--yes"],
        cwd=docs.root,
        env={**os.environ, **environment(base_url, state)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_over_one_state_make_no_duplicate(
    docs: DocsRepository,
    served: tuple[Path, str],
    state_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The state is new, so they also race for making it."""
    database, base_url = served
    ended = finish([start(docs, base_url, state_url) for _ in range(2)])
    assert sorted(code for code, _ in ended) in ([0, 0], [0, 3]), ended
    assert all("locked by" in said for code, said in ended if code == 3)
    with closing(Site.open(database)) as site:
        names = Counter(a["name"] for a in site.attributes(site.all("flexible_assets")))
    assert names == {f"Document {name}": 1 for name in DOCUMENTS}
    for name, value in environment(base_url, state_url).items():
        monkeypatch.setenv(name, value)
    after = docs.json("--instance", "shared", "plan")["summary"]
    assert (after["unchanged"], after["create"], after["pending"]) == (len(DOCUMENTS), 0, 0)
    facts = {"repository": "small", "instance": "shared"}
    with closing(open_store(state_url, docs.root, facts)) as store:  # both noted what they sent
        assert store.budget(f"shared {base_url}", RateLimit()).used >= len(DOCUMENTS)


RACE = """
import sys
from pathlib import Path
from publisher.state import open_store
for number in range(15):
    url = sys.argv[1].replace("state.db", f"state{number}.db")
    open_store(url, Path("/"), {"instance": f"race{number}"}).close()
"""


def test_states_can_be_made_by_two_processes_at_once(state_url: str) -> None:
    """Nobody takes a half-made state for a foreign one."""
    words = [sys.executable, "-c", RACE, state_url]
    racing = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [code for code, _ in finish(racing)] == [0, 0, 0]


def finish(processes: list[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    """The exit code of each, and what it said."""
    ended = []
    with contextlib.ExitStack() as stack:
        for process in processes:
            stack.enter_context(process)
        for process in processes:
            out, err = process.communicate(timeout=60)
            ended.append((process.returncode, out + err))
    return ended
