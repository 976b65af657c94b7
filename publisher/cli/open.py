"""From the global options to an opened docs repository, state and client."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass

from publisher.cli.connect import Choice, client, instance_of
from publisher.cli.context import Context
from publisher.cli.logs import watched
from publisher.config import Instance, state_url
from publisher.errors import StateUnusable
from publisher.gather.project import Project, open_project
from publisher.itglue import ITGlue
from publisher.source.tree import Tree
from publisher.state import Store, open_store


@dataclass(frozen=True, slots=True)
class OpenedState:
    """The state of one docs repository and instance, for which no key is needed."""

    project: Project
    instance: str
    store: Store


@dataclass(frozen=True, slots=True)
class Opened:
    """One docs repository, with the instance that it is to be published to."""

    project: Project
    instance: str
    settings: Instance
    store: Store
    itglue: ITGlue


@contextlib.asynccontextmanager
async def opened(
    context: Context, *, offline: bool = False, counted: bool = True
) -> AsyncIterator[Opened]:
    """Open everything that a plan needs; close it again.

    Args:
        context: the global options.
        offline: without a key.
        counted: write the metrics file, if one is asked for.

    Raises:
        PublisherError: no repository, no configuration, no key, no usable state.
    """
    project = open_project(context.repo, context.config)
    name, settings = instance_of(context, project.config)
    choice = Choice(name, settings, project.root)
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(watched(context, name, os.environ if counted else {}))
        store = stack.enter_context(_store(project, name))
        # Without a catalog in the state, names would have to be asked for: that takes a key.
        offline = offline and store.meta("catalog") is not None
        connection = client(choice, stack, listener, offline=offline, slots=store.budget)
        itglue = await stack.enter_async_context(connection)
        yield Opened(project, name, settings, store, itglue)


@contextlib.contextmanager
def opened_state(context: Context) -> Iterator[OpenedState]:
    """Open the state alone.

    Raises:
        PublisherError: no repository, no configuration, no usable state.
    """
    project = open_project(context.repo, context.config)
    name, _ = instance_of(context, project.config)
    with _store(project, name) as store:
        yield OpenedState(project, name, store)


@contextlib.contextmanager
def _store(project: Project, instance: str) -> Iterator[Store]:
    facts = {"repository": project.name, "instance": instance}
    url = state_url(instance, project.config)
    with contextlib.closing(open_store(url, project.root, facts)) as store:
        _meant(store, facts, named=bool(project.config.docs.id))
        yield store


def _meant(store: Store, facts: Mapping[str, str], *, named: bool) -> None:
    """Refuse a state of another instance or repository: each would miss what is the other's.

    Args:
        store: the state.
        facts: whose it should be.
        named: the repository has a name of its own, not its folder's, which each clone may choose.
    """
    kept = {name: store.meta(name) for name in facts}
    asked = facts if named else {"instance": facts["instance"]}
    if any(kept[name] not in (None, value) for name, value in asked.items()):
        said = ", ".join(f"{name} {value}" for name, value in kept.items())
        raise StateUnusable(store.url, "another", said)


def tree_of(project: Project, ref: str, *, worktree: bool) -> Tree:
    """The files to plan from: those of a commit, or the work tree as it is."""
    return project.repository.worktree() if worktree else project.repository.tree(ref)
