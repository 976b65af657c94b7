"""Guards around every test: no network beyond loopback, nothing of the user's home or environment.

They hold from the first fixture to the last, so a test cannot pass because of what happens to be
set up on one machine, and cannot do harm outside its own folders.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The examples' time depends on how busy the machine is; in CI they are the same ones every time.
settings.register_profile("publisher", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("publisher")

pytest_plugins = ("postgres_server",)

MEMORY, ROOM = Path("/dev/shm"), 4 << 30


def _in_memory() -> bool:
    """Whether temporary folders may lie in memory, where nothing waits for a disk to be sure."""
    if not os.access(MEMORY, os.W_OK) or not hasattr(os, "ST_NOEXEC"):
        return False
    there = os.statvfs(MEMORY)
    return there.f_bavail * there.f_frsize > ROOM and not there.f_flag & os.ST_NOEXEC


if _in_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

SCRUBBED = (
    "ITGLUE_",
    "PUBLISHER_",
    "GIT_",
    "GITHUB_",
    "GITLAB_",
    "CI_",
    "XDG_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
)
"""Prefixes of variables (in either case) that change what publisher, git, httpx or rich do."""

GIT_CONFIG = """\
[init]
    defaultBranch = main
"""


OUTSIDE = dict(os.environ)
"""The environment as it was before the guards."""
UNGUARDED: dict[str, Any] = {
    "connect": socket.socket.connect,
    "connect_ex": socket.socket.connect_ex,
    "getaddrinfo": socket.getaddrinfo,
}


class NetworkForbidden(RuntimeError):
    """A test reached for another host. No OSError, so that no code takes it for an outage."""


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Let sockets reach loopback alone, and names be looked up for loopback alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _loopback_alone(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _known_names_alone(socket.getaddrinfo))
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the whole run, and the processes that it starts, an environment of its own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.upper().startswith(SCRUBBED):
                patch.delenv(name)
        for name, value in _environment(home).items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def online(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Lift the guards for a test that is marked `online`; gives the outside's ITGLUE_TEST_*."""
    assert request.node.get_closest_marker("online"), "only tests marked `online` may go there"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, UNGUARDED[name])
        patch.setattr(socket, "getaddrinfo", UNGUARDED["getaddrinfo"])
        for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
            if name in OUTSIDE:
                patch.setenv(name, OUTSIDE[name])
        yield {name: value for name, value in OUTSIDE.items() if name.startswith("ITGLUE_TEST_")}


def _environment(home: Path) -> dict[str, str]:
    git_config = home / ".gitconfig"
    git_config.write_text(GIT_CONFIG, encoding="utf-8")
    xdg = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "CACHE", "DATA")}
    return xdg | {
        "HOME": str(home),
        "USERPROFILE": str(home),  # what Path.home() reads on Windows
        "LC_ALL": "C.UTF-8",  # git's messages in English
        "GIT_CONFIG_GLOBAL": str(git_config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(home.parent),  # no repository around the temporary folder
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Test Author",
        "GIT_AUTHOR_EMAIL": "author@example.test",
        "GIT_COMMITTER_NAME": "Test Committer",
        "GIT_COMMITTER_EMAIL": "committer@example.test",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def _loopback_alone(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise NetworkForbidden(f"a test tried to connect to {address}")
        return connect(self, address)

    return guarded


def _known_names_alone(getaddrinfo: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_loopback(host) and not _is_address(host):
            raise NetworkForbidden(f"a test tried to look up {host!r}")
        return getaddrinfo(host, *args, **kwargs)

    return guarded


def _is_loopback(host: Any) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host)
    return text == "localhost" or (_is_address(text) and ipaddress.ip_address(text).is_loopback)


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True
