"""One apply from a finished plan: the desk, the run, and what the state is to remember after it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from publisher.apply.desk import Desk
from publisher.apply.measure import Measure
from publisher.apply.result import Progress, Result
from publisher.apply.run import apply_plan
from publisher.apply.writes import Singly
from publisher.errors import StateError
from publisher.gather.session import Planned, Session
from publisher.model import Json
from publisher.source.tree import Tree
from publisher.targets import Record, Run


async def publish(
    session: Session,
    planned: Planned,
    *,
    progress: Progress | None = None,
    stop: asyncio.Event | None = None,
) -> Result:
    """Carry out what was planned, and remember it.

    Args:
        session, planned: the docs repository, the instance, and the plan made of them.
        progress: is told how it goes on.
        stop: set to begin nothing more.

    Raises:
        StateUnusable: it is damaged; nothing was written.
    """
    if planned.plan.changes:
        session.store.verify()
    desk = _desk(session, planned)
    _catch_up(session, planned)
    started = session.now()
    session.store.set_meta("base_url", session.itglue.base_url)
    concurrency = session.settings.concurrency
    measure = Measure(session.itglue.budget, session.itglue.breaker_state)
    remove = session.itglue.listen(measure)
    try:
        result = await apply_plan(
            planned.plan, desk, concurrency=concurrency, progress=progress, stop=stop
        )
    finally:
        remove()
    result.replaced = desk.replaced
    try:
        _remember(session, planned, desk)
        _add_run(session, planned, result, started, measure)
    except StateError as error:  # what was done is done, and its result is to be told
        result.stopped = result.stopped or error
    return result


def _add_run(
    session: Session, planned: Planned, result: Result, started: float, measure: Measure
) -> None:
    session.store.add_run(
        Run(
            started,
            result.seconds,
            planned.plan.commit,
            len(result.applied),
            len(result.failed),
            result.requests,
            measure.as_json() | _details(result),
        )
    )


def _details(result: Result) -> dict[str, Json]:
    """What was done, and what went wrong, by kind."""
    failures = Counter(type(one.error).__name__ for one in result.failed)
    return {
        "actions": dict(sorted(Counter(one.action.verb for one in result.applied).items())),
        "failures": dict(sorted(failures.items())),
        "held": len(result.held),
        "left": result.left,
        "stopped": type(result.stopped).__name__ if result.stopped else None,
    }


def _catch_up(session: Session, planned: Planned) -> None:
    """Commit what the plan found out of earlier runs."""
    store, intents = session.store, session.store.intents()
    mine = planned.scope.organization  # another run may be at work on the others
    keys = {known.asset_id: key for key, known in store.known().items()}
    for known in planned.recovered.values():
        if not mine(known.organization_id):
            continue
        former = keys.get(known.asset_id, "")
        intent = intents.get((known.key, ""))
        store.bind(known, intent, instead_of=former if former != known.key else "")
    for intent in planned.settled:
        if mine(intent.key.rpartition("@")[2]):
            store.drop(intent)


def _desk(session: Session, planned: Planned) -> Desk:
    corpus, tree = planned.corpus, planned.tree
    changing = {a.document for a in planned.plan.changes if a.key in corpus.desired}
    commits = (
        session.project.repository.last_commits(tree.commit, sorted(changing))
        if tree.commit and changing
        else {}
    )
    return Desk(
        itglue=session.itglue,
        store=session.store,
        repository=session.project.name,
        marker=session.settings.marker,
        kinds=planned.kinds,
        desired=corpus.desired,
        contents=corpus.contents,
        known=planned.known,
        remote=planned.remote,
        commit=tree.commit,
        commits=commits,
        read=_reader(tree),
        root=session.project.root,
        writes=Singly(session.itglue, session.store, session.now),
        bulk_size=session.settings.bulk_size,
        settle_seconds=session.settings.settle_seconds,
        now=session.now,
        moves=planned.moves,
    )


def _reader(tree: Tree) -> Callable[[str], bytes]:
    def read(path: str) -> bytes:
        return next(iter(tree.read([path])))[1]

    return read


def _remember(session: Session, planned: Planned, desk: Desk) -> None:
    """Keep what need not be read again: the files all of whose targets are as desired."""
    corpus, store = planned.corpus, session.store
    for key, desired in corpus.desired.items():
        known = desk.known.get(key)
        if known and known.sent == desired.sent and known.blob != desired.blob:
            desk.bind(replace(known, blob=desired.blob, commit=planned.tree.commit))
    done = [record for record in corpus.records.values() if _is_done(record, planned, desk)]
    gone = [path for path in store.records() if path not in corpus.paths]
    store.record(done, gone)


def _is_done(record: Record, planned: Planned, desk: Desk) -> bool:
    return all(_is_published(key, record.path, planned, desk) for key in record.keys)


def _is_published(key: str, path: str, planned: Planned, desk: Desk) -> bool:
    known, desired = desk.known.get(key), planned.corpus.desired.get(key)
    if known is None or desired is None or known.archived or known.document != path:
        return False
    blobs = {name: file.blob for name, file in desired.files.items()}
    if set(known.related) != set(desired.related):
        return False
    return known.sent == desired.sent and blobs == {n: f.blob for n, f in known.files.items()}
