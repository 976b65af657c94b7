"""``--external``: each address once, gently, and only those that the world can see."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from publisher.check.external import external_links, links_of
from publisher.model import Diagnostic, Document, OrgSelector
from publisher.render import render


def look(answer: httpx.MockTransport, **bodies: str) -> tuple[list[Diagnostic], list[float]]:
    """What is found in documents with these bodies, and the pauses that were made."""
    documents = [
        Document(f"{name}.md", "", None, name, OrgSelector(("A",)), "SOP", body, 5)
        for name, body in bodies.items()
    ]
    pages = {d.path: render(d.body, path=d.path, title=d.title) for d in documents}
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    found = asyncio.run(external_links(documents, pages, transport=answer, sleep=sleep))
    return found, pauses


def test_dead_links_are_named_where_they_stand() -> None:
    """At each place, fetched once; what wants a login is there."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        status = {"/gone": 404, "/login": 401, "/broken": 500, "/shy": 405}
        code = status.get(request.url.path, 200)
        return httpx.Response(200 if request.method == "GET" and code == 405 else code)

    site = "https://docs.python.org"
    found, pauses = look(
        httpx.MockTransport(answer),
        a=f"[x]({site}/gone#top)\n\n[y]({site}/login) [z]({site}/fine) [w]({site}/shy)",
        b=f"text\n\n[x]({site}/gone)\n<{site}/broken>",
    )
    assert [(one.place, one.message.split()[-1]) for one in found] == [
        ("a.md:5", "404"), ("b.md:7", "404"), ("b.md:8", "500"),
    ]  # fmt: skip
    assert {one.severity for one in found} == {"warning"}
    assert asked.count("HEAD /gone") == 1
    assert asked.count("GET /fine") == 0
    assert pauses == [1.0] * 4


def test_what_cannot_be_reached() -> None:
    """Is said without a traceback."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    (one,), _ = look(httpx.MockTransport(answer), a="[x](https://gone.example.com/)")
    assert "cannot be reached (ConnectError)" in one.message


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/", "http://127.0.0.1:8080/x", "http://router/", "https://nas.local/",
        "http://[::1]/", "https://169.254.169.254/latest", "mailto:a@b.c", "b.md",
    ],
)  # fmt: skip
def test_addresses_inside_a_network_are_left_alone(url: str) -> None:
    """They say nothing from elsewhere, and nobody wants them asked for from CI."""
    assert [*links_of(render(f"[x]({url})", path="a.md", title="T"))] == []
