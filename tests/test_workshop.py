"""The workshop itself: the guards hold, and the repository speaks of the project alone."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import keyring
import pytest

ROOT = Path(__file__).parent.parent
ELSEWHERE = "192.0.2.1"
"""TEST-NET-1 (RFC 5737): belongs to nobody."""

FOREIGN = ["/".join(parts) for parts in (("", "work", ""), ("", "tmp", "brief"), ("..", "shared"))]
FOREIGN += [f"{name}.md" for name in ("CONTRACT", "DESIGN", "ITGLUE")]
"""Built from pieces, so that this file does not hold them."""


def git(*args: str, cwd: Path) -> str:
    done = subprocess.run(["git", *args], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_no_socket_reaches_another_host(method: str) -> None:
    """Connecting beyond loopback fails loudly, before a packet leaves."""
    with socket.socket() as sock, pytest.raises(RuntimeError, match=ELSEWHERE):
        getattr(sock, method)((ELSEWHERE, 443))


def test_no_name_is_looked_up() -> None:
    """A host name other than localhost is not asked of any server."""
    with pytest.raises(RuntimeError, match=r"api\.itglue\.com"):
        socket.create_connection(("api.itglue.com", 443), timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host: str) -> None:
    """A test may serve on this machine, and talk to what it serves."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()


def test_the_environment_is_the_tests_own() -> None:
    """No key, setting or pipeline variable of the outside reaches a test."""
    outside = ("ITGLUE_", "PUBLISHER_", "GITHUB_", "GITLAB_", "NO_COLOR", "GIT_DIR", "HTTPS_PROXY")
    assert [name for name in os.environ if name.startswith(outside)] == []


def test_home_is_a_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a test writes below the home folder is gone with the test."""
    base = tmp_path_factory.getbasetemp()
    for folder in (Path.home(), Path(os.environ["XDG_CONFIG_HOME"])):
        assert folder.is_relative_to(base)


def test_git_knows_an_identity_and_a_branch(tmp_path: Path) -> None:
    """A fresh repository takes a commit, on main, by the tests' own author."""
    git("init", "-q", cwd=tmp_path)
    git("commit", "-q", "--allow-empty", "-m", "first", cwd=tmp_path)
    assert git("log", "--format=%an <%ae> %D", cwd=tmp_path) == (
        "Test Author <author@example.test> HEAD -> main\n"
    )


def test_no_repository_surrounds_a_test(tmp_path: Path) -> None:
    """A temporary folder lies in no work tree, wherever the temporary folders are."""
    with pytest.raises(subprocess.CalledProcessError):
        git("rev-parse", "--show-toplevel", cwd=tmp_path)


def test_the_keyring_is_empty() -> None:
    """No test reads or fills the user's keyring."""
    keyring.set_password("itglue-publisher", "production", "a key")
    assert keyring.get_password("itglue-publisher", "production") is None


def test_the_project_speaks_of_itself_alone() -> None:
    """No tracked file names a place or a page that only its makers have."""
    # The checkout may belong to somebody else, which git would otherwise refuse.
    listed = git("-c", "safe.directory=*", "ls-files", "-z", cwd=ROOT)
    files = [ROOT / name for name in listed.split("\0") if name]
    assert Path(__file__) in files
    found = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in files
        if file.is_file()
        for word in FOREIGN
        if word.encode() in file.read_bytes()
    ]
    assert found == []
