"""The dashboard as one HTML page that needs nothing else: no script, no other file, no network."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files

import jinja2
from markupsafe import Markup

from publisher.dashboard import words
from publisher.dashboard.history import NUMBERS, line, verdict
from publisher.dashboard.model import STANDINGS, BudgetFacts, Dashboard
from publisher.dashboard.panels import NEAR, panels

MOST_ROWS, MOST_COLUMNS, MOST_RUNS = 300, 60, 20
"""What a page shows at most; the JSON has everything."""
SIGNS = {"published": "✓", "new": "+", "changed": "↻", "drift": "≠", "held": "!", "lacks": "–"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One number at the top of the page."""

    name: str
    value: str
    note: str
    tone: str = ""


def as_html(shown: Dashboard) -> str:
    """The whole page."""
    style = files("publisher.dashboard").joinpath("pages", "style.css").read_text("utf-8")
    return _template(
        "dashboard.html"
    ).render(
        shown=shown,
        style=Markup(style),  # noqa: S704 (our own file)
        policy=policy(style),
        tiles=tiles(shown),
        panels=[(panel, Markup(panel.svg)) for panel in panels(shown)],  # noqa: S704 (escaped there)
        standings=STANDINGS,
        signs=SIGNS,
        rows=shown.coverage.rows[:MOST_ROWS],
        documents=shown.coverage.documents[:MOST_COLUMNS],
        numbers=NUMBERS,
        lines=[line(run) for run in shown.runs[:MOST_RUNS]],
    )


def as_problem(text: str) -> str:
    """A page that says what is wrong."""
    style = files("publisher.dashboard").joinpath("pages", "style.css").read_text("utf-8")
    values = {"style": Markup(style), "policy": policy(style)}  # noqa: S704 (our own file)
    return _template("problem.html").render(text=text, **values)


def policy(style: str) -> str:
    """A Content-Security-Policy that lets the page be drawn, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def tiles(shown: Dashboard) -> list[Tile]:
    """What an operator looks at first."""
    found = [_last_run(shown)]
    if shown.planned:
        plan = shown.summary
        changes = sum(
            plan[verb] for verb in ("create", "update", "move", "archive", "delete", "adopt")
        )
        several = f"for {words.count(shown.targets)} targets"
        held = f"{plan['conflict']} held back" if plan["conflict"] else "to be applied"
        found += [
            Tile("Documents", words.count(shown.documents), several),
            Tile("Changes", words.count(changes), held, "warn" if plan["conflict"] else ""),
            _trouble("Drift", len(shown.drift), "by others", "nobody edited"),
            _trouble("Reviews", len(shown.overdue), "overdue", "none is overdue"),
        ]
    found.append(_trouble("Open", len(shown.open), "outcomes unknown", "all are known"))
    if shown.runs and (breaker := shown.runs[0].details.get("breaker")):
        opened = breaker["opened"]
        note = f"opened {opened} times in the last run" if opened else "in the last run"
        tone = "" if breaker["state"] == "closed" else "bad"
        found.append(Tile("Breaker", breaker["state"], note, tone or ("warn" if opened else "")))
    if shown.budget:
        found.append(_budget(shown.budget, shown.limit))
    if shown.cache:
        rate = shown.cache.hit_rate
        note = "records" if rate is None else f"records, {words.percent(100 * rate)} hits"
        found.append(Tile("Cache", words.count(shown.cache.records), note))
    return found


def _last_run(shown: Dashboard) -> Tile:
    if not shown.runs:
        return Tile("Last run", "never", "nothing was published yet")
    run = shown.runs[0]
    outcome, tone = verdict(run)
    return Tile("Last run", outcome, words.ago(run.started, shown.at), tone)


def _budget(budget: BudgetFacts, limit: int) -> Tile:
    if budget.pause:
        return Tile("Budget", "paused", f"for {words.seconds(budget.pause)}", "warn")
    tone = "warn" if budget.used >= NEAR * limit else ""
    return Tile("Budget", words.count(budget.used), f"of {words.count(limit)} in use", tone)


def _trouble(name: str, number: int, some: str, none: str) -> Tile:
    return Tile(name, words.count(number), some if number else none, "warn" if number else "good")


def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("publisher.dashboard", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"ago": words.ago, "count": words.count, "full": words.full}
    return environment.get_template(name)
