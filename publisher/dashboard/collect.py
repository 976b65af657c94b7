"""From state and plan to what the dashboard shows. Reads; writes nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from publisher.config import Instance
from publisher.dashboard.coverage import coverage
from publisher.dashboard.model import BudgetFacts, CacheFacts, Dashboard
from publisher.gather.project import Project
from publisher.gather.reviews import overdue_reviews
from publisher.gather.session import Planned
from publisher.state import Store

RUNS = 200
"""How many runs are looked back at."""


def from_state(
    project: Project,
    instance: str,
    settings: Instance,
    store: Store,
    *,
    base_url: str,
    budget: BudgetFacts | None = None,
    cache: CacheFacts | None = None,
) -> Dashboard:
    """What the state alone tells: the runs, and what is open."""
    limit = settings.budget
    return Dashboard(
        repository=project.name,
        instance=instance,
        base_url=base_url,
        commit=None,
        at=store.now(),
        limit=limit.requests,
        window=limit.seconds,
        runs=tuple(store.runs(RUNS)),
        open=tuple(intent for _, intent in sorted(store.intents().items())),
        budget=budget,
        cache=cache,
    )


def with_plan(dashboard: Dashboard, planned: Planned, store: Store) -> Dashboard:
    """Add what a plan tells: documents, coverage, drift, reviews."""
    plan, corpus = planned.plan, planned.corpus
    today = dt.datetime.fromtimestamp(dashboard.at, dt.UTC).date()
    return replace(
        dashboard,
        planned=True,
        base_url=plan.base_url,
        commit=plan.commit,
        summary=plan.summary,
        documents=len({target.document for target in corpus.desired.values()}),
        targets=len(corpus.desired),
        coverage=coverage(
            corpus.desired.values(), planned.known, plan, planned.catalog.organizations
        ),
        drift=plan.drifts,
        overdue=tuple(overdue_reviews(corpus, store.records(), today)),
    )
