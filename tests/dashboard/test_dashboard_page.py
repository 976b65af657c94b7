"""The dashboard of a docs repository: page, JSON and command."""

from __future__ import annotations

import asyncio
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from world import BASE_URL, World, document

from publisher.cli.failures import explain
from publisher.cli.main import group
from publisher.config import Instance
from publisher.dashboard.collect import from_state, with_plan
from publisher.dashboard.model import BudgetFacts, CacheFacts, Dashboard
from publisher.dashboard.output import as_json
from publisher.dashboard.page import as_html, tiles
from publisher.dashboard.server import create_app
from publisher.errors import StateUnusable
from publisher.gather.project import open_project
from publisher.model import Json
from publisher.simulator.faults import Lost, Rule, Status

CACHE = CacheFacts(7, 0.5, 60.0)
ALL = 'orgs: ["*"]\n'


def everywhere(id_: str, title: str) -> str:
    """A document for every organization."""
    return document(id=id_, title=title).replace('org: "Acme Corp"\n', ALL)


def look(world: World) -> Dashboard:
    """What the dashboard shows of a world, going by its state."""
    planned = world.planned(refresh="none")
    with world.open_state() as store:
        project = open_project(world.root, None)
        shown = from_state(project, "test", Instance(), store, base_url=BASE_URL, cache=CACHE)
        return with_plan(shown, planned, store)


def cells(shown: Dashboard, path: str) -> dict[str, str]:
    """Organization -> how a document stands there."""
    return {row.organization.name: row.cells[path] for row in shown.coverage.rows}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """One document for all, one for two of three, one for one; published."""
    made = World(tmp_path)
    made.write("all.md", everywhere("all", "For all"))
    text = document(id="two", title="For two").replace("org:", "orgs:")
    made.write("two.md", text.replace('"Acme Corp"', '["Acme Corp", Internal]'))
    made.save("one.md", document(id="one", title="For one", type="Note"))
    made.apply()
    return made


def test_who_has_which_document(world: World) -> None:
    """Rows are all organizations, columns the documents for several; counts by type."""
    shown = look(world)
    assert shown.coverage.documents == ("all.md", "two.md")
    assert shown.coverage.types == ("Note", "SOP")
    assert cells(shown, "two.md") == {
        "Acme Corp": "published",
        "Baker, Stone & Partners": "lacks",
        "Internal": "published",
    }
    assert [row.lacking for row in shown.coverage.rows] == [0, 1, 0]
    assert [row.types for row in shown.coverage.rows] == [
        {"Note": (1, 1), "SOP": (2, 2)},
        {"SOP": (1, 1)},
        {"SOP": (2, 2)},
    ]


def test_what_is_to_be_done_and_who_edited(world: World) -> None:
    """New, changed, drifted and held back, each in its cell; the next apply's work is counted."""
    first = world.assets(name="For all")[0]
    world.ahead += 60
    world.site.edit(int(first["id"]), {"body": "<p>by hand</p>"})
    world.ahead += 60
    world.write("new.md", everywhere("new", "New"))
    text = (world.root / "two.md").read_text()
    world.save("two.md", text.replace("Some text", "Other text"))
    world.plan()  # which reads what was edited
    shown = look(world)
    assert sorted(cells(shown, "all.md").values()) == ["drift", "published", "published"]
    assert set(cells(shown, "new.md").values()) == {"new"}
    assert sorted(cells(shown, "two.md").values()) == ["changed", "changed", "lacks"]
    assert [drift.document for drift in shown.drift] == ["all.md"]
    found = {tile.name: (tile.value, tile.tone) for tile in tiles(shown)}
    assert found["Changes"] == ("5", "")
    assert found["Drift"] == ("1", "warn")
    assert "≠" in as_html(shown)


def test_overdue_reviews_and_open_outcomes(world: World) -> None:
    """Both are named, on the page and in the JSON."""
    world.site.faults.add(Rule("POST", "/flexible_assets", Lost("before")))
    world.save("late.md", document(id="late", title="Late", more="review_by: 2020-02-01\n"))
    world.apply()
    shown = look(world)
    assert shown.overdue == (("late.md", "2020-02-01"),)
    assert [intent.document for intent in shown.open] == ["late.md"]
    found = as_json(shown)
    assert found["overdue_reviews"] == [{"document": "late.md", "review_by": "2020-02-01"}]
    assert found["open"][0]["key"].startswith("late@")
    assert "Open outcomes" in as_html(shown)


