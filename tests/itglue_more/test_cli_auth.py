"""`publisher auth` and `publisher health`: the key, where it is from, and whether it works."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import keyring
import pytest
from click.testing import CliRunner, Result
from glue import KEY, SEED, served
from keyring.backend import KeyringBackend

from publisher.cli import auth
from publisher.cli.key import ageing
from publisher.cli.main import group
from publisher.config import REGIONS
from publisher.itglue import ITGlue, Secret
from publisher.itglue.key_use import KeyUse
from publisher.simulator import Site, load_seed


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types there
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ring:
    ring = Ring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", ring)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return ring


@contextmanager
def glue() -> Iterator[str]:
    """An IT Glue on a port that knows one key."""
    site = Site.open(":memory:", keys=(KEY,))
    load_seed(site, SEED)
    with served(site) as base_url:
        yield base_url
    site.close()


def run(folder: Path, *words: str, **options: Any) -> Result:
    done = CliRunner().invoke(group, ["--repo", str(folder), *words], **options)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert KEY not in done.output
    return done


def test_login_health_status_logout(tmp_path: Path, ring: Ring) -> None:
    """A key that works is kept, used, reported and forgotten; it never shows."""
    with glue() as base_url:
        text = f'[publish]\ninstance = "acme"\n[instances.acme]\nbase_url = "{base_url}"\n'
        (tmp_path / "publisher.toml").write_text(text)
        refused = run(tmp_path, "auth", "login", input="ITG.wrong\n")
        assert (refused.exit_code, ring.kept) == (1, {})
        assert "IP access control" in refused.stderr
        done = run(tmp_path, "auth", "login", input=f"{KEY}\n")
        assert done.exit_code == 0, done.stderr
        assert ring.kept == {("itglue-publisher", "acme"): KEY}
        assert f"works at {base_url}" in done.stdout
        health = run(tmp_path, "health", "--format", "json")
        facts = json.loads(health.stdout)
        assert health.exit_code == 0
        assert facts["format_version"] == 1
        assert (facts["status"], facts["reachable"], facts["breaker"]) == ("ok", True, "closed")
        assert facts["key"]["valid"] is True
        assert facts["key"]["origin"] == "keyring"
        assert facts["budget_left"] == facts["budget"] - 1
        assert facts["latency_ms"] > 0
        assert "(from the keyring)" in run(tmp_path, "health").stdout
        status = run(tmp_path, "auth", "status")
        today = dt.datetime.now(dt.UTC).date().isoformat()
        assert (status.exit_code, today in status.stdout) == (0, True)
        assert run(tmp_path, "auth", "logout").exit_code == 0
        assert ring.kept == {}
        assert "has no key" in run(tmp_path, "auth", "logout").stdout
        assert run(tmp_path, "auth", "status").exit_code == 1


def test_the_environment_comes_first(
    tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Login and logout say so, and status names the variable."""
    with glue() as base_url:
        monkeypatch.setenv("ITGLUE_BASE_URL", base_url)
        monkeypatch.setenv("ITGLUE_API_KEY_SAND_BOX", KEY)
        words = ("--instance", "sand-box", "auth")
        done = run(tmp_path, *words, "login", input=KEY)
        assert done.exit_code == 0
        assert "ITGLUE_API_KEY_SAND_BOX is set, and comes before" in done.stderr
        status = json.loads(run(tmp_path, *words, "status", "--format", "json").stdout)
        assert status["origin"] == "environment variable ITGLUE_API_KEY_SAND_BOX"
        assert status["days_unused"] == 0
        assert "is still set" in run(tmp_path, *words, "logout").stderr


def test_a_key_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing, or something else, is not even tried."""
    monkeypatch.setenv("ITGLUE_BASE_URL", "https://nowhere.test")
    for text in ("", "a b", "a\nb\n"):
        done = run(tmp_path, "--instance", "x", "auth", "login", input=text)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "one API key is needed" in done.stderr


def test_a_key_is_typed_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal it is asked for."""
    with glue() as base_url:
        monkeypatch.setenv("ITGLUE_BASE_URL", base_url)
        monkeypatch.setattr(auth, "on_terminal", lambda: True)
        done = run(tmp_path, "--instance", "x", "auth", "login", input=f"{KEY}\n")
        assert done.exit_code == 0
        assert "API key of x" in done.stderr


def test_local_needs_no_key(tmp_path: Path) -> None:
    """And works without any."""
    done = run(tmp_path, "auth", "login", input=KEY)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "--instance NAME" in done.stderr
    assert "none needed" in run(tmp_path, "auth", "status").stdout
    health = run(tmp_path, "health")
    assert health.exit_code == 0
    assert "valid" in health.stdout


def test_health_without_a_key_or_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1 and 5, and JSON on stdout all the same."""
    monkeypatch.setenv("ITGLUE_BASE_URL", "http://127.0.0.1:9")
    done = run(tmp_path, "--instance", "x", "health", "--format", "json")
    facts = json.loads(done.stdout)
    assert (done.exit_code, facts["status"], facts["key"]["valid"]) == (1, "no-key", False)
    assert "auth login" in done.stderr
    assert "missing or refused" in run(tmp_path, "--instance", "x", "health").stdout
    monkeypatch.setenv("ITGLUE_API_KEY", KEY)
    monkeypatch.setattr("publisher.itglue.retry.TRIES", 1)
    done = run(tmp_path, "--instance", "x", "health", "--format", "json")
    facts = json.loads(done.stdout)
    assert (done.exit_code, facts["status"], facts["reachable"]) == (5, "out-of-reach", False)
    assert facts["key"]["valid"] is None


def test_another_region(tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another region takes the key, that is the explanation; nothing is kept."""

    def server(request: httpx.Request) -> httpx.Response:
        known = str(request.url).startswith(REGIONS["eu"])
        return httpx.Response(200 if known else 403, json={"data": []} if known else None)

    def client(**arguments: Any) -> ITGlue:
        return ITGlue(transport=httpx.MockTransport(server), **arguments)

    monkeypatch.setattr(auth, "ITGlue", client)
    words = ("--instance", "acme", "auth", "login", "--region")
    done = run(tmp_path, *words, "us", input=KEY)
    assert (done.exit_code, ring.kept) == (1, {})
    assert f"{REGIONS['eu']} takes it" in done.stderr
    assert 'region = "eu"' in done.stderr
    assert run(tmp_path, *words, "eu", input=KEY).exit_code == 0
    assert ring.kept == {("itglue-publisher", "acme"): KEY}


def test_status_warns_of_a_key_that_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From day 80."""
    long_ago = dt.datetime.now(dt.UTC).date() - dt.timedelta(83)
    KeyUse(day=lambda: long_ago).note(Secret(KEY))
    monkeypatch.setenv("ITGLUE_API_KEY", KEY)
    monkeypatch.setenv("ITGLUE_BASE_URL", "http://127.0.0.1:9")
    done = run(tmp_path, "--instance", "x", "auth", "status")
    assert done.exit_code == 0
    assert "not used for 83 days" in done.stderr
    assert "in 7 days" in done.stderr
    assert ageing(79) is None
    assert "by now" in (ageing(95) or "")


def test_login_out_of_reach(tmp_path: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 5; a key that could not be tried is not kept."""
    monkeypatch.setenv("ITGLUE_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("publisher.itglue.retry.TRIES", 1)
    done = run(tmp_path, "--instance", "x", "auth", "login", input=KEY)
    assert (done.exit_code, ring.kept) == (5, {})
