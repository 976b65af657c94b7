"""The seam to a code host: the comments of one pull request, listed, added and changed.

A host is told by the variables that its pipelines set; its token comes from the environment alone
and appears in no message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from publisher import __version__
from publisher.config import check_url
from publisher.errors import HostOutOfReach, HostRefused

MOST_PAGES = 100
"""Of a hundred comments each; a server that never ends its list is not followed for ever."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment on a pull request."""

    id: str
    body: str


class Host(Protocol):
    """The comments of one pull request."""

    place: str
    """For people: ``GitHub pull request acme/docs#12``."""

    def comments(self) -> Iterator[Comment]:
        """All comments, oldest first."""

    def create(self, body: str) -> None: ...

    def update(self, comment: Comment, body: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Api:
    """HTTP to one host: JSON in and out, its errors as ours."""

    name: str
    """The host's name, for messages."""
    client: httpx.Client
    hint: str
    """What to look at when the host refuses."""

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request.

        Raises:
            HostRefused: the answer is an error, a way to a log-in page, or no JSON.
            HostOutOfReach: there is none, or the host is failing.
        """
        request = f"{method} {path.partition('?')[0]}"
        try:
            answer = self.client.request(method, path, **options)
        except httpx.HTTPError as error:
            cause = str(error) or type(error).__name__
            raise HostOutOfReach(self.name, f"{request}: {cause}") from None
        if answer.status_code >= 500:
            raise HostOutOfReach(self.name, f"{request}: {answer.status_code}")
        # Azure DevOps answers 203 or 302, and a page to log in with, when it takes no token.
        if not answer.is_success or answer.status_code == 203:
            raise HostRefused(self.name, answer.status_code, request, _said(answer), self.hint)
        return answer

    def json(self, answer: httpx.Response) -> Any:
        """The answer's JSON."""
        try:
            return answer.json()
        except ValueError:
            request = f"{answer.request.method} {answer.request.url.path}"
            raise HostRefused(
                self.name, answer.status_code, request, "the answer is no JSON", self.hint
            ) from None


def client(base: str, headers: Mapping[str, str]) -> httpx.Client:
    """A client for the API at *base*; connecting is tried three times, writes are sent once.

    Raises:
        BadConfig: *base* is not https (or loopback): a token would travel in the open.
    """
    url = check_url(base, "the host's API")
    return httpx.Client(
        base_url=url,
        headers={"User-Agent": f"itglue-publisher/{__version__}", **headers},
        timeout=30.0,
        transport=httpx.HTTPTransport(retries=2),
    )


def _said(answer: httpx.Response) -> str:
    """The host's own words, if it answers JSON: GitHub and Azure say ``message``, GitLab either."""
    try:
        data = answer.json()
    except ValueError:
        return ""
    if not isinstance(data, dict):
        return ""
    return str(data.get("message") or data.get("error") or "")[:200]
