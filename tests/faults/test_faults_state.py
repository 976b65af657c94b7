"""A state that cannot be used: a clear refusal, and not one write in IT Glue."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from world import document

from publisher.cli.main import group
from publisher.simulator import Site

CONFIG = '[docs]\nid = "test-docs"\n'
SEED = "organizations:\n  - name: Acme Corp\n"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A docs repository with one published document, and one that is not yet."""
    root = tmp_path_factory.mktemp("prepared")
    (root / "publisher.toml").write_text(CONFIG, encoding="utf-8")
    (root / "simulator.yaml").write_text(SEED, encoding="utf-8")
    for name in ("a", "b"):
        text = document("Text.", id=name, title=name.upper())
        (root / f"{name}.md").write_text(text, encoding="utf-8")
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", name]):
            subprocess.run(["git", *words], cwd=root, check=True)
        if name == "a":
            assert apply(root).exit_code == 0
    return root


@pytest.fixture
def root(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "docs"))


def apply(root: Path, **environment: str) -> Result:
    words = ["--repo", str(root), "apply", "--yes"]
    return CliRunner().invoke(group, words, env=environment)


def writes(root: Path) -> int:
    site = Site.open(root / ".publisher" / "simulator.db")
    try:
        sql = "SELECT count(*) FROM request WHERE method != 'GET'"
        return int(site.store.value(sql))
    finally:
        site.close()


def garbage(state: Path) -> None:
    state.write_bytes(b"This was a database once. " * 400)


def torn(state: Path) -> None:
    whole = state.read_bytes()
    state.write_bytes(whole[:5000] + b"\xff" * 9000 + whole[14000:])


def cut_short(state: Path) -> None:
    state.write_bytes(state.read_bytes()[:50_000])


def a_text(state: Path) -> None:
    state.write_text("Not here.\n", encoding="utf-8")


def unread_page(state: Path) -> None:
    """Damage where a plan does not look: the index of the assets' types is only written."""
    with sqlite3.connect(state) as db:
        (page,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'asset_type'"
        ).fetchone()
    db.close()
    whole = state.read_bytes()
    state.write_bytes(whole[: (page - 1) * 4096] + b"\xff" * 4096 + whole[page * 4096 :])


def anothers(state: Path) -> None:
    with sqlite3.connect(state) as db:
        db.execute("""UPDATE meta SET value = '"production"' WHERE name = 'instance'""")
    db.close()


def of_another_repository(state: Path) -> None:
    with sqlite3.connect(state) as db:
        db.execute("""UPDATE meta SET value = '"acme-docs"' WHERE name = 'repository'""")
    db.close()


def strange_row(state: Path) -> None:
    with sqlite3.connect(state) as db:
        db.execute("UPDATE target SET data = '{\"key\"'")
    db.close()


def foreign(state: Path) -> None:
    state.unlink()
    with sqlite3.connect(state) as db:
        db.execute("CREATE TABLE customer (name TEXT)")
    db.close()


def newer(state: Path) -> None:
    with sqlite3.connect(state) as db:
        db.execute("PRAGMA user_version = 9999")
    db.close()


def a_folder(state: Path) -> None:
    state.unlink()
    state.mkdir()


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (garbage, "damaged"),
        (torn, "damaged"),
        (cut_short, "damaged"),
        (a_text, "damaged"),
        (unread_page, "damaged"),
        (strange_row, "damaged"),
        (foreign, "no state of publisher"),
        (newer, "newer publisher"),
        (anothers, "another one's (repository test-docs, instance production)"),
        (of_another_repository, "another one's (repository acme-docs, instance local)"),
        (a_folder, "cannot be written"),
    ],
)
def test_a_damaged_or_foreign_state_is_refused(
    root: Path, damage: Callable[[Path], None], word: str
) -> None:
    """Exit 1, a sentence that says which file it is, and nothing sent; the file stays as it is."""
    state = root / ".publisher" / "local.db"
    damage(state)
    before, kept = writes(root), state.is_file() and state.read_bytes()
    result = apply(root)
    assert (result.exit_code, writes(root)) == (1, before)
    assert word in result.stderr
    assert "local.db" in result.stderr
    assert (state.is_file() and state.read_bytes()) == kept


def test_an_empty_file_is_a_state_that_was_lost(root: Path) -> None:
    """It is what is left of a first run that was killed at once: the markers tell the rest."""
    (root / ".publisher" / "local.db").write_bytes(b"")
    before = writes(root)
    assert (apply(root).exit_code, writes(root)) == (0, before + 1)


def test_a_place_that_cannot_hold_a_state_is_refused(root: Path) -> None:
    """Such as one below a file."""
    before = writes(root)
    result = apply(
        root, PUBLISHER_STATE=f"sqlite:///{root}/a.md/state.db".replace("///", "////", 1)
    )
    assert (result.exit_code, writes(root)) == (1, before)
    assert "cannot be written" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there, rights are another thing")
@pytest.mark.parametrize("read_only", ["local.db", "."])
def test_a_state_that_is_read_only_is_refused(root: Path, read_only: str) -> None:
    """Its file, or the folder in which SQLite writes beside it."""
    before, place = writes(root), root / ".publisher" / read_only
    mode = place.stat().st_mode
    place.chmod(mode & 0o500)
    words = [*unprivileged(), sys.executable, "-m", "publisher", "apply", "--yes"]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    place.chmod(mode)
    assert (done.returncode, writes(root)) == (1, before)
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def unprivileged() -> list[str]:
    """What takes from root the right to write anything; skips where root cannot give it up."""
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root may write anything, and there is no setpriv")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.mark.parametrize("damage", [a_text, a_folder, newer])
def test_a_damaged_local_instance_is_no_traceback(
    root: Path, damage: Callable[[Path], None]
) -> None:
    """It says which file it is, and what to do."""
    damage(root / ".publisher" / "simulator.db")
    result = apply(root)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "simulator.db: the local instance cannot be opened" in result.stderr


def test_a_repository_without_a_name_may_be_cloned_anywhere(root: Path) -> None:
    """Its folder's name stands in for one, and says nothing of whose state it is."""
    (root / "publisher.toml").write_text("", encoding="utf-8")
    done = CliRunner().invoke(group, ["--repo", str(root), "state", "show"])
    assert (done.exit_code, "Targets   1" in done.output) == (0, True)
