"""What a state holds, for people and for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from publisher.apply.lease import died
from publisher.cli.open import OpenedState
from publisher.model import Json
from publisher.plan.model import called, shown
from publisher.state import Lease
from publisher.targets import Known, Replaced

RUNS, REPLACED = 20, 1000


def when(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")


def as_json(docs: OpenedState) -> dict[str, Json]:
    """Everything but what was read of assets that are not ours."""
    store = docs.store
    leases = [_lease(lease, store.now()) for lease in store.leases()]
    return {
        "format_version": 1,
        "instance": docs.instance,
        "repository": docs.project.name,
        "state": store.url,
        "base_url": store.meta("base_url"),
        "targets": [
            _timed(_plain(known), "published_at") for _, known in sorted(store.known().items())
        ],
        "intents": [_timed(asdict(intent), "at") for _, intent in sorted(store.intents().items())],
        "lease": leases[0] if leases else None,
        "leases": leases,
        "scans": [asdict(scan) for _, scan in sorted(store.scans().items())],
        "runs": [_timed(asdict(run), "started") for run in store.runs(RUNS)],
        "replaced": [_timed(_plain(one), "at") for one in store.replaced(REPLACED)],
    }


def _plain(one: Known | Replaced) -> dict[str, Any]:
    """All of it, with the asset's id as IT Glue has it."""
    return asdict(one) | {"asset_id": shown(one.asset_id)}


def _timed(values: dict[str, Any], name: str) -> dict[str, Json]:
    return values | {name: when(values[name]) if values[name] else None}


def _lease(lease: Lease, now: float) -> dict[str, Json]:
    return {
        "owner": lease.owner,
        "organizations": None if lease.organizations is None else [*lease.organizations],
        "url": lease.url,
        "renewed": when(lease.renewed),
        "expires": when(lease.expires),
        "expired": lease.expires <= now,
        "died": died(lease),
    }


def extent(lease: Lease) -> str:
    """What a lease is for, in words; '' if for everything."""
    if lease.organizations is None:
        return ""
    count = len(lease.organizations)
    return f" ({count} organization{'' if count == 1 else 's'})"


def as_text(docs: OpenedState) -> Iterator[str]:
    """The same for people: one line a target."""
    store = docs.store
    known = store.known()
    yield f"State     {store.url}"
    yield f"Instance  {docs.instance}  {store.meta('base_url') or 'not published to yet'}"
    for lease in store.leases():
        if lease.expires > store.now():
            yield f"Locked    by {lease.holder}{extent(lease)}, until {when(lease.expires)}"
    for run in store.runs(1):
        yield f"Last run  {when(run.started)}: {run.applied} applied, {run.failed} failed"
    yield f"Targets   {len(known)}"
    width = max((len(key) for key in known), default=0)
    for key, target in sorted(known.items()):
        flag = "  archived" if target.archived else ""
        place = "" if key.startswith(f"{target.document}@") else f"  {target.document}"
        published = when(target.published_at) if target.published_at else "found by its marker"
        yield f"  {key:<{width}}  {called(target.asset_id)}  {published}{place}{flag}"
    for intent in store.intents().values():
        what = f"attachment {intent.name} of {intent.key}" if intent.name else intent.key
        yield f"Pending   {what}, begun {when(intent.at)}; the next apply settles it"
    for one in store.replaced(5):
        yield f"Replaced  {one.trait} of {one.key}, {when(one.at)}: kept in {one.file}"
