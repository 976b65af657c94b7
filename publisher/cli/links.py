"""Links to the documents on the repository's host, as far as that is known."""

from __future__ import annotations

from publisher.hosts.remote import parse_remote
from publisher.plan.markdown import Link
from publisher.source.git import Repository


def source_links(repository: Repository, commit: str | None) -> Link:
    """Path in the docs root -> the page that shows it at *commit*; '' when nobody knows."""
    remote = parse_remote(repository.origin)

    def link(path: str) -> str:
        return remote.file(repository.prefix + path, commit) if remote and commit and path else ""

    return link
