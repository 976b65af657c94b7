"""Pages that are rendered ahead are those that rendering one by one gives."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from world import World, document

from publisher.gather import ahead, copies
from publisher.gather.ahead import Source, render_all
from publisher.render import render

TOO_DEEP = "> " * 40 + "deep"


@pytest.fixture
def _two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WORTH_IT", 3)
    monkeypatch.setattr(ahead, "_cores", lambda: 2)


@pytest.mark.usefixtures("_two_processes")
def test_processes_render_what_one_renders() -> None:
    """Each page is the same, wherever it was made; what cannot be rendered is left out."""
    sources: list[Source] = [
        (f"sops/{n}.md", f"# Title {n}\n\n[next]({n + 1}.md)\n\n```sh\nls\n```\n", None, 5)
        for n in range(5)
    ]
    pages = render_all([*sources, ("bad.md", TOO_DEEP, None, 1)])
    assert pages == {
        (path, body, title, line): render(body, path=path, title=title, first_line=line)
        for path, body, title, line in sources
    }


def test_few_documents_are_left_to_one_process() -> None:
    """Starting processes takes longer than rendering a handful."""
    assert render_all([("a.md", "Text.", None, 1)] * 3) == {}


@pytest.mark.usefixtures("_two_processes")
def test_a_plan_does_not_depend_on_who_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With processes or without, the same bytes; a document that is too deep is still named."""
    world = World(tmp_path)
    for n in range(4):
        world.write(f"{n}.md", document("[first](0.md)", id=f"d{n}", title=f"Document {n}"))
    world.write("bad.md", document(TOO_DEEP, title="Bad"))
    world.commit()
    with_processes = world.plan().as_json()
    shutil.rmtree(world.root / ".publisher")  # the cache of pages
    monkeypatch.setattr(copies, "render_all", lambda sources, pool: {})
    assert world.plan().as_json()["actions"] == with_processes["actions"]
    assert [found["code"] for found in with_processes["diagnostics"]] == ["too-deep"]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Windows has no process groups to look at")
def test_no_process_is_left_of_a_killed_run() -> None:
    """Else it would hold the pipes of the run open, and whoever reads them would wait for ever."""
    code = (
        "from publisher.gather.ahead import render_all\n"
        "print('on', flush=True)\n"
        "render_all((f'{n}.md', '- x\\n' * 2000, None, 1) for n in range(2000))\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"on\n"
        time.sleep(1.5)
        run.kill()
        run.communicate(timeout=10)  # ends when the last process that has the pipe open ends
