"""What holds of any state, in SQLite and in PostgreSQL alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.errors import StateUnusable
from publisher.marker import Marker
from publisher.state import Lease, Store, open_store
from publisher.targets import (
    Existing,
    ExistingFile,
    Intent,
    Known,
    KnownFile,
    Record,
    Replaced,
    Run,
    Scan,
)

KNOWN = Known(
    key="sops/a b.md@7",
    document="sops/a b.md",
    blob="b" * 40,
    organization_id="7",
    type_id="3",
    asset_id="41",
    url="https://example.test/41",
    attempt="a1",
    commit=None,
    published_at=1234567890.123,
    updated_at="2026-11-03T10:00:00.000Z",
    sent={"body": "h1", "@marker": "m"},
    seen={"body": "h2"},
    refs={"doc:b@7": "42"},
    files={"net.png": KnownFile("9", "blob", 17, "https://example.test/9", ("8",))},
)
INTENT = Intent("a@7", "asset", "", "try1", 1234567890.123, "a.md")
EXISTING = Existing(
    asset_id="41",
    organization_id="7",
    type_id="3",
    title_hash="t",
    created_at="2026-11-03T10:00:00.000Z",
    updated_at="2026-11-03T10:00:00.000Z",
    archived=False,
    url="",
    marker=Marker("docs", "a@7", "a1", "0" * 16),
    traits={"body": "h"},
    files={"9": ExistingFile("net.png", None)},
)
REPLACED = Replaced(
    "a@7", "a.md", "41", "body", 5.25, "2026-11-03", "h", "replaced/x.html", "overwritten"
)
LEASE = Lease("token-1", "jane@laptop, process 3", "laptop", 3, "https://ci.test/run/1")

Opener = Callable[[], Store]


@pytest.fixture
def reopen(state_url: str, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same state again and again, as the runs of one repository do."""
    opened: list[Store] = []
    facts = {"repository": tmp_path.name, "instance": "test"}

    def opener() -> Store:
        opened.append(open_store(state_url, Path("/"), facts))
        return opened[-1]

    yield opener
    for one in opened:
        one.close()


@pytest.fixture
def store(reopen: Opener) -> Store:
    return reopen()


def test_a_new_state_knows_nothing_but_its_facts(store: Store) -> None:
    """Everything is empty; the facts that it was opened with are noted."""
    assert (store.known(), store.records(), store.intents()) == ({}, {}, {})
    assert (store.scans(), store.runs(5), store.replaced(5), store.leases()) == ({}, [], [], [])
    assert (store.meta("instance"), store.meta("base_url")) == ("test", None)


def test_what_was_published_is_read_back_as_it_was_written(store: Store, reopen: Opener) -> None:
    """By another connection, to the last field; written again, it replaces what was there."""
    store.bind(KNOWN)
    assert reopen().known() == {KNOWN.key: KNOWN}
    newer = dataclasses.replace(KNOWN, commit="c" * 40, archived=True)
    store.bind(newer)
    assert reopen().known() == {KNOWN.key: newer}


def test_binding_settles_its_own_intent_alone(store: Store) -> None:
    """An intent of another attempt stays, since its POST may have been carried out as well."""
    store.begin(INTENT)
    assert store.intents() == {("a@7", ""): INTENT}
    known = dataclasses.replace(KNOWN, key="a@7")
    store.bind(known, dataclasses.replace(INTENT, attempt="another"))
    assert store.intents() == {("a@7", ""): INTENT}
    store.bind(known, INTENT)
    assert store.intents() == {}


def test_a_second_intent_of_a_key_replaces_the_first(store: Store) -> None:
    """One create of a key is under way at a time; attachments have their own."""
    store.begin(INTENT)
    again = dataclasses.replace(INTENT, attempt="try2", at=2.5)
    upload = dataclasses.replace(INTENT, kind="attachment", name="net.png")
    store.begin(again)
    store.begin(upload)
    assert store.intents() == {("a@7", ""): again, ("a@7", "net.png"): upload}
    store.drop(INTENT)  # of the former attempt: says nothing of this one
    assert ("a@7", "") in store.intents()
    store.drop(again)
    store.drop(upload)
    assert store.intents() == {}


def test_a_moved_target_leaves_its_former_key(store: Store) -> None:
    """In one transaction: never both, never none."""
    store.bind(KNOWN)
    moved = dataclasses.replace(KNOWN, key="new.md@7", document="new.md")
    store.bind(moved, instead_of=KNOWN.key)
    assert store.known() == {"new.md@7": moved}


def test_unbinding_keeps_what_is_under_way(store: Store) -> None:
    """A pending create is the one thing that no marker may tell of yet; forgetting takes it too."""
    for step in (store.unbind, store.forget):
        store.bind(dataclasses.replace(KNOWN, key="a@7"))
        store.begin(INTENT)
        step("a@7")
        assert store.known() == {}
        assert bool(store.intents()) == (step == store.unbind)


def test_rebuilding_replaces_targets_and_records(store: Store) -> None:
    """Creates that turned out to be there are settled; others are still open."""
    store.bind(KNOWN)
    store.record([Record("a.md", "blob", "context", {"x.png": ""}, ("a@7",))])
    store.begin(INTENT)
    other = dataclasses.replace(INTENT, key="other@7")
    store.begin(other)
    found = dataclasses.replace(KNOWN, key="a@7")
    store.rebuild([found])
    assert (store.known(), store.records()) == ({"a@7": found}, {})
    assert store.intents() == {("other@7", ""): other}
    store.rebuild([])
    assert store.known() == {}


