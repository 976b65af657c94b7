"""Azure DevOps: a thread on a pull request of Azure Repos (REST API 7.1, pull request threads)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from publisher.errors import NoPullRequest, NoToken
from publisher.hosts.host import Api, Comment, client

NAME = "Azure DevOps"
_VERSION = {"api-version": "7.1"}
_TEXT, _CLOSED = 1, 4
"""Numbers of the API: a comment of text, and a thread that nobody has to resolve."""


class Azure:
    """See `publisher.hosts.host.Host`. A comment's id is ``THREAD/COMMENT``."""

    def __init__(
        self, collection: str, project: str, repository: str, number: str, token: str
    ) -> None:
        self.place = f"{NAME} pull request {number}"
        where = f"/{quote(project, safe='')}/_apis/git/repositories/{quote(repository, safe='')}"
        self._threads = f"{where}/pullRequests/{number}/threads"
        hint = (
            "The build service needs the permission 'Contribute to pull requests' on the "
            "repository."
        )
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._api = Api(NAME, client(collection, headers), hint)

    def comments(self) -> Iterator[Comment]:
        answer = self._api.ask("GET", self._threads, params=_VERSION)  # all of them: no pages
        for thread in self._api.json(answer).get("value", []):
            for found in [] if thread.get("isDeleted") else thread.get("comments", []):
                if not found.get("isDeleted"):
                    yield Comment(f"{thread['id']}/{found['id']}", found.get("content") or "")

    def create(self, body: str) -> None:
        comment = {"parentCommentId": 0, "content": body, "commentType": _TEXT}
        thread = {"comments": [comment], "status": _CLOSED}
        self._api.ask("POST", self._threads, params=_VERSION, json=thread)

    def update(self, comment: Comment, body: str) -> None:
        thread, _, number = comment.id.partition("/")
        path = f"{self._threads}/{thread}/comments/{number}"
        self._api.ask("PATCH", path, params=_VERSION, json={"content": body})


def from_environment(environ: Mapping[str, str]) -> Azure | None:
    """The pull request that an Azure Pipelines job is for; None when this is no such job.

    Raises:
        NoPullRequest, NoToken: it is one, but lacks something.
    """
    if environ.get("TF_BUILD", "").lower() != "true":
        return None
    number = environ.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
    names = ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_REPOSITORY_ID")
    collection, project, repository = (environ.get(name, "") for name in names)
    provider = environ.get("BUILD_REPOSITORY_PROVIDER", "TfsGit")
    if provider != "TfsGit":
        raise NoPullRequest(NAME, f"the repository lies on {provider}, not in Azure Repos")
    if not (number and collection and project and repository):
        raise NoPullRequest(NAME, "the pipeline must run as a branch policy's build validation")
    token = environ.get("SYSTEM_ACCESSTOKEN", "")
    if not token:
        why = "Add `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)` to the step."
        raise NoToken(NAME, "SYSTEM_ACCESSTOKEN", why)
    return Azure(collection, project, repository, number, token)
