"""JSON:API, pages, keys, limits and the bodies of errors."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from simulated import START, Api, MakeApi, accounts, document


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    with accounts() as make:
        yield make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()


def test_pages(api: Api) -> None:
    """Links are absolute on the request's own host; on the last page `next` is not there."""
    for number in range(5):
        api.asset(title=f"SOP {number}")
    kind = {"filter[flexible_asset_type_id]": api.sop, "page[size]": 2}
    first = api.get("/flexible_assets", **kind)
    assert first["meta"] == {
        "current-page": 1, "next-page": 2, "prev-page": None,
        "total-pages": 3, "total-count": 5, "filters": {},
    }  # fmt: skip
    assert first["links"]["next"].startswith("https://api.test/flexible_assets?")
    seen, url = [], first["links"]["self"]
    while url:
        page = api.get(url)
        seen += [one["attributes"]["name"] for one in page["data"]]
        url = page["links"].get("next")
        assert ("next" in page["links"]) == (page["meta"]["next-page"] is not None)
    assert seen == [f"SOP {number}" for number in range(5)]


def test_an_empty_list_has_no_pages(api: Api) -> None:
    """total-pages and total-count are 0, data is empty."""
    page = api.get("/contacts")
    assert page["data"] == []
    assert page["meta"]["total-pages"] == page["meta"]["total-count"] == 0


@pytest.mark.parametrize("status", [400, 422])
def test_page_size_above_the_maximum(make_api: MakeApi, status: int) -> None:
    """1,000 passes, 1,001 is rejected."""
    api = make_api(page_size_status=status)
    api.get("/organizations", **{"page[size]": 1000})
    api.refused("GET", "/organizations?page[size]=1001", status)
    api.refused("GET", "/organizations?page[size]=abc", 400)


def test_unknown_filters_are_ignored(api: Api) -> None:
    """A typo means everything, with 200."""
    assert len(api.get("/organizations", **{"filter[nmae]": "Acme Corp"})["data"]) == 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"filter[name]": "Acme Corp"}, ["Acme Corp"]),
        ({"filter[name]": "Acme"}, []),
        ({"filter[name]": "Acme Corp,Globex", "sort": "-name"}, ["Globex", "Acme Corp"]),
        ({"filter[exclude][name]": "Globex"}, ["Acme Corp"]),
        ({"filter[name]": r"Kub\, Reynolds"}, []),
        ({"filter[updated_at]": "2027-01-15,*"}, ["Acme Corp", "Globex"]),
        ({"filter[updated_at]": "*,2027-01-14"}, []),
        ({"filter[primary]": "false"}, []),
        ({"sort": "organization_type_name"}, ["Acme Corp", "Globex"]),
    ],
    ids=str,
)
def test_filters_of_organizations(api: Api, query: dict[str, str], names: list[str]) -> None:
    """Or within a filter, and between filters, excludes, ranges, sorts by other records' names."""
    found = api.get("/organizations", **query)["data"]
    assert [one["attributes"]["name"] for one in found] == names


def test_a_comma_in_a_name(api: Api) -> None:
    """It splits the filter unless it is escaped."""
    api.write("POST", "/organizations", {"name": "Kub, Reynolds"})
    assert api.get("/organizations", **{"filter[name]": "Kub, Reynolds"})["data"] == []
    assert len(api.get("/organizations", **{"filter[name]": r"Kub\, Reynolds"})["data"]) == 1


def test_sort_and_include_that_are_not_offered(make_api: MakeApi) -> None:
    """Rejected or ignored, by switch."""
    api = make_api()
    api.refused("GET", "/organizations?sort=colour", 400)
    api.get("/organizations", include="colour")
    api = make_api(unknown_sort="ignore", unknown_include="reject")
    api.get("/organizations", sort="colour")
    api.refused("GET", "/organizations?include=colour", 400)


@pytest.mark.parametrize("key", [None, "", "ITG.wrong"])
def test_a_key_is_needed(make_api: MakeApi, key: str | None) -> None:
    """403 with the gateway's body, which is no JSON:API."""
    api = make_api(keys=("ITG.right",))
    api.key = key
    assert api.refused("GET", "/organizations", 403) == {"message": "Forbidden"}
    api.key = "ITG.right"
    api.get("/organizations")


@pytest.mark.parametrize("status", [404, 401])
def test_unknown_ids(make_api: MakeApi, status: int) -> None:
    """404, or 401 'Unauthorized resource access' as recorded."""
    body = make_api(unknown_id=status).refused("GET", "/flexible_assets/99999", status)
    if status == 401:
        entry = {"status": 401, "title": "Unauthorized", "detail": "Unauthorized resource access"}
        assert body == {"errors": [entry | {"source": {"pointer": "id"}}]}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nonsense"), ("GET", "/documents"), ("POST", "/documents/1/publish"),
     ("GET", "/organizations/abc"), ("DELETE", "/organizations/1"), ("PUT", "/organizations"),
     ("POST", "/documents/1/relationships/document_images")],
)  # fmt: skip
def test_paths_that_do_not_exist(api: Api, method: str, path: str) -> None:
    """All are 404."""
    api.refused(method, path, 404)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"data": 1}', b'{"data": {"attributes": []}}', b"\xff",
     b'{"data": {"attributes": {"name": "\\ud800"}}}'],
)  # fmt: skip
def test_bodies_that_make_no_sense(api: Api, body: bytes) -> None:
    """All are 400, in JSON."""
    api.refused("POST", "/organizations", 400, content=body)


def test_the_status_in_an_error_is_a_number(api: Api) -> None:
    """JSON:API says string; IT Glue sends an integer."""
    (entry,) = api.refused("POST", "/organizations", 422, json=document({}))["errors"]
    assert entry["status"] == 422
    assert entry["detail"] == ["can't be blank"]


