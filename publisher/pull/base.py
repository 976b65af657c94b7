"""The documents as they were last published: the work tree, with their former blobs in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from publisher.gather.session import Planned, Session
from publisher.model import Entry
from publisher.source.tree import Tree


async def planned_before(
    session: Session, planned: Planned, keys: list[str]
) -> tuple[Session, Planned, set[str]]:
    """What *keys* said when they were last published.

    Returns:
        The session and plan to look it up in, and the documents of which Git does not have it
        (a shallow clone, a lost state): of those it is what they say now.
    """
    former, unknown = _former(session, planned, keys)
    if not former:
        return session, planned, unknown
    tree = _with(session, former)
    before = replace(session, tree=tree, options=replace(session.options, refresh="none"))
    then = await before.plan()
    await before.read_documents(then, keys)
    lacking = {key for key in keys if key not in then.corpus.contents}
    return before, then, unknown | {planned.corpus.desired[key].document for key in lacking}


def _former(session: Session, planned: Planned, keys: list[str]) -> tuple[dict[str, str], set[str]]:
    """The former blob of each document that has changed since, and where there is none."""
    former: dict[str, str] = {}
    unknown: set[str] = set()
    for key in keys:
        desired, known = planned.corpus.desired[key], planned.known[key]
        if known.blob == desired.blob:
            continue
        if known.blob and _is_there(session, known.blob):
            former[desired.document] = known.blob
        elif known.sent != desired.sent:
            unknown.add(desired.document)
    return former, unknown


def _is_there(session: Session, blob: str) -> bool:
    return session.project.repository.driver.ask("cat-file", "-e", blob).status == 0


def _with(session: Session, former: Mapping[str, str]) -> Tree:
    tree, driver = session.tree, session.project.repository.driver

    def fetch(entries: list[Entry]) -> Iterator[bytes]:
        for entry in entries:
            old = former.get(entry.path) == entry.blob
            yield from driver.blobs([entry.blob]) if old else tree.fetch([entry])

    entries = dict(tree.entries)
    entries |= {path: replace(entries[path], blob=blob) for path, blob in former.items()}
    return Tree(None, entries, fetch)
