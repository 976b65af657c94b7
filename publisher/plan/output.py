"""A plan in words, for a terminal; the JSON form is `Plan.as_json`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from publisher.model import Diagnostic
from publisher.plan.model import Action, Plan, Verb

SIGNS: dict[Verb, str] = {
    "create": "+",
    "update": "~",
    "move": ">",
    "adopt": "=",
    "archive": "-",
    "delete": "-",
    "conflict": "!",
}


def as_text(plan: Plan) -> Iterator[str]:
    """The plan line by line: by organization, removals first; then drift, findings and counts."""
    by_organization = groupby(plan.actions, lambda a: a.organization.name)
    for name, actions in by_organization:
        yield name
        for action in actions:
            yield from _action(action)
        yield ""
    if plan.drifts:
        yield "Edited in IT Glue"
        for drift in plan.drifts:
            yield f"  ! {drift.document}  {'; '.join(drift.what)}"
            yield f"      asset {drift.asset_id}, last changed {drift.updated_at}  {drift.url}"
        yield ""
    findings = [found for found in plan.diagnostics if found.code != "drift"]
    if findings:
        yield "Findings"
        yield from (f"  {line}" for line in map(finding, findings))
        yield ""
    yield verdict(plan)


def _action(action: Action) -> Iterator[str]:
    sign = SIGNS[action.verb]
    yield f"  {sign} {action.verb:<8} {action.title}  [{action.type_name}]  {action.document}"
    if action.reasons != ("new document",):
        for reason in action.reasons:
            yield f"      {reason}"
    for path in action.add:
        yield f"      attach {path}"
    for name in action.remove:
        yield f"      detach {name}"


def finding(found: Diagnostic) -> str:
    """One diagnostic on one line."""
    fix = f" {found.fix}" if found.fix else ""
    place = f"{found.place}: " if found.place else ""
    return f"{place}{found.severity}: {found.message} ({found.code}){fix}"


def verdict(plan: Plan) -> str:
    """The one line that says how it stands."""
    summary = plan.summary
    changes = [
        f"{summary[verb]} to {verb}"
        for verb in ("create", "update", "move", "adopt", "archive", "delete")
        if summary[verb]
    ]
    rest = [
        f"{summary[name]} {words}"
        for name, words in (
            ("conflict", "held back"),
            ("pending", "with an unknown outcome"),
            ("drift", "edited in IT Glue"),
            ("unchanged", "unchanged"),
            ("skip", "skipped"),
        )
        if summary[name]
    ]
    head = ", ".join(changes) or "nothing to do"
    return f"Plan for {plan.instance}: " + "; ".join([head, *rest]) + "."
