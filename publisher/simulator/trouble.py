"""The page to make trouble: inject faults, take them away, start over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from publisher.simulator.faults import Action, Delay, Lost, Partly, Rule, Status, in_words
from publisher.simulator.site import Site

LONGEST = 120.0
"""Seconds that an answer may be delayed by."""
PUBLISHED = ("flexible_assets", "documents", "document_folders")
"""What starting over removes; what lies below goes with it."""

Kind = tuple[str, Callable[[float], Action]]
KINDS: Mapping[str, Kind] = {
    "lost": ("The work is done, the answer is lost", lambda _: Lost("after")),
    "lost-before": ("The request is lost, nothing is done", lambda _: Lost("before")),
    "503": ("503 Service Unavailable", lambda _: Status(503)),
    "429": ("429 Too Many Requests, for 5 seconds", lambda _: Status(429, retry_after=5)),
    "partly": ("Of several at once only the first is carried out", lambda _: Partly(1)),
    "delay": ("The answer comes late", lambda seconds: Delay(seconds)),
}
"""What can happen: label, and the action (of the seconds that the form gives)."""
REQUESTS: Mapping[str, tuple[str, str, str]] = {
    "any": ("any request", ".*", ".*"),
    "reads": ("reads (GET)", "GET", ".*"),
    "writes": ("writes (POST, PATCH, DELETE)", "POST|PATCH|DELETE", ".*"),
    "creates": ("creating a flexible asset", "POST", "/flexible_assets"),
    "assets": (
        "creating below an organization, or writing several flexible assets at once",
        "POST|PATCH|DELETE",
        "(/organizations/[0-9]+/relationships)?/flexible_assets",
    ),
    "uploads": ("uploading an attachment", "POST", ".*/attachments"),
}
"""Whom it can happen to: label, method, path."""
TIMES = {"next": "the next one", "always": "every one, until it is removed"}


def rule(form: Mapping[str, str]) -> Rule:
    """The fault that a form asks for.

    Raises:
        ValueError: it asks for none that there is.
    """
    kind, requests = KINDS.get(form.get("kind", "")), REQUESTS.get(form.get("requests", ""))
    if kind is None or requests is None:
        raise ValueError("choose what happens, and to which requests")
    try:
        seconds = float(form.get("seconds") or 5)
    except ValueError:
        raise ValueError("the seconds are no number") from None
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"the seconds must lie between 0 and {LONGEST:.0f}")
    return Rule(requests[1], requests[2], kind[1](seconds), always=form.get("times") == "always")


def start_over(site: Site) -> None:
    """Remove all that was published; organizations, types and everything else stay."""
    with site.transaction():
        for resource in PUBLISHED:
            site.store.delete(record.id for record in site.all(resource))
    site.faults.clear()


def page(site: Site) -> dict[str, Any]:
    """What the page shows."""
    rules = [
        {"id": number, "what": in_words(one.action), "whom": _whom(one), "times": _times(one)}
        for number, one in site.faults.rules.items()
    ]
    return {
        "rules": rules,
        "kinds": [(key, label) for key, (label, _) in KINDS.items()],
        "requests": [(key, label) for key, (label, *_) in REQUESTS.items()],
        "times": list(TIMES.items()),
        "published": {name: site.count(name) for name in PUBLISHED[:2]},
        "longest": LONGEST,
        "problem": "",
        "trail": [("Organizations", "/")],
    }


def _whom(one: Rule) -> str:
    for label, method, path in REQUESTS.values():
        if (one.method, one.path) == (method, path):
            return label
    return f"{one.method} {one.path}"


def _times(one: Rule) -> str:
    if one.nth > 1:
        return f"from number {one.nth} on" if one.always else f"number {one.nth}"
    return TIMES["always" if one.always else "next"]
