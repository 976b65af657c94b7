"""Which host a remote lies on, and where that shows a file."""

from __future__ import annotations

import pytest

from publisher.hosts.remote import Remote, parse_remote


@pytest.mark.parametrize(
    ("url", "kind", "web"),
    [
        ("git@github.com:acme/docs.git", "github", "https://github.com/acme/docs"),
        ("https://x:token@github.com/acme/docs", "github", "https://github.com/acme/docs"),
        ("ssh://git@github.com/acme/docs.git", "github", "https://github.com/acme/docs"),
        ("https://gitlab.com/acme/it/docs.git", "gitlab", "https://gitlab.com/acme/it/docs"),
        ("git@gitlab.acme.test:it/docs", "gitlab", "https://gitlab.acme.test/it/docs"),
        (
            "https://acme@dev.azure.com/acme/IT%20Ops/_git/docs",
            "azure",
            "https://dev.azure.com/acme/IT%20Ops/_git/docs",
        ),
        (
            "git@ssh.dev.azure.com:v3/acme/IT/docs",
            "azure",
            "https://dev.azure.com/acme/IT/_git/docs",
        ),
        (
            "https://acme.visualstudio.com/DefaultCollection/IT/_git/docs",
            "azure",
            "https://dev.azure.com/acme/IT/_git/docs",
        ),
        (
            "https://acme.visualstudio.com/_git/docs",
            "azure",
            "https://dev.azure.com/acme/docs/_git/docs",
        ),
    ],
)
def test_the_host_is_told_by_the_remote(url: str, kind: str, web: str) -> None:
    """In every form that git clone takes; a token in it is dropped."""
    found = parse_remote(url, {})
    assert found is not None
    assert (found.kind, found.web) == (kind, web)


@pytest.mark.parametrize(
    "url", ["", "/srv/git/docs.git", "../docs", "file:///srv/docs.git", "https://git.acme.test/d"]
)
def test_another_remote_is_none(url: str) -> None:
    """A folder, or a server that nobody knows."""
    assert parse_remote(url, {}) is None


def test_a_server_of_ones_own_is_known_by_its_pipeline() -> None:
    """The runner says what it runs for."""
    url = "https://code.acme.test/it/docs.git"
    found = parse_remote(url, {"GITHUB_SERVER_URL": "https://code.acme.test"})
    assert found == Remote("github", "https://code.acme.test/it/docs")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("github", "https://h.test/r/blob/abc/a%20b/c.md"),
        ("gitlab", "https://h.test/r/-/blob/abc/a%20b/c.md"),
        ("azure", "https://h.test/r?path=%2Fa%20b%2Fc.md&version=GCabc"),
    ],
)
def test_a_file_is_linked_at_a_commit(kind: str, expected: str) -> None:
    """As each host shows it."""
    assert Remote(kind, "https://h.test/r").file("a b/c.md", "abc") == expected  # type: ignore[arg-type]  # one of the three kinds
