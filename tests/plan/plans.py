"""Plans of any size, made up without any side."""

from __future__ import annotations

from publisher.model import Organization
from publisher.plan import Action, Drift, Plan
from publisher.plan.model import Verb


def organization(number: int) -> Organization:
    return Organization(str(number), f"Client {number:03}")


def action(verb: Verb = "update", number: int = 1, org: int = 1, **more: object) -> Action:
    reasons = {"create": "new document", "archive": "the document is gone"}
    return Action(
        verb,
        f"d{number}@{org}",
        f"docs/page-{number}.md",
        organization(org),
        "12",
        "SOP",
        None if verb == "create" else str(5000 + number),
        f"Page {number}",
        (reasons.get(verb, "field body changed"),),
        **more,  # type: ignore[arg-type]  # a test's own choice of fields
    )


def drift(number: int = 1, org: int = 1) -> Drift:
    what = ("field body was edited in IT Glue",)
    url = f"https://acme.itglue.com/{org}/assets/1/records/{number}"
    return Drift(f"d{number}@{org}", f"docs/page-{number}.md", str(number), url, "2026-01-02", what)


def plan(*actions: Action, drifts: tuple[Drift, ...] = (), unchanged: int = 0) -> Plan:
    return Plan(
        "production",
        "https://api.itglue.com",
        "c" * 40,
        tuple(sorted(actions, key=lambda a: a.order)),
        drifts,
        unchanged,
        0,
        (),
        len(actions) + unchanged,
    )
