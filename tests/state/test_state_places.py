"""Where a state lies: URLs, what is wrong with them in words, and a database that goes away."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from local_docs import DocsRepository

from publisher.cli.failures import explain
from publisher.errors import BadConfig, PublisherError, StateUnusable
from publisher.state import open_store
from publisher.state import postgres as postgres_state
from publisher.state.postgres import schema_of
from publisher.state.store import masked

FACTS = {"repository": "acme-docs", "instance": "production"}


def test_a_relative_path_starts_at_the_docs_root(tmp_path: Path) -> None:
    """Three slashes are relative, four absolute; the folder is made, and kept out of Git."""
    open_store("sqlite:///.publisher/x.db", tmp_path, FACTS).close()
    assert (tmp_path / ".publisher" / "x.db").exists()
    assert (tmp_path / ".publisher" / ".gitignore").read_text() == "*\n"
    open_store(f"sqlite:///{tmp_path}/y.db", Path("/nowhere"), FACTS).close()
    assert (tmp_path / "y.db").exists()


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "sqlite:x.db", "state.db", ""])
def test_other_urls_are_an_error_that_says_which_there_are(url: str) -> None:
    """Without the password that one of them may hold."""
    with pytest.raises(BadConfig) as raised:
        open_store(url, Path("/"), FACTS)
    said = explain(raised.value)
    assert "postgresql://" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:p%40ss@h:5432/d", "postgresql://u:***@h:5432/d"),
        ("postgresql://u@h/d?password=p&x=1", "postgresql://u@h/d?password=***&x=1"),
        ("postgresql://h/d", "postgresql://h/d"),
        ("sqlite:////a/b@c.db", "sqlite:////a/b@c.db"),
    ],
)
def test_passwords_are_not_shown(url: str, shown: str) -> None:
    """Wherever libpq takes one in a URL."""
    assert masked(url) == shown


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install, rather than a traceback."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BadConfig) as raised:
        open_store("postgresql://u:secret@h/d", Path("/"), FACTS)
    assert "pip install 'itglue-publisher[postgres]'" in explain(raised.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:secret@localhost:1/d", "postgresql://u:secret@[x/d"]
)
def test_a_database_out_of_reach_is_a_sentence(url: str) -> None:
    """One line, without the password; nothing was written."""
    pytest.importorskip("psycopg")
    with pytest.raises(PublisherError) as raised:
        open_store(url, Path("/"), FACTS)
    assert isinstance(raised.value, StateUnusable)
    assert raised.value.problem == "unreachable"
    assert "secret" not in explain(raised.value) + repr(raised.value)


def test_a_plan_without_its_state_exits_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that cannot keep its intents does not begin."""
    pytest.importorskip("psycopg")
    docs = DocsRepository(tmp_path / "docs")
    monkeypatch.setenv("PUBLISHER_STATE", "postgresql://nobody@localhost:1/none")
    done = docs.run("apply", "--yes")
    assert (done.exit_code, "cannot be reached" in done.output) == (1, True)


def test_each_repository_and_instance_has_a_schema_of_its_own() -> None:
    """Readable, within PostgreSQL's 63 bytes, and never the same for two."""
    assert schema_of(FACTS).startswith("publisher_acme_docs_production_")
    long = {"repository": "Ünïcode " * 20, "instance": "x" * 80}
    assert len(schema_of(long).encode()) <= 63
    near = {"repository": "acme", "instance": "docs-production"}
    assert len({schema_of(FACTS), schema_of(near), schema_of(long)}) == 3


def test_states_in_one_database_do_not_see_each_other(postgres_url: str) -> None:
    """Facts of two instances lie side by side."""
    one = open_store(postgres_url, Path("/"), {"repository": "r", "instance": "one"})
    two = open_store(postgres_url, Path("/"), {"repository": "r", "instance": "two"})
    one.set_meta("base_url", "https://one.test")
    assert two.meta("base_url") is None
    one.close()
    two.close()


@pytest.mark.parametrize("idle", [0.0, 60.0])
def test_a_connection_that_died_is_made_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, idle: float
) -> None:
    """Idle, nobody notices; in use, one call fails and the next one goes on."""
    monkeypatch.setattr(postgres_state, "IDLE_SECONDS", -1.0 if idle else 60.0)
    store = open_store(postgres_url, Path("/"), {"repository": "died", "instance": str(idle)})
    other = open_store(postgres_url, Path("/"), {"repository": "other", "instance": "x"})
    assert isinstance(other, postgres_state.PostgresStore)
    other._rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'itglue-publisher' AND pid <> pg_backend_pid()"
    )
    if not idle:
        with pytest.raises(StateUnusable):
            store.set_meta("base_url", "https://one.test")
    store.set_meta("base_url", "https://two.test")
    assert store.meta("base_url") == "https://two.test"
    store.close()
    other.close()