def test_records_come_and_go_together(store: Store) -> None:
    """What files held, by path."""
    one = Record("a.md", "b1", "context", {"x.png": "blob"}, ("a@7", "a@8"), review_by="2027-01-01")
    two = Record("b.md", "b2", "context", {}, (), "a draft")
    store.record([one, two])
    assert store.records() == {"a.md": one, "b.md": two}
    store.record([dataclasses.replace(one, blob="b3")], ["b.md", "never.md"])
    assert {path: record.blob for path, record in store.records().items()} == {"a.md": "b3"}


def test_seen_assets_are_kept_by_type(store: Store) -> None:
    """A scan, single looks, and losses."""
    store.saw(Scan("3", "2026-11-03", 2), [EXISTING, dataclasses.replace(EXISTING, asset_id="42")])
    assert store.existing(["3"])["41"] == EXISTING
    assert store.existing(["4"]) == {}
    store.saw(Scan("3", "2026-11-04", 1), [], ["42"])
    assert store.scans() == {"3": Scan("3", "2026-11-04", 1)}
    archived = dataclasses.replace(EXISTING, archived=True, files=None, marker=None)
    store.observe(archived)
    assert store.existing(["3", "3", "4"]) == {"41": archived}
    store.lost("41")
    assert store.existing(["3"]) == {}


def test_facts_runs_and_what_was_replaced_are_kept(store: Store, reopen: Opener) -> None:
    """The newest runs first, as many as asked for."""
    store.set_meta("base_url", "https://one.test")
    store.set_meta("base_url", {"any": ["JSON", None]})
    for started in (1.5, 3.5, 2.5):
        store.add_run(Run(started, 0.5, None, 1, 0, 7))
    store.replace([REPLACED, dataclasses.replace(REPLACED, at=6.25)])
    other = reopen()
    assert other.meta("base_url") == {"any": ["JSON", None]}
    assert [run.started for run in other.runs(2)] == [3.5, 2.5]
    assert [one.at for one in other.replaced(9)] == [6.25, 5.25]
    assert other.replaced(9)[1] == REPLACED


def test_a_failed_transaction_leaves_nothing_behind(store: Store, reopen: Opener) -> None:
    """Neither half of it, and the state can go on."""
    store.bind(KNOWN)
    with pytest.raises((TypeError, AttributeError)):
        store.rebuild([dataclasses.replace(KNOWN, key="a@7"), None])  # type: ignore[list-item]  # fails half-way
    assert store.known() == {KNOWN.key: KNOWN}
    store.forget(KNOWN.key)
    assert reopen().known() == {}


def test_the_lease_has_one_holder(store: Store, reopen: Opener) -> None:
    """Others are told whose it is; the holder renews it; given back, it is free."""
    other = dataclasses.replace(LEASE, token="token-2", owner="john", url="")
    assert store.acquire(LEASE, 60) is None
    held = reopen().acquire(other, 60)
    assert held is not None
    assert (held.token, held.holder) == ("token-1", f"{LEASE.owner}, {LEASE.url}")
    assert 0 < held.expires - store.now() <= 60
    assert store.acquire(LEASE, 120) is None
    (renewed,) = store.leases()
    assert renewed.expires > held.expires
    store.release("token-2")  # not theirs to give back
    assert store.leases()
    store.release("token-1")
    assert reopen().acquire(other, 60) is None


def test_an_expired_lease_is_taken_over(store: Store, reopen: Opener) -> None:
    """Nobody waits for a run that was cut off; its late release does not take the new one away."""
    other = dataclasses.replace(LEASE, token="token-2")
    assert store.acquire(LEASE, -1) is None
    assert reopen().acquire(other, 60) is None
    assert store.acquire(LEASE, 60) is not None
    store.release(LEASE.token)
    assert [held.token for held in store.leases()] == ["token-2"]


def test_leases_of_different_organizations_stand_side_by_side(store: Store, reopen: Opener) -> None:
    """One for all stands alone; who gets a part of what it asks for gets nothing."""
    one, two, three, whole = (
        dataclasses.replace(LEASE, token=f"token-{number}", organizations=ids)
        for number, ids in enumerate([("1", "2"), ("3",), ("2", "4"), None])
    )
    assert store.acquire(one, 60) is None
    other = reopen()
    assert other.acquire(two, 60) is None
    assert (held := other.acquire(three, 60)) is not None
    assert (held.token, held.organizations) == (one.token, ("1", "2"))
    assert other.acquire(whole, 60) is not None
    assert {held.token for held in store.leases()} == {one.token, two.token}
    store.release(one.token)
    assert other.acquire(three, 60) is None
    for lease in (two, three):
        store.release(lease.token)
    assert other.acquire(whole, 60) is None
    assert store.acquire(one, 60) is not None
    assert [held.organizations for held in store.leases()] == [None]


def test_a_state_of_a_newer_format_is_refused(
    state_url: str, reopen: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than misread."""
    module = "postgres" if state_url.startswith("postgres") else "sqlite"
    reopen()
    monkeypatch.setattr(f"publisher.state.{module}.FORMAT", 1)
    with pytest.raises(StateUnusable) as raised:
        reopen()
    assert raised.value.problem == "newer"


def test_a_state_of_an_older_format_is_brought_up_to_date(
    state_url: str, reopen: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what it holds; one built step by step is the same as one built at once."""
    module = "postgres" if state_url.startswith("postgres") else "sqlite"
    with monkeypatch.context() as patch:
        patch.setattr(f"publisher.state.{module}.FORMAT", 1)
        patch.setattr("publisher.state.schema.STEPS", _steps()[:1])
        reopen().bind(KNOWN)
    store = reopen()
    assert store.known() == {KNOWN.key: KNOWN}
    assert store.acquire(LEASE, 60) is None
    store.replace([REPLACED])


def _steps() -> tuple[str, ...]:
    from publisher.state.schema import STEPS

    return STEPS
