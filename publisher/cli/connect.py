"""From the global options to a client: no Git, no documents, no state needed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import click
import httpx

from publisher.cli.cachefile import keep_current
from publisher.cli.context import Context
from publisher.cli.local import BASE_URL, open_local
from publisher.cli.logs import watched
from publisher.config import FILE_NAME, LOCAL, Config, Instance, choose_settings, load
from publisher.errors import NoConfig, SourceError
from publisher.itglue import ITGlue, Listener, Log, RateLimit, Secret
from publisher.itglue.keys import look_for_key
from publisher.source.git import find_root


@dataclass(frozen=True, slots=True)
class Choice:
    """The instance that is meant."""

    name: str
    settings: Instance
    root: Path
    """The folder beside which the local instance lies."""

    @property
    def base_url(self) -> str:
        if self.name == LOCAL:
            return BASE_URL
        return os.environ.get("ITGLUE_BASE_URL") or self.settings.url

    @property
    def account(self) -> str:
        """Whose request budget it is, for those who share it."""
        return f"{self.name} {self.base_url}"

    @property
    def limit(self) -> RateLimit:
        return RateLimit(self.settings.budget.requests, self.settings.budget.seconds)


def chosen(context: Context) -> Choice:
    """The instance that is meant: inside a docs repository, or outside of any.

    Raises:
        BadConfig: the configuration makes no sense, or nobody knows the instance.
    """
    root, config = _configured(context)
    name, settings = instance_of(context, config)
    return Choice(name, settings, root)


def instance_of(context: Context, config: Config) -> tuple[str, Instance]:
    """The instance that is meant, and its settings.

    Raises:
        BadConfig: nobody knows it. With ITGLUE_BASE_URL set, any name will do.
    """
    return choose_settings(context.instance, config)


@contextlib.asynccontextmanager
async def connected(context: Context) -> AsyncIterator[ITGlue]:
    """A client of the instance that is meant.

    Raises:
        PublisherError: as `chosen`; or there is no key.
    """
    choice = chosen(context)
    if choice.name == LOCAL and not context.instance and os.environ.get("ITGLUE_BASE_URL"):
        text = "ITGLUE_BASE_URL is not used, as no instance is named: this is the local one."
        click.echo(click.style("Warning: ", fg="yellow") + text, err=True)
    with watched(context, choice.name) as listener:
        async with contextlib.AsyncExitStack() as stack:
            yield await stack.enter_async_context(client(choice, stack, listener))


def client(
    choice: Choice,
    stack: contextlib.AsyncExitStack,
    listener: Listener,
    *,
    offline: bool = False,
    slots: Callable[[str, RateLimit], Log] | None = None,
) -> ITGlue:
    """The client of an instance; *stack* closes what it stands on.

    Args:
        choice: the instance.
        stack: takes what is to be closed.
        listener: hears what happens.
        offline: nothing will be sent.
        slots: where processes that publish to an account share its budget; not asked for the
            local instance, which each of them has to itself.

    Raises:
        NoKey: there is none. An *offline* one needs none, and sends nothing.
    """
    settings = choice.settings
    key: Secret | None = None
    transport: httpx.AsyncBaseTransport | None = None
    log: Log | None = None
    if choice.name == LOCAL:
        site, transport = open_local(choice.root)
        stack.callback(site.close)
        key = Secret("local")
    elif offline and look_for_key(choice.name) is None:
        key, transport = Secret(""), _Nowhere()
    elif slots:
        log = slots(choice.account, choice.limit)
    itglue = ITGlue(
        base_url=choice.base_url,
        api_key=key,
        instance=choice.name,
        transport=transport,
        rate_limit=choice.limit,
        concurrency=settings.concurrency,
        listener=listener,
        slots=log,
    )
    keep_current(itglue, choice, stack)
    return itglue


class _Nowhere(httpx.AsyncBaseTransport):
    """Sends nothing: a plan that trusts the state asks nothing, and so needs no key."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.UnsupportedProtocol("there is no API key, so nothing was sent")


def _configured(context: Context) -> tuple[Path, Config]:
    """The nearest publisher.toml with its folder, else the defaults with the working folder."""
    try:
        root = find_root(context.repo, context.config)
    except (SourceError, NoConfig):  # no Git is needed here, and no docs repository
        root = context.repo.resolve()
    path = context.config or root / FILE_NAME
    return root, load(path) if context.config or path.is_file() else Config()
