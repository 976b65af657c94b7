"""GitHub: a pull request's comments are those of its issue (GitHub REST API, issue comments)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from publisher.errors import NoPullRequest, NoToken
from publisher.hosts.host import MOST_PAGES, Api, Comment, client

NAME = "GitHub"


class GitHub:
    """See `publisher.hosts.host.Host`."""

    def __init__(self, api_url: str, repository: str, number: int, token: str) -> None:
        self.place = f"{NAME} pull request {repository}#{number}"
        self._issues = f"/repos/{repository}/issues"
        self._number = number
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        hint = "The job needs `permissions: pull-requests: write`; a fork's pull request has none."
        self._api = Api(NAME, client(api_url, headers), hint)

    def comments(self) -> Iterator[Comment]:
        path = f"{self._issues}/{self._number}/comments"
        for page in range(1, MOST_PAGES + 1):
            answer = self._api.ask("GET", path, params={"per_page": 100, "page": page})
            for found in self._api.json(answer):
                yield Comment(str(found["id"]), found.get("body") or "")
            if "next" not in answer.links:
                return

    def create(self, body: str) -> None:
        self._api.ask("POST", f"{self._issues}/{self._number}/comments", json={"body": body})

    def update(self, comment: Comment, body: str) -> None:
        self._api.ask("PATCH", f"{self._issues}/comments/{comment.id}", json={"body": body})


def from_environment(environ: Mapping[str, str]) -> GitHub | None:
    """The pull request that a GitHub Actions run is for; None when this is no such run.

    Raises:
        NoPullRequest, NoToken: it is one, but lacks something.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    repository, number = environ.get("GITHUB_REPOSITORY", ""), _number(environ)
    if not repository or number is None:
        raise NoPullRequest(NAME, f"the event is {environ.get('GITHUB_EVENT_NAME') or 'unknown'}")
    token = environ.get("GITHUB_TOKEN", "")
    if not token:
        why = "Add `env: GITHUB_TOKEN: ${{ github.token }}` to the step."
        raise NoToken(NAME, "GITHUB_TOKEN", why)
    api_url = environ.get("GITHUB_API_URL") or "https://api.github.com"
    return GitHub(api_url, repository, number, token)


def _number(environ: Mapping[str, str]) -> int | None:
    """From the event's own file, which every kind of event on a pull request has."""
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    issue = event.get("issue", {})
    for found in (event.get("pull_request"), issue if "pull_request" in issue else None):
        if isinstance(found, dict) and isinstance(found.get("number"), int):
            return int(found["number"])
    return None


def _event(path: str) -> dict[str, Any]:
    try:
        event = json.loads(Path(path).read_text("utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}
