"""`publisher cache`: refresh, stats and search, in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from publisher.cli.main import group
from publisher.itglue.cache import Item, MetadataCache


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--repo", str(folder), *words])


def as_json(folder: Path, *words: str) -> Any:
    done = run(folder, *words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder with a configuration; the local instance is furnished when it is first opened."""
    (tmp_path / "publisher.toml").write_text('[docs]\nid = "mine"\n')
    return tmp_path


def test_a_search_fills_the_cache_and_the_next_one_asks_nobody(docs: Path) -> None:
    """With the record's entity, id, organization and link."""
    found = as_json(docs, "cache", "search", "acm")
    assert (found["format_version"], found["query"]) == (1, "acm")
    (row,) = found["results"]
    assert (row["entity"], row["name"]) == ("organizations", "Acme Corp")
    assert row["organization"] == {"id": row["id"], "name": "Acme Corp"}
    again = run(docs, "-vv", "cache", "search", "acm", "--entity", "organizations")
    assert "Acme Corp" in again.stdout
    assert "request" not in again.stderr
    stats = as_json(docs, "cache", "stats")
    assert (stats["hits"], stats["misses"], stats["hit_rate"]) == (1, 1, 0.5)
    assert stats["stale"] is False
    assert stats["age_seconds"] < 60
    assert "50% of 2 questions answered at once" in run(docs, "cache", "stats").stdout


def test_refresh_says_what_it_holds(docs: Path) -> None:
    """And stats say it again."""
    done = as_json(docs, "cache", "refresh", "--full")
    assert done["entities"]["organizations"] == 6
    assert done["requests"] > 6
    assert "Organizations                6" in run(docs, "cache", "stats").stdout
    assert run(docs, "cache", "refresh").stdout.endswith("requests.\n")


def test_an_empty_cache_says_how_to_fill_it(docs: Path) -> None:
    """Stats ask nobody."""
    done = run(docs, "-vv", "cache", "stats")
    assert "publisher cache refresh" in done.stdout
    assert done.stderr == ""


def test_nothing_found(docs: Path) -> None:
    """Said on stderr, so that a script gets nothing."""
    done = run(docs, "cache", "search", "no such name")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Nothing of that name" in done.stderr


def test_it_lies_beside_the_configuration_out_of_git(docs: Path, tmp_path: Path) -> None:
    """Or where one wants it."""
    run(docs, "cache", "refresh")
    assert (docs / ".publisher" / "cache" / "local.db").is_file()
    assert (docs / ".publisher" / ".gitignore").read_text() == "*\n"
    other = tmp_path / "other.db"
    assert run(docs, "cache", "refresh", "--file", str(other)).exit_code == 0
    assert other.is_file()


def test_a_foreign_file_is_refused(docs: Path) -> None:
    """In a sentence that names it."""
    (docs / "notes.txt").write_text("mine")
    done = run(docs, "cache", "stats", "--file", str(docs / "notes.txt"))
    assert done.exit_code == 1
    assert "notes.txt: is no metadata cache" in done.stderr


def test_commands_that_write_keep_the_cache_current(docs: Path) -> None:
    """What `publisher api` creates is found without a request."""
    assert run(docs, "cache", "refresh").exit_code == 0
    data = json.dumps({"name": "Brand New Co"})
    done = run(docs, "api", "organizations", "create", "--data", data)
    assert done.exit_code == 0, done.stderr
    found = run(docs, "-vv", "cache", "search", "brand")
    assert "Brand New Co" in found.stdout
    assert "request" not in found.stderr


def test_a_damaged_cache_is_in_nobody_s_way(docs: Path) -> None:
    """Other commands go on without it."""
    file = docs / ".publisher" / "cache" / "local.db"
    file.parent.mkdir(parents=True)
    file.write_text("not a database")
    assert run(docs, "api", "organizations", "list", "--format", "json").exit_code == 0


def test_search_and_stats_need_no_key_and_no_network(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once there is a cache; without one, the missing key is the error."""
    monkeypatch.delenv("ITGLUE_API_KEY", raising=False)
    (docs / "publisher.toml").write_text(
        '[docs]\nid = "mine"\n[instances.away]\nbase_url = "http://127.0.0.1:1"\n'
    )
    words = ("--instance", "away", "cache")
    missing = run(docs, *words, "search", "acm")
    assert (missing.exit_code, "ITGLUE_API_KEY" in missing.stderr) == (1, True)
    file = docs / ".publisher" / "cache" / "away.db"
    with MetadataCache(file, "http://127.0.0.1:1", clock=lambda: 1e9) as cache:
        cache.put([Item("organizations", "7", {"name": "Acme Corp"}, 1e9)])
        cache.put([Item("contacts", "9", {"name": "Acme Ann", "organization_id": 7}, 1e9)])
    rows = as_json(docs, *words, "search", "acm")["results"]
    assert [(row["id"], row["organization"]["name"]) for row in rows] == [
        ("9", "Acme Corp"),
        ("7", "Acme Corp"),
    ]
    warned = run(docs, *words, "search", "acm", "--entity", "contacts")
    assert "Acme Ann" in warned.stdout
    assert "no API key" in warned.stderr
    assert run(docs, "-q", *words, "search", "acm").stderr == ""
    assert as_json(docs, *words, "stats")["entities"]["organizations"] == 1
