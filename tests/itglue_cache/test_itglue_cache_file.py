"""The cache's file: searches, counts, and what becomes of a file that does not fit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.errors import BadConfig
from publisher.itglue.cache import Item, Link, MetadataCache
from publisher.itglue.cache.items import fold

URL = "https://api.itglue.com"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "cache.db"


@pytest.fixture
def cache(path: Path) -> Iterator[MetadataCache]:
    with MetadataCache(path, URL, clock=lambda: 1000.0) as opened:
        yield opened


def item(entity: str, number: int, name: str, **attributes: str | int) -> Item:
    return Item(entity, str(number), {"name": name, **attributes}, 1000.0)


# Searching


@pytest.fixture
def filled(cache: MetadataCache) -> MetadataCache:
    """Names as they occur."""
    cache.put(
        [
            item("organizations", 1, "Zürich Café"),
            item("organizations", 2, "Łódź Bank"),
            item("organizations", 3, "Acme"),
            item("organizations", 4, "Acme Holding"),
            item("configurations", 5, "SRV-01", hostname="db.acme.test", organization_id=3),
            item("contacts", 6, "O'Brien, Jane"),
            item("documents", 7, "Backup of the file_server (Acme)"),
        ]
    )
    return cache


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zurich", [1]),
        ("ZÜRICH cafe", [1]),
        ("cafe zu", [1]),
        ("lodz", [2]),
        ("acme", [3, 4, 5, 7]),
        ("acm", [3, 4, 5, 7]),
        ("srv-01", [5]),
        ("srv 0", [5]),
        ("db.acme", [5]),
        ("o'brien", [6]),
        ("server file", [7]),
        ('acme" OR "zurich', []),
        ("acme*", [3, 4, 5, 7]),
        ("NEAR(acme)", []),
        ("none of this", []),
        ("", []),
        ("-_- ''", []),
    ],
)
def test_search(filled: MetadataCache, text: str, found: list[int]) -> None:
    """Words by their beginnings, in any order, case and accent; the exact name comes first."""
    got = [int(each.id) for each in filled.search(text)]
    assert sorted(got) == found
    assert got[:1] == found[:1]


def test_search_among_some_entities_and_no_more_than_asked_for(filled: MetadataCache) -> None:
    """As many as one wants to look at."""
    assert [each.id for each in filled.search("acme", ["documents", "configurations"])] == [
        "5",
        "7",
    ]
    assert [each.id for each in filled.search("acme", limit=1)] == ["3"]


def test_a_renamed_record_is_found_by_its_new_name_alone(filled: MetadataCache) -> None:
    """And a removed one by none."""
    filled.put([item("organizations", 3, "Globex")])
    assert filled.search("globex") != []
    assert "3" not in [each.id for each in filled.search("acme")]
    filled.remove("organizations", "3")
    assert filled.search("globex") == []


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Ærø STRASSE", "aero strasse"), ("Straße", "strasse"), ("ﬁn é", "fin e"), ("日本", "日本")],
)
def test_folding(text: str, folded: str) -> None:
    """What one types on another keyboard."""
    assert fold(text) == folded


def test_questions_by_name_and_organization(filled: MetadataCache) -> None:
    """In any case, and of one owner alone."""
    assert [each.id for each in filled.named("organizations", " ACME ")] == ["3"]
    assert [each.id for each in filled.named("configurations", "srv-01", "3")] == ["5"]
    assert filled.named("configurations", "srv-01", "4") == []
    assert filled.list("configurations", "4") == []


# Counting


def test_counts_outlive_the_process(path: Path) -> None:
    """The hit rate is one of the file, not of a run."""
    with MetadataCache(path, URL, clock=lambda: 1000.0) as cache:
        assert (cache.stats().hit_rate, cache.stats().age, cache.stats().stale) == (
            None,
            None,
            True,
        )
        for number in range(250):
            cache.looked_up(number % 5 != 0)
    with MetadataCache(path, URL, clock=lambda: 90_000.0) as cache:
        cache.has_read("organizations", "", 1000.0, None)
        cache.has_read("contacts", "", 80_000.0, None)
        stats = cache.stats()
        assert (stats.hits, stats.misses, stats.hit_rate) == (200, 50, 0.8)
        assert (stats.age, stats.stale) == (89_000.0, True)
        assert stats.size > 10_000


def test_links_belong_to_a_record(cache: MetadataCache) -> None:
    """None is known is another thing than none is there; they go with the record."""
    cache.put([item("contacts", 1, "A")])
    assert cache.links("contacts", "1") is None
    cache.put_links("contacts", {"1": [Link("link", "documents", "9", "B")]}, 1000.0)
    assert cache.links("contacts", "1") == ([Link("link", "documents", "9", "B")], 1000.0)
    cache.put_links("contacts", {"1": []}, 1001.0)
    assert cache.links("contacts", "1") == ([], 1001.0)
    cache.put_links("contacts", {"1": [Link("link", "documents", "9", "B")]}, 1002.0)
    cache.remove("contacts", "1")
    assert cache.stats().relationships == 0


# The file


def test_it_is_found_again(path: Path, cache: MetadataCache) -> None:
    """Also while another process has it open."""
    cache.put([item("contacts", 1, "A")])
    with MetadataCache(path, URL) as other:
        assert [each.name for each in other.list("contacts")] == ["A"]


@pytest.mark.parametrize("harm", ["damage", "another format", "another account"])
def test_one_that_does_not_fit_is_made_anew(path: Path, harm: str) -> None:
    """A cache can always be read again."""
    with MetadataCache(path, URL) as cache:
        cache.put([item("contacts", 1, "A")])
    url = URL
    if harm == "damage":
        content = path.read_bytes()
        path.write_bytes(content[:2000] + b"\xff" * (len(content) - 2000))
    elif harm == "another format":
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
    else:
        url = "https://api.eu.itglue.com"
    with MetadataCache(path, url) as cache:
        assert cache.list("contacts") == []
        cache.put([item("contacts", 1, "A")])


@pytest.mark.parametrize("what", ["text", "sqlite"])
def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path, what: str) -> None:
    """It may be the user's."""
    path = tmp_path / "mine"
    if what == "text":
        path.write_text("my notes")
    else:
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE mine (x)")
        db.close()
    before = path.read_bytes()
    with pytest.raises(BadConfig, match="is no metadata cache"):
        MetadataCache(path, URL)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Is a sentence, not a traceback of SQLite."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadConfig, match="cannot be used as a cache"):
        MetadataCache(tmp_path / "file" / "cache.db", URL)
    with pytest.raises(BadConfig, match="cannot be used as a cache"):
        MetadataCache(tmp_path, URL)
    (tmp_path / "cache.db-journal").mkdir()
    with pytest.raises(BadConfig, match="unable to open database file"):
        MetadataCache(tmp_path / "cache.db", URL)


def test_an_empty_file_is_taken(path: Path) -> None:
    """As mktemp makes one."""
    path.parent.mkdir()
    path.touch()
    with MetadataCache(path, URL) as cache:
        assert cache.stats().entities == {}


def test_a_failed_write_leaves_everything_as_it_was(cache: MetadataCache) -> None:
    """All of a page, or nothing of it."""

    def items() -> Iterator[Item]:
        yield item("contacts", 1, "A")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cache.put(items())
    assert cache.list("contacts") == []
