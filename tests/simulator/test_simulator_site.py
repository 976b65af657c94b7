"""The account itself: files, processes, seeds, lag, speed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from simulated import SEED, Api, Clock, MakeApi, accounts

from publisher.simulator import Site, Switches, load_seed
from publisher.simulator.errors import ApiError
from publisher.simulator.query import Filter, Query
from publisher.simulator.switches import switches_of


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    with accounts() as make:
        yield make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()


def sop_of(site: Site) -> dict[str, object]:
    """Attributes of an asset of the seed's type."""
    organization, kind = site.all("organizations")[0], site.all("flexible_asset_types")[0]
    traits = {"title": "Patching"}
    return {"organization-id": organization.id, "flexible-asset-type-id": kind.id, "traits": traits}


def test_an_account_lasts(tmp_path: Path) -> None:
    """What was written is there when the file is opened again, with its resource-urls."""
    path = tmp_path / "deep" / "glue.db"
    with closing(Site.open(path, web_base="http://127.0.0.1:1234/")) as site:
        load_seed(site, SEED)
        made = site.create("flexible_assets", sop_of(site))
    with closing(Site.open(path, web_base="http://127.0.0.1:9")) as site:
        found = site.get("flexible_assets", made.id)
        assert found == made
        assert str(site.url_of(found)).startswith("http://127.0.0.1:1234/")


def test_two_sites_share_a_file(tmp_path: Path) -> None:
    """Nothing of the truth is held in memory."""
    path = tmp_path / "glue.db"
    with closing(Site.open(path)) as one, closing(Site.open(path)) as two:
        load_seed(one, SEED)
        made = two.create("flexible_assets", sop_of(two))
        one.edit(made.id, {"title": "Edited"})
        assert two.get("flexible_assets", made.id).name == "Edited"


def test_processes_share_a_new_file(tmp_path: Path) -> None:
    """Several that open it at once furnish it once, and lose no write."""
    code = (
        "import sys; from publisher.simulator import Site; site = Site.open(sys.argv[1])\n"
        "[site.create('organizations', {'name': f'{sys.argv[2]}-{n}'}) for n in range(20)]"
    )
    path = tmp_path / "glue.db"
    runs = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)]) for n in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    with closing(Site.open(path)) as site:
        assert site.count("organizations") == 60
        assert site.count("organization_statuses") == 2


def test_files_that_are_no_account(tmp_path: Path) -> None:
    """A text file, and a database of another version."""
    text = tmp_path / "text"
    text.write_text("no database, but long enough to be looked at " * 50, "utf-8")
    with pytest.raises(sqlite3.DatabaseError):
        Site.open(text)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ValueError, match="another version"):
        Site.open(other)


def test_a_seed_adds_what_is_missing(api: Api) -> None:
    """Loading it twice changes nothing; names stand for ids; tags name types."""
    seed = SEED | {
        "configurations": [
            {"organization": "Acme Corp", "name": "SRV-01", "configuration_type": "Server"}
        ],
        "contacts": [{"organization": "Globex", "first_name": "Jane", "last_name": "Doe"}],
    }
    seed["types"] = [
        *SEED["types"],
        {
            "name": "Checklist",
            "fields": [{"name": "Of", "kind": "Tag", "tag_type": "FlexibleAssetType: SOP"}],
        },
    ]
    for _ in range(2):
        load_seed(api.site, seed)
    assert api.site.store.counts()["configurations"] == 1
    assert api.site.store.counts()["contacts"] == 1
    field = api.site.all("flexible_asset_fields")[-1]
    assert field.data["tag-type"] == f"FlexibleAssetType: {api.sop}"


@pytest.mark.parametrize(
    "seed",
    [{"colours": []}, {"organizations": [{"name": "X", "organization_type": "Friend"}]}],
    ids=["unknown part", "unknown name"],
)
def test_a_seed_that_makes_no_sense(api: Api, seed: dict[str, object]) -> None:
    """Is refused as a whole."""
    with pytest.raises(ValueError, match="seed"):
        load_seed(api.site, seed)


def test_lists_lag_behind(make_api: MakeApi) -> None:
    """Creates and updates appear only later; show is always right, and so is the order."""
    api = make_api(list_lag_seconds=30)
    query = Query(filters=(Filter("flexible-asset-type-id", (str(api.sop),)),), sort="-updated-at")

    def listed() -> list[str]:
        return [one.name for one in api.site.page("flexible_assets", query).records]

    first = api.asset(title="One")
    assert listed() == []
    api.clock.pass_(30)
    api.asset(title="Two")
    api.write("PATCH", f"/flexible_assets/{first['id']}", {"traits": {"title": "New"}})
    assert listed() == ["One"]
    assert api.get(f"/flexible_assets/{first['id']}")["data"]["attributes"]["name"] == "New"
    api.clock.pass_(30)
    assert sorted(listed()) == ["New", "Two"]


def test_ids_are_never_used_again(api: Api) -> None:
    """Nor shared between resources."""
    made = api.site.create("flexible_assets", sop_of(api.site))
    api.site.delete("flexible_assets", made.id)
    assert api.site.create("flexible_assets", sop_of(api.site)).id > made.id
    with pytest.raises(ApiError):
        api.site.get("organizations", api.sop)


def test_switches_from_texts() -> None:
    """Every kind of value; nonsense is named."""
    texts = ["list-lag-seconds=2.5", "limit_requests=none", "sanitizer=off", "bulk_atomic=false",
             "unknown_id=401", "extra_tags=details,video", "oversized_response=off"]  # fmt: skip
    assert switches_of(texts) == Switches(
        list_lag_seconds=2.5, limit_requests=None, sanitizer="off", bulk_atomic=False,
        unknown_id=401, extra_tags=frozenset({"details", "video"}), oversized_response=None,
    )  # fmt: skip
    for bad in ("colour=red", "unknown_id=500", "bulk_atomic=maybe", "limit_seconds=soon"):
        with pytest.raises(ValueError, match=r"colour|unknown_id|bulk_atomic|soon"):
            switches_of([bad])


def test_a_thousand_assets_are_quick() -> None:
    """A guard against overhead that grows, with much room for a busy machine."""
    with closing(Site.open(switches=Switches(), clock=Clock())) as site:
        load_seed(site, SEED)
        started = time.perf_counter()
        with site.transaction():
            for _ in range(1000):
                site.create("flexible_assets", sop_of(site))
        kind = str(site.all("flexible_asset_types")[0].id)
        query = Query(filters=(Filter("flexible-asset-type-id", (kind,)),), size=1000)
        page = site.page("flexible_assets", query)
        assert len(site.attributes(page.records)) == page.total == 1000
        assert time.perf_counter() - started < 10
