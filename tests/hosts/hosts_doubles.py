"""Each host's API on loopback, in the shapes of its documentation, kept in memory.

What is answered was taken from the hosts' own reference: GitHub REST "issue comments" with its Link
header, GitLab REST v4 "notes" with X-Next-Page, Azure DevOps REST 7.1 "pull request threads".
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Fake:
    """One host with one pull request."""

    kind: str
    token: str = "s3cret-token"
    comments: dict[int, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    url: str = ""
    status: int = 0
    """Answer every request with this error instead."""
    per_page: int = 100

    def answer(
        self, method: str, path: str, query: dict[str, str], headers: Any, body: Any
    ) -> tuple[int, dict[str, str], Any]:
        if self.status:
            return self.status, {}, {"message": "no"}
        if not self._authorized(headers):
            return (203, {}, None) if self.kind == "azure" else (401, {}, {"message": "Bad creds"})
        handle = getattr(self, f"_{self.kind}")
        done: tuple[int, dict[str, str], Any] = handle(method, path, query, body)
        return done

    def _authorized(self, headers: Any) -> bool:
        if self.kind == "gitlab":
            return bool(headers.get("PRIVATE-TOKEN") == self.token)
        return bool(headers.get("Authorization") == f"Bearer {self.token}")

    def _add(self, body: str) -> int:
        number = 1000 + len(self.comments)
        self.comments[number] = body
        return number

    def _page(self, query: dict[str, str]) -> tuple[list[tuple[int, str]], bool]:
        page, listed = int(query.get("page", "1")), sorted(self.comments.items())
        start = (page - 1) * self.per_page
        return listed[start : start + self.per_page], len(listed) > start + self.per_page

    def _github(
        self, method: str, path: str, query: dict[str, str], body: Any
    ) -> tuple[int, dict[str, str], Any]:
        def shape(number: int, text: str) -> dict[str, Any]:
            return {"id": number, "node_id": "IC_x", "user": {"login": "bot"}, "body": text}

        if (method, path) == ("GET", "/repos/acme/docs/issues/12/comments"):
            found, more = self._page(query)
            after = int(query["page"]) + 1
            link = {"Link": f'<{self.url}{path}?page={after}>; rel="next"'} if more else {}
            return 200, link, [shape(*comment) for comment in found]
        if (method, path) == ("POST", "/repos/acme/docs/issues/12/comments"):
            return 201, {}, shape(self._add(body["body"]), body["body"])
        number = int(path.removeprefix("/repos/acme/docs/issues/comments/"))
        assert method == "PATCH"
        self.comments[number] = body["body"]
        return 200, {}, shape(number, body["body"])

    def _gitlab(
        self, method: str, path: str, query: dict[str, str], body: Any
    ) -> tuple[int, dict[str, str], Any]:
        notes = "/projects/42/merge_requests/7/notes"
        if (method, path) == ("GET", notes):
            found, more = self._page(query)
            after = {"X-Next-Page": str(int(query["page"]) + 1) if more else ""}
            system = {"id": 1, "body": "added 1 commit", "system": True}
            return 200, after, [system, *({"id": n, "body": t, "system": False} for n, t in found)]
        if (method, path) == ("POST", notes):
            return 201, {}, {"id": self._add(body["body"]), "body": body["body"]}
        number = int(path.removeprefix(f"{notes}/"))
        assert method == "PUT"
        self.comments[number] = body["body"]
        return 200, {}, {"id": number, "body": body["body"]}

    def _azure(
        self, method: str, path: str, query: dict[str, str], body: Any
    ) -> tuple[int, dict[str, str], Any]:
        assert query["api-version"] == "7.1"
        threads = "/IT%20Ops/_apis/git/repositories/r-1/pullRequests/9/threads"
        if (method, path) == ("GET", threads):
            gone = {"id": 1, "isDeleted": True, "comments": [{"id": 1, "content": "x"}]}
            value = [
                {"id": n, "comments": [{"id": 1, "content": text, "commentType": "text"}]}
                for n, text in self.comments.items()
            ]
            return 200, {}, {"value": [gone, *value], "count": len(value) + 1}
        if (method, path) == ("POST", threads):
            assert body["status"] == 4
            number = self._add(body["comments"][0]["content"])
            return 200, {}, {"id": number}
        assert method == "PATCH"
        number = int(path.removeprefix(f"{threads}/").split("/")[0])
        self.comments[number] = body["content"]
        return 200, {}, {"id": 1}


@contextlib.contextmanager
def served(fake: Fake) -> Iterator[Fake]:
    """Serve *fake* on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            fake.requests.append(f"{self.command} {parts.path}")
            answer = fake.answer(self.command, parts.path, query, self.headers, body)
            status, headers, data = answer
            raw = b"<html>" if data is None else json.dumps(data).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = do_PUT = _any  # noqa: N815 (names that http.server looks for)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base's own name)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def environment(fake: Fake, event: str = "") -> dict[str, str]:
    """The variables that a pipeline of the fake's host sets."""
    return {
        "github": {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": fake.url,
            "GITHUB_REPOSITORY": "acme/docs",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": event,
            "GITHUB_TOKEN": fake.token,
        },
        "gitlab": {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": fake.url,
            "CI_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_IID": "7",
            "GITLAB_TOKEN": fake.token,
        },
        "azure": {
            "TF_BUILD": "True",
            "SYSTEM_COLLECTIONURI": f"{fake.url}/",
            "SYSTEM_TEAMPROJECT": "IT Ops",
            "BUILD_REPOSITORY_ID": "r-1",
            "BUILD_REPOSITORY_PROVIDER": "TfsGit",
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "9",
            "SYSTEM_ACCESSTOKEN": fake.token,
        },
    }[fake.kind]