def test_runs_with_their_failures(world: World) -> None:
    """A run that failed says with what; a run of a former version leaves gaps."""
    world.site.faults.add(Rule("POST", "/flexible_assets", Status(422)))
    world.save("bad.md", document(id="bad", title="Bad"))
    world.apply()
    shown = look(world)
    former = replace(shown.runs[1], details={})
    text = as_html(replace(shown, runs=(shown.runs[0], former)))
    assert "1 failed</span>" in text
    assert "Rejected 1" in text
    newest: Json = as_json(shown)["runs"][0]
    assert (newest["failed"], newest["request_failures"]) == (1, {"rejected": 1})


def test_the_page_needs_nothing_else(world: World) -> None:
    """No script, no address but of IT Glue itself; its policy allows its own style sheet alone."""
    text = as_html(look(world))
    assert "<script" not in text
    assert not re.search(r"""(src|href)=["']?(?!#)""", text.replace('href="http://127.0.0.1', ""))
    assert "default-src 'none'" in html.unescape(text)
    assert " style=" not in text


@pytest.mark.parametrize(
    ("budget", "tile"),
    [
        (BudgetFacts(58, 0.0), ("58", "of 3,000 in use", "")),
        (BudgetFacts(2400, 0.0), ("2,400", "of 3,000 in use", "warn")),
        (BudgetFacts(10, 12.0), ("paused", "for 12 s", "warn")),
        (None, None),
    ],
)
def test_the_budget_now(
    world: World, budget: BudgetFacts | None, tile: tuple[str, str, str] | None
) -> None:
    """How much of it is in use, or that everybody has to wait; none for the local instance."""
    found = tiles(replace(look(world), budget=budget))
    told = [(one.value, one.note, one.tone) for one in found if one.name == "Budget"]
    assert told == ([tile] if tile else [])


def test_names_are_text(world: World) -> None:
    """Whatever an organization is called."""
    shown = look(world)
    row = shown.coverage.rows[0]
    named = replace(row, organization=replace(row.organization, name="<b>Acme</b>"))
    text = as_html(replace(shown, coverage=replace(shown.coverage, rows=(named,))))
    assert "<b>Acme" not in text
    assert "&lt;b&gt;Acme" in text


def test_before_the_first_run(tmp_path: Path) -> None:
    """The command works in a new repository, without a key, and says what is missing."""
    world = World(tmp_path)
    world.write("publisher.toml", '[publish]\ninstance = "production"\n[instances.production]\n')
    world.commit()
    file = tmp_path / "out.html"
    words = ["--repo", str(world.root), "dashboard", "--format", "json", "--export", str(file)]
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["format_version"], found["planned"], found["runs"]) == (1, False, [])
    assert found["base_url"] == "https://api.itglue.com"
    assert found["budget"] == {"used": 0, "pause_seconds": 0}
    assert "No run yet" in file.read_text("utf-8")
    assert "publisher plan" in file.read_text("utf-8")


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """One sentence, exit 1."""
    world = World(tmp_path)
    words = ["--repo", str(world.root), "dashboard", "--export", str(tmp_path / "none" / "x.html")]
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr


def test_the_metrics_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds what the last command that talked with IT Glue did."""
    world = World(tmp_path)
    world.save("a.md", document(id="a"))
    metrics = tmp_path / "itglue.prom"
    monkeypatch.setenv("PUBLISHER_METRICS_FILE", str(metrics))
    plan = CliRunner().invoke(group, ["--repo", str(world.root), "--quiet", "plan"])
    before = metrics.read_text()
    done = CliRunner().invoke(group, ["--repo", str(world.root), "dashboard", "--format", "json"])
    assert plan.output
    assert json.loads(done.stdout)["planned"] is True
    assert metrics.read_text() == before


def get(app: object, path: str, host: str = "127.0.0.1") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # any ASGI app
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_it_answers_to_this_computer_alone(world: World) -> None:
    """Page and JSON, under loopback names; an error is a page that explains it."""
    shown = look(world)

    async def good() -> Dashboard:
        return shown

    async def bad() -> Dashboard:
        raise StateUnusable("state.db", "unreadable", "gone")

    app = create_app(good, explain)
    page = get(app, "/")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert get(app, "/dashboard.json").json()["repository"] == "test-docs"
    assert get(app, "/", "evil.example").status_code == 400
    broken = get(create_app(bad, explain), "/")
    assert broken.status_code == 500
    assert "state.db" in broken.text