def test_names_come_in_with_dashes_or_underscores(api: Api) -> None:
    """And go out with dashes."""
    for attributes in ({"name": "A", "short_name": "X"}, {"name": "B", "short-name": "X"}):
        assert api.write("POST", "/organizations", attributes)["attributes"]["short-name"] == "X"


def test_request_size(make_api: MakeApi) -> None:
    """A body above 10 MB is 413."""
    assert make_api().site.switches.max_request_bytes == 10 * 1024 * 1024
    api = make_api(max_request_bytes=100)
    api.refused("POST", "/organizations", 413, json=document({"name": "x" * 100}))


@pytest.mark.parametrize("status", [500, 502, 504, None])
def test_answer_size(make_api: MakeApi, status: int | None) -> None:
    """An answer above 10 MB is the gateway's error, unless switched off."""
    api = make_api(max_response_bytes=500, oversized_response=status)
    assert api.send("GET", "/organizations").status_code == status or status is None


def test_content_type(make_api: MakeApi) -> None:
    """Any is taken, unless the switch is on."""
    body: dict[str, Any] = document({"name": "A"})
    assert make_api().send("POST", "/organizations", json=body).status_code == 201
    api = make_api(strict_content_type=True)
    api.refused("POST", "/organizations", 415, json=body)
    headers = {"content-type": "application/vnd.api+json; charset=utf-8"}
    assert api.send("POST", "/organizations", json=body, headers=headers).status_code == 201


def test_every_answer_has_the_sites_date(api: Api) -> None:
    """The API's answers, errors and pages alike."""
    for path in ("/organizations", "/nonsense", "/", "/simulator/state"):
        answer = api.send("GET", path)
        assert parsedate_to_datetime(answer.headers["date"]).timestamp() == START


def test_whole_seconds(make_api: MakeApi) -> None:
    """Times come out with three digits that are zero, or not, by switch."""
    for whole, ending in ((True, ".000Z"), (False, ".250Z")):
        api = make_api(whole_seconds=whole)
        api.clock.pass_(0.25)
        assert api.asset()["attributes"]["created-at"].endswith(ending)


def test_delete_answers(make_api: MakeApi) -> None:
    """200 with what was deleted, or 204 with nothing."""
    for status in (200, 204):
        api = make_api(delete_status=status)
        asset = api.asset()
        answer = api.send("DELETE", f"/flexible_assets/{asset['id']}")
        assert answer.status_code == status
        assert (answer.json()["data"]["id"] == asset["id"]) if status == 200 else not answer.content


def limited(api: Api, requests: int) -> list[int]:
    return [api.send("GET", "/users").status_code for _ in range(requests)]


def test_the_limit_is_three_thousand_in_five_minutes(api: Api) -> None:
    """As documented."""
    assert (api.site.switches.limit_requests, api.site.switches.limit_seconds) == (3000, 300)


@pytest.mark.parametrize("window", ["sliding", "fixed", "bucket"])
def test_the_limit_and_its_windows(make_api: MakeApi, window: str) -> None:
    """Three pass, the fourth does not; after the window all is well again."""
    api = make_api(limit_requests=3, limit_seconds=60, limit_window=window)
    assert limited(api, 5) == [200, 200, 200, 429, 429]
    api.clock.pass_(60)
    assert limited(api, 4) == [200, 200, 200, 429]


def test_windows_differ_in_between(make_api: MakeApi) -> None:
    """A bucket fills drop by drop, a sliding window frees what is old, a fixed one waits."""
    passed = {}
    for window in ("sliding", "fixed", "bucket"):
        api = make_api(limit_requests=3, limit_seconds=60, limit_window=window)
        limited(api, 1)
        api.clock.pass_(40)
        limited(api, 2)
        api.clock.pass_(19)
        passed[window] = limited(api, 3).count(200)
    assert passed == {"sliding": 0, "fixed": 0, "bucket": 1}


def test_requests_refused_may_count_too(make_api: MakeApi) -> None:
    """Then hammering on never gets through."""
    api = make_api(limit_requests=2, limit_seconds=60, limit_counts_refused=True)
    assert limited(api, 3) == [200, 200, 429]
    api.clock.pass_(30)
    assert limited(api, 2) == [429, 429]
    api.clock.pass_(40)
    assert limited(api, 1) == [429]


def test_the_limit_by_key(make_api: MakeApi) -> None:
    """Per account, or per key."""
    for scope, status in (("account", 429), ("key", 200)):
        api = make_api(limit_requests=1, limit_scope=scope)
        limited(api, 1)
        api.key = "ITG.other"
        assert limited(api, 1) == [status]


def test_what_a_429_says(make_api: MakeApi) -> None:
    """Its body and Retry-After, by switch."""
    answers: dict[str, httpx.Response] = {}
    for body in ("json-api", "gateway", "text"):
        api = make_api(limit_requests=1, limit_body=body, limit_retry_after=body == "text")
        limited(api, 1)
        api.clock.pass_(100.5)
        answers[body] = api.send("GET", "/users")
    assert answers["json-api"].json()["errors"][0]["status"] == 429
    assert answers["gateway"].json() == {"message": "Too Many Requests"}
    assert answers["text"].text == "Too Many Requests"
    assert answers["text"].headers["retry-after"] == "200"
    assert "retry-after" not in answers["gateway"].headers


def test_no_limit(make_api: MakeApi) -> None:
    """None switches it off; pages and controls never count."""
    assert set(limited(make_api(limit_requests=None), 5)) == {200}
    api = make_api(limit_requests=1)
    assert [api.send("GET", "/simulator/state").status_code for _ in range(3)] == [200] * 3
