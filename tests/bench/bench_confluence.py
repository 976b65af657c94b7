"""A stand-in for Confluence, to count the requests that md2conf sends: pages in memory, one space.

It answers what md2conf asks of the REST API v2 (and attachments of v1), and nothing else; what is
kept is only what a second run needs to find. `python tests/bench/bench_confluence.py` serves it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SPACE = {"id": "1", "key": "SPACE", "name": "Bench", "homepageId": "2"}
NOW = "2026-01-01T00:00:00.000Z"


class Confluence:
    """What it holds, and what it was asked."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self._ids = itertools.count(3)
        self.pages: dict[str, dict[str, Any]] = {}
        self.under: dict[str, list[dict[str, Any]]] = {}
        """``PAGE/properties``, ``PAGE/attachments`` …: what hangs on a page."""
        self._page({"title": "Home", "body": {"storage": {"value": ""}}}, "2")

    def answer(self, method: str, target: str, body: dict[str, Any]) -> Any:
        """The JSON for one request; None where there is no such thing."""
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        path = re.sub(r"^.*/(?:api/v2|rest/api)", "", url.path).rstrip("/")
        self.requests[f"{method} {re.sub(r'/[0-9]+', '/N', path)}"] += 1
        parts = path.strip("/").split("/")
        if parts[0] == "spaces":
            return SPACE if len(parts) > 1 else _listed([SPACE])
        if parts[0] == "search":
            return _listed([])
        if len(parts) == 1:
            return self._all(method, query, body)
        if len(parts) == 2:
            return self._one(method, parts[1], body)
        return self._part(method, parts[1], parts[2:], query, body)

    def _all(self, method: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        if method == "POST":
            return self._page(body, str(next(self._ids)))
        same = [p for p in self.pages.values() if query.get("title") in (None, p["title"])]
        return _listed(same)

    def _one(self, method: str, page_id: str, body: dict[str, Any]) -> Any:
        if method == "PUT":
            page = self.pages[page_id]
            page.update(title=body["title"], version=body["version"] | {"createdAt": NOW})
            page["body"] = body["body"]
        return self.pages.get(page_id)

    def _part(
        self, method: str, page_id: str, kind: list[str], query: dict[str, str], body: Any
    ) -> Any:
        there = self.under.setdefault(f"{page_id}/{kind[0]}", [])
        if method == "GET":
            return _listed([one for one in there if query.get("key") in (None, one.get("key"))])
        if method == "PUT" and len(kind) > 1:
            found = next(one for one in there if one["id"] == kind[1])
            found.update(body)
            return found
        new = body if isinstance(body, dict) else {}
        one = {"id": str(next(self._ids)), "version": {"number": 1}} | new
        there.append(one)
        return one if "child" not in kind else _listed([one])

    def _page(self, body: dict[str, Any], page_id: str) -> dict[str, Any]:
        place = {"spaceId": "1", "parentId": body.get("parentId"), "position": 1}
        place["parentType"] = "page" if body.get("parentId") else None
        people = {"authorId": "a", "ownerId": "a"}
        times = {"createdAt": NOW, "version": {"number": 1, "createdAt": NOW}}
        text = {"storage": {"representation": "storage"} | body["body"]["storage"]}
        head = {"id": page_id, "status": "current", "title": body["title"]}
        self.pages[page_id] = {**head, **place, **people, **times, "body": text}
        return self.pages[page_id]


def _listed(results: list[Any]) -> dict[str, Any]:
    return {"results": results, "_links": {"base": "http://127.0.0.1/wiki"}}


@contextlib.contextmanager
def serving(confluence: Confluence) -> Iterator[str]:
    """Serve it on a free loopback port; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            is_json = "json" in (self.headers.get("content-type") or "")
            found = confluence.answer(self.command, self.path, json.loads(raw) if is_json else {})
            content = json.dumps(found if found is not None else {}).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 (named by the base class)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (as the base class)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    with serving(Confluence()) as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        threading.Event().wait()
