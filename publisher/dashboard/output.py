"""The dashboard as JSON, for other people's dashboards."""

from __future__ import annotations

import datetime as dt

from publisher.dashboard.model import Coverage, Dashboard, Row
from publisher.model import Json
from publisher.targets import Intent, Run

FORMAT_VERSION = 1


def as_json(shown: Dashboard) -> dict[str, Json]:
    """Everything that the page shows; times in ISO 8601, UTC."""
    return {
        "format_version": FORMAT_VERSION,
        "repository": shown.repository,
        "instance": shown.instance,
        "base_url": shown.base_url,
        "commit": shown.commit,
        "at": moment(shown.at),
        "rate_limit": {"requests": shown.limit, "seconds": shown.window},
        "planned": shown.planned,
        "documents": shown.documents,
        "targets": shown.targets,
        "summary": dict(shown.summary),
        "runs": [_run(run) for run in shown.runs],
        "coverage": _coverage(shown.coverage),
        "drift": [drift.as_json() for drift in shown.drift],
        "overdue_reviews": [
            {"document": document, "review_by": date} for document, date in shown.overdue
        ],
        "open": [_intent(intent) for intent in shown.open],
        "budget": shown.budget
        and {"used": shown.budget.used, "pause_seconds": round(shown.budget.pause, 1)},
        "cache": shown.cache
        and {
            "records": shown.cache.records,
            "hit_rate": shown.cache.hit_rate,
            "age_seconds": shown.cache.age,
        },
    }


def moment(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")


def _run(run: Run) -> dict[str, Json]:
    return {
        "started": moment(run.started),
        "seconds": round(run.seconds, 3),
        "commit": run.commit,
        "applied": run.applied,
        "failed": run.failed,
        "requests": run.requests,
        **run.details,
    }


def _coverage(coverage: Coverage) -> dict[str, Json]:
    return {
        "types": list(coverage.types),
        "documents": list(coverage.documents),
        "organizations": [_row(row) for row in coverage.rows],
    }


def _row(row: Row) -> dict[str, Json]:
    return {
        "id": row.organization.id,
        "name": row.organization.name,
        "types": {
            name: {"published": there, "wanted": wanted}
            for name, (there, wanted) in row.types.items()
        },
        "documents": dict(row.cells),
        "lacking": row.lacking,
    }


def _intent(intent: Intent) -> dict[str, Json]:
    return {
        "key": intent.key,
        "kind": intent.kind,
        "name": intent.name,
        "document": intent.document,
        "since": moment(intent.at),
    }
