"""Links out of the docs, looked at one by one: ``check --external``.

The only check that needs a network. Each address is asked for once, with HEAD and, where a server
does not take that, GET; four at a time, and one host at most once a second. An answer that wants
a login is an answer. Addresses inside a network are left alone: they say nothing from elsewhere.
"""

from __future__ import annotations

import asyncio
import html as entities
import ipaddress
import re
from collections import defaultdict
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from urllib.parse import urlsplit

import httpx

from publisher import __version__
from publisher.model import Diagnostic, Document
from publisher.render import Page

_HREF = re.compile(r'<a [^>]*href="(https?://[^"]+)"|<img [^>]*src="(https?://[^"]+)"')
_GONE = frozenset({404, 410})
_AT_ONCE = 4
_HOST_PAUSE = 1.0
"""Seconds between two requests to one host."""
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


async def external_links(
    documents: Sequence[Document],
    pages: Mapping[str, Page],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> list[Diagnostic]:
    """Warnings for the links that lead to nothing, at each place where they stand.

    Args:
        documents, pages: what to look through.
        transport: instead of the network, for tests.
        sleep: how to wait between two requests to one host.
    """
    places: defaultdict[str, list[Document]] = defaultdict(list)
    for document in documents:
        page = pages.get(document.path)
        for url in dict.fromkeys(links_of(page)) if page else ():
            places[url].append(document)
    headers = {"User-Agent": f"itglue-publisher/{__version__} (link check)"}
    async with httpx.AsyncClient(
        transport=transport, timeout=_TIMEOUT, follow_redirects=True, headers=headers
    ) as client:
        problems = {url: problem async for url, problem in _look(client, [*places], sleep)}
    found = (
        _finding(document, url, problem)
        for url, problem in problems.items()
        for document in places[url]
    )
    return sorted(found, key=lambda one: one.order)


def links_of(page: Page) -> Iterator[str]:
    """The public addresses that a page leads to, without their fragments."""
    for link, image in _HREF.findall(page.html):
        url = entities.unescape(link or image).partition("#")[0]
        if _is_public(url):
            yield url


def _is_public(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        reserved = (".local", ".internal", ".lan", ".home.arpa", ".test", ".example", ".invalid")
        return "." in host and not host.endswith((*reserved, ".localhost"))


async def _look(
    client: httpx.AsyncClient,
    urls: Iterable[str],
    sleep: Callable[[float], Awaitable[object]],
) -> AsyncIterator[tuple[str, str]]:
    """Yield (address, what is wrong with it)."""
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    for url in urls:
        hosts[urlsplit(url).netloc].append(url)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one_host(mine: list[str]) -> list[tuple[str, str]]:
        async with gate:
            answers = []
            for number, url in enumerate(mine):
                if number:
                    await sleep(_HOST_PAUSE)
                answers.append((url, await _problem(client, url)))
            return answers

    for answers in await asyncio.gather(*map(one_host, hosts.values())):
        for url, problem in answers:
            if problem:
                yield url, problem


async def _problem(client: httpx.AsyncClient, url: str) -> str:
    """What is wrong with an address; '' for nothing."""
    try:
        status = (await client.head(url)).status_code
        if status >= 400:  # many servers answer HEAD with whatever comes to their mind
            async with client.stream("GET", url) as answer:
                status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"cannot be reached ({type(error).__name__})"
    return f"answers {status}" if status in _GONE or status >= 500 else ""


def _finding(document: Document, url: str, problem: str) -> Diagnostic:
    at = document.body.find(url)
    line = document.body_line + document.body.count("\n", 0, at) if at >= 0 else None
    return Diagnostic(document.path, line, None, "dead-link", "warning", f"{url} {problem}")
