"""From the global options to an opened docs repository, state and client."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from publisher.cli.context import Context
from publisher.cli.local import BASE_URL, open_local
from publisher.cli.logs import watched
from publisher.config import LOCAL, Instance, choose_instance, state_url
from publisher.gather.project import Project, open_project
from publisher.itglue import ITGlue, Listener, RateLimit, Secret
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


def instance_of(context: Context, project: Project) -> tuple[str, Instance]:
    """The instance that is meant, and its settings.

    Raises:
        BadConfig: nobody knows it. With ITGLUE_BASE_URL set, any name will do.
    """
    name = choose_instance(context.instance, project.config)
    if name not in project.config.instances and name != LOCAL and os.environ.get("ITGLUE_BASE_URL"):
        return name, Instance()
    return name, project.config.instance(name)


@contextlib.asynccontextmanager
async def opened(context: Context) -> AsyncIterator[Opened]:
    """Open everything that a plan needs; close it again.

    Raises:
        PublisherError: no repository, no configuration, no key, no usable state.
    """
    project = open_project(context.repo, context.config)
    name, settings = instance_of(context, project)
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(watched(context, name))
        itglue = await stack.enter_async_context(_client(name, settings, project, stack, listener))
        store = stack.enter_context(_store(project, name))
        yield Opened(project, name, settings, store, itglue)


@contextlib.contextmanager
def opened_state(context: Context) -> Iterator[OpenedState]:
    """Open the state alone.

    Raises:
        PublisherError: no repository, no configuration, no usable state.
    """
    project = open_project(context.repo, context.config)
    name, _ = instance_of(context, project)
    with _store(project, name) as store:
        yield OpenedState(project, name, store)


def _store(project: Project, instance: str) -> contextlib.closing[Store]:
    facts = {"repository": project.name, "instance": instance}
    return contextlib.closing(open_store(state_url(instance, project.config), project.root, facts))


def _client(
    name: str,
    settings: Instance,
    project: Project,
    stack: contextlib.AsyncExitStack,
    listener: Listener,
) -> ITGlue:
    limit = RateLimit(settings.rate_limit.requests, settings.rate_limit.seconds)
    if name == LOCAL:
        site, transport = open_local(project.root)
        stack.callback(site.close)
        return ITGlue(
            base_url=BASE_URL,
            api_key=Secret("local"),
            instance=name,
            transport=transport,
            rate_limit=limit,
            concurrency=settings.concurrency,
            listener=listener,
        )
    return ITGlue(
        base_url=os.environ.get("ITGLUE_BASE_URL") or settings.url,
        instance=name,
        rate_limit=limit,
        concurrency=settings.concurrency,
        listener=listener,
    )


def tree_of(project: Project, ref: str, *, worktree: bool) -> Tree:
    """The files to plan from: those of a commit, or the work tree as it is."""
    return project.repository.worktree() if worktree else project.repository.tree(ref)
