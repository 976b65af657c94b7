"""What a plan shows of texts: read from both sides, sparingly, and nothing that is secret."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from docs_desk import Docs
from world import World, document

from publisher.gather.wording import HIDDEN, read_wordings
from publisher.plan import Policy
from publisher.plan.output import Wordings


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.save("a.md", document("Stop the spooler.", id="a1", title="A"))
    made.save("b.md", document("See [A](a.md).", id="b1", title="B", type="Note"))
    made.apply()
    made.ahead += 3600
    made.apply()
    return made


def read(world: World, **options: object) -> tuple[Wordings, list[str]]:
    """The texts of the plan as it is now, and what they cost."""

    async def run() -> tuple[Wordings, list[str]]:
        async with world.client() as itglue:
            with world.open_state() as store:
                session = await world.session(store, itglue, Policy(), **options)
                planned = await session.plan()
                before = len(world.requests())
                return await read_wordings(session, planned), world.requests(before)

    return asyncio.run(run())


def changed(wordings: Wordings) -> dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]:
    both = {**wordings.actions, **wordings.drifts}
    return {
        key.partition("@")[0]: [(w.field, w.old, w.new) for w in found]
        for key, found in both.items()
    }


def test_a_change_is_read_with_one_get_at_most(world: World) -> None:
    """Old from IT Glue, new from Git; the marker and what is the same are left out."""
    world.save("a.md", document("Start the spooler.", id="a1", title="A"))
    wordings, requests = read(world)
    assert changed(wordings) == {"a1": [("body", ("Stop the spooler.",), ("Start the spooler.",))]}
    assert [line.split("/")[0] for line in requests] in ([], ["GET "])


def test_nothing_is_asked_for_when_the_state_is_trusted(world: World) -> None:
    """--no-refresh means no request at all."""
    world.save("a.md", document("Start the spooler.", id="a1", title="A"))
    wordings, requests = read(world, refresh="none")
    assert (changed(wordings), requests) == ({}, [])


def test_the_footer_and_resolved_links_are_no_difference(world: World) -> None:
    """Only the words that the writer changed."""
    world.save("b.md", document("See [A](a.md) now.", id="b1", title="B", type="Note"))
    ((field, old, new),) = changed(read(world)[0])["b1"]
    assert field == "text"
    assert new == (old[0].replace(").", ") now."),)


def test_a_new_title_is_shown(world: World) -> None:
    """Every managed field is, in the type's order."""
    world.save("a.md", document("Start the spooler.", id="a1", title="A2"))
    assert [field for field, _, _ in changed(read(world)[0])["a1"]] == ["title", "body"]


def test_a_drift_shows_the_colleagues_words(world: World) -> None:
    """From what Git says to what IT Glue holds, though the document need not be read otherwise."""
    world.edit("A", body="<p>Ring Ann first.</p>")
    wordings, _ = read(world)
    assert wordings.actions == {}
    assert changed(wordings) == {"a1": [("body", ("Stop the spooler.",), ("Ring Ann first.",))]}


def test_what_seems_secret_in_it_glue_is_not_shown(world: World) -> None:
    """A comment is read by many, an asset by few."""
    table = "<table><tr><th>User</th><th>Password</th></tr><tr><td>adm</td><td>hX7!kk29zQ</td></tr>"
    world.edit("A", body=f"<p>Hello.</p>{table}</table>")
    ((_, _, new),) = changed(read(world)[0])["a1"]
    assert HIDDEN in new
    assert "hX7" not in "".join(new)


def test_an_apply_after_the_texts_does_the_same(world: World) -> None:
    """Looking is not touching: what was read for show serves as the look before the write."""
    world.save("a.md", document("Start the spooler.", id="a1", title="A"))
    read(world)
    result = world.apply()
    assert (len(result.applied), result.failed) == (1, [])
    assert not world.plan().actions


def test_an_unrelated_file_costs_no_request_beyond_the_lists(world: World) -> None:
    """A push of something else reads what changed, and asks for no single asset."""
    world.save("script.ps1", "Get-Service\n")
    before = len(world.requests())
    assert read(world)[1] == []
    lists = world.requests(before)
    assert lists
    assert not any(line.split("/")[-1].isdigit() for line in lists)
    assert world.writes(before) == []


@pytest.fixture
def docs(tmp_path: Path) -> Docs:
    made = Docs(tmp_path)
    for name in "abcdef":
        made.write(name, "Stop the spooler.")
    made.commit()
    made.apply()
    made.write("a", "Start the spooler.")
    made.write("Z", "New.")
    (made.root / "ä.md").write_text(
        "---\ntitle: Ä\norg: Acme Corp\ntype: SOP\n---\nNeu.\n", "utf-8"
    )
    made.git("rm", "-q", "b.md")
    made.commit()
    return made


def test_the_command_shows_words(docs: Docs) -> None:
    """In the terminal's form and in Markdown; JSON holds no text."""
    assert "[-Stop-]{+Start+} the spooler." in docs.run("plan").output
    said = docs.run("plan", "--format", "markdown").output
    assert "- Stop the spooler.\n+ Start the spooler." in said
    assert "spooler" not in docs.run("plan", "--format", "json").output


def test_apply_shows_words_before_it_asks(docs: Docs) -> None:
    """And does nothing when the answer is no."""
    said = docs.run("apply", code=None).output
    assert "[-Stop-]{+Start+}" in said
    assert "Apply this plan?" in said
    assert docs.plan()["summary"]["update"] == 1


def test_a_plan_is_the_same_bytes_everywhere(docs: Docs) -> None:
    """In real processes, whatever the time zone, the language and the hash seed."""
    places = (
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8"},
    )
    seen = set()
    for number, place in enumerate(places):
        out = docs.planfile.with_name(f"plan-{number}.json")
        words = ["plan", "--format", "markdown", "--full-refresh", "--out", str(out)]
        done = subprocess.run(
            [sys.executable, "-m", "publisher", "--repo", str(docs.root), *words],
            env={**os.environ, **place},
            capture_output=True,
            check=True,
        )
        seen.add((done.stdout, out.read_bytes()))
    assert len(seen) == 1
