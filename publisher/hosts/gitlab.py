"""GitLab: notes on a merge request (GitLab REST API v4, notes)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from publisher.errors import NoPullRequest, NoToken
from publisher.hosts.host import MOST_PAGES, Api, Comment, client

NAME = "GitLab"


class GitLab:
    """See `publisher.hosts.host.Host`."""

    def __init__(self, api_url: str, project: str, number: str, token: str) -> None:
        self.place = f"{NAME} merge request !{number}"
        self._notes = f"/projects/{quote(project, safe='')}/merge_requests/{number}/notes"
        hint = "GITLAB_TOKEN must be a project access token with the scope api, role Developer."
        self._api = Api(NAME, client(api_url, {"PRIVATE-TOKEN": token}), hint)

    def comments(self) -> Iterator[Comment]:
        page = "1"
        for _ in range(MOST_PAGES):
            params = {"per_page": "100", "page": page, "sort": "asc", "order_by": "created_at"}
            answer = self._api.ask("GET", self._notes, params=params)
            for found in self._api.json(answer):
                if not found.get("system"):
                    yield Comment(str(found["id"]), found.get("body") or "")
            page = answer.headers.get("x-next-page", "")
            if not page:
                return

    def create(self, body: str) -> None:
        self._api.ask("POST", self._notes, json={"body": body})

    def update(self, comment: Comment, body: str) -> None:
        self._api.ask("PUT", f"{self._notes}/{comment.id}", json={"body": body})


def from_environment(environ: Mapping[str, str]) -> GitLab | None:
    """The merge request that a GitLab CI job is for; None when this is no such job.

    Raises:
        NoPullRequest, NoToken: it is one, but lacks something.
    """
    if environ.get("GITLAB_CI") != "true":
        return None
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    project = environ.get("CI_MERGE_REQUEST_PROJECT_ID") or environ.get("CI_PROJECT_ID", "")
    if not number or not project:
        raise NoPullRequest(NAME, "the job needs a rule for merge_request_event")
    token = environ.get("GITLAB_TOKEN", "")
    if not token:
        why = (
            "Make a project access token (scope api, role Developer) and a masked variable of it.\n"
            "The job's own CI_JOB_TOKEN may not write notes."
        )
        raise NoToken(NAME, "GITLAB_TOKEN", why)
    api_url = environ.get("CI_API_V4_URL") or "https://gitlab.com/api/v4"
    return GitLab(api_url, project, number, token)
