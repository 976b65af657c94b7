"""The cache of rendered pages: what it gives is what was put in, and nothing of it is needed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from world import World, document

from publisher.gather import cache, copies
from publisher.gather.ahead import Source
from publisher.gather.cache import FILE, KEPT_DAYS, Pages
from publisher.model import Entry
from publisher.render import Page, render
from publisher.source.tree import Tree

TREE = Tree(None, {}, lambda entries: iter(()))
BODY = "# A\n\nSee [b](b.md#x) and ![p](p.png).\n\n<script>no</script> é \U0001f600\n"
SOURCES: list[Source] = [
    ("a.md", BODY, None, 1),
    ("a.md", BODY, "A", 1),
    ("b.md", "Text.", None, 4),
]


def made(source: Source) -> Page:
    path, body, title, line = source
    return render(body, path=path, title=title, first_line=line)


PAGES = {source: made(source) for source in SOURCES}


def test_pages_come_back_as_they_were(tmp_path: Path) -> None:
    """Another run finds the same pages, and no page for what was not put in."""
    Pages(tmp_path, TREE).put(PAGES)
    found = Pages(tmp_path, TREE).get([*SOURCES, ("c.md", "Text.", None, 4)])
    assert found == PAGES


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """It holds what documents say, whatever the umask."""
    before = os.umask(0)
    try:
        Pages(tmp_path, TREE).put(PAGES)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"no database " * 900, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """It costs a run its cache, and nobody has to do anything about it."""
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert Pages(tmp_path, TREE).get(SOURCES) == {}
    Pages(tmp_path, TREE).put(PAGES)
    Pages(tmp_path, TREE).put(PAGES)
    assert Pages(tmp_path, TREE).get(SOURCES) == PAGES


@pytest.mark.parametrize("data", [b"", b"x", b"x\x9c\x03\x00\x00\x00\x00\x01", 7, None])
def test_a_damaged_page_is_none(tmp_path: Path, data: object) -> None:
    """What cannot be read is rendered again."""
    Pages(tmp_path, TREE).put(PAGES)
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("UPDATE page SET data = ?", (data,))
    assert Pages(tmp_path, TREE).get(SOURCES) == {}


def test_another_format_is_thrown_away(tmp_path: Path) -> None:
    """A newer or older publisher's cache is none of ours."""
    Pages(tmp_path, TREE).put(PAGES)
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("PRAGMA user_version = 99")
    assert Pages(tmp_path, TREE).get(SOURCES) == {}
    assert not Pages(tmp_path, TREE).exists


def test_another_renderer_makes_other_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is known by its renderer too."""
    Pages(tmp_path, TREE).put(PAGES)
    monkeypatch.setattr(cache, "RENDERER", "another")
    assert Pages(tmp_path, TREE).get(SOURCES) == {}


def test_a_busy_file_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that writes holds nobody up for long, and readers not at all."""
    monkeypatch.setattr(cache, "_BUSY_SECONDS", 0.01)
    Pages(tmp_path, TREE).put({SOURCES[0]: PAGES[SOURCES[0]]})
    with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        Pages(tmp_path, TREE).put(PAGES)
        assert Pages(tmp_path, TREE).get(SOURCES) == {SOURCES[0]: PAGES[SOURCES[0]]}


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    """The cache is no reason for an error."""
    (tmp_path / ".publisher").write_text("a file")
    Pages(tmp_path, TREE).put(PAGES)
    assert Pages(tmp_path, TREE).get(SOURCES) == {}


def test_what_git_brings_along_is_not_used(tmp_path: Path) -> None:
    """Nobody can slip in a page that was never rendered by committing it."""
    Pages(tmp_path, TREE).put(PAGES)
    entry = Entry(FILE, "0" * 40, 1)
    assert Pages(tmp_path, Tree(None, {entry.path: entry}, TREE.fetch)).get(SOURCES) == {}


def test_its_size_is_bounded(tmp_path: Path) -> None:
    """The oldest pages make room; what is larger than all of it stays out."""
    largest = 200_000
    for run in range(12):
        text = os.urandom(9_000).hex()
        new: dict[Source, Page] = {
            (f"{n}.md", f"{run}", None, 1): Page("T", text[n:], (), frozenset(), ())
            for n in range(4)
        }
        Pages(tmp_path, TREE, largest=largest).put(new)
    assert Pages(tmp_path, TREE).get(new) == new
    assert (tmp_path / FILE).stat().st_size < 2 * largest


def test_a_page_that_nobody_uses_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was used lately stays."""
    Pages(tmp_path, TREE).put(PAGES)
    now = time.time()
    for days in (KEPT_DAYS - 1, 2 * KEPT_DAYS - 2):
        monkeypatch.setattr(time, "time", lambda days=days: now + days * 86_400)
        assert Pages(tmp_path, TREE).get(SOURCES[:1])
        Pages(tmp_path, TREE).put({("new.md", "", None, days): PAGES[SOURCES[0]]})
    assert Pages(tmp_path, TREE).get(SOURCES) == {SOURCES[0]: PAGES[SOURCES[0]]}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_page_with_a_secret_is_not_kept(world: World) -> None:
    """The secret would lie in the cache for weeks; a harmless document beside it is kept."""
    world.save("a.md", document("Password: hunter2-Secret9"))
    world.save("b.md", document("Harmless.", title="B"))
    assert world.plan().errors
    with contextlib.closing(sqlite3.connect(world.root / FILE)) as db:
        texts = [zlib.decompress(data) for (data,) in db.execute("SELECT data FROM page")]
    assert [b"Harmless" in text for text in texts] == [True]


def test_apply_renders_nothing_that_plan_has(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look at the same documents takes their pages from the cache."""
    world.save("a.md", document("One *two*."))
    world.plan()

    def none(*_: object, **__: object) -> Page:
        raise AssertionError("rendered again")

    monkeypatch.setattr(copies, "render", none)
    assert world.apply().applied


WRITER = """
import sys, itertools
from pathlib import Path
from publisher.gather.cache import Pages
from publisher.render import Page
from publisher.source.tree import Tree
pages = Pages(Path(sys.argv[1]), Tree(None, {}, lambda entries: iter(())), largest=2_000_000)
print("on", flush=True)
for run in itertools.count():
    pages.put({(f"{n}.md", f"{run}", None, 1): Page(f"{n}.md", f"{run} " * 500, (), frozenset(), ())
               for n in range(50)})
"""


@pytest.mark.slow
def test_a_killed_run_leaves_a_cache_that_can_be_read(tmp_path: Path) -> None:
    """Whenever it is killed, all that is found is whole, and the next run goes on."""
    for delay in (0.01, 0.05, 0.1, 0.2, 0.3, 0.5):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(delay)
            writer.kill()
        with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        Pages(tmp_path, TREE).put(PAGES)
        asked: list[Source] = [
            (f"{n}.md", f"{run}", None, 1) for n in range(50) for run in range(99)
        ]
        for (path, run, _, _), page in Pages(tmp_path, TREE).get(asked).items():
            assert page == Page(path, f"{run} " * 500, (), frozenset(), ())
        assert Pages(tmp_path, TREE).get(SOURCES) == PAGES
