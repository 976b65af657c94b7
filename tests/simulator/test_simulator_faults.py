"""Injected trouble, and the controls that inject it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulated import Api, MakeApi, accounts, document

from publisher.simulator import (
    AnswerLost,
    Call,
    Delay,
    Lost,
    NotJson,
    Partly,
    Rule,
    Status,
    Truncated,
)
from publisher.simulator.faults import Action


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    with accounts() as make:
        yield make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()


CREATE = ("POST", "/flexible_assets")


@pytest.mark.parametrize(
    ("action", "created"),
    [(Lost("before"), 0), (Lost("after"), 1), (Truncated(drop=True), 1)],
    ids=str,
)
def test_a_lost_answer_is_an_exception(api: Api, action: Action, created: int) -> None:
    """Whether the commit was made is what the client cannot know."""
    api.site.faults.add(Rule(*CREATE, action))
    with pytest.raises(AnswerLost):
        api.send(*CREATE, json=document(api.asset_attributes()))
    assert api.site.count("flexible_assets") == created
    api.asset()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize(("when", "created"), [("before", 0), ("after", 1)])
def test_a_status_before_or_after_the_commit(
    api: Api, status: int, when: str, created: int
) -> None:
    """With Retry-After, if the rule says so."""
    api.site.faults.add(Rule(*CREATE, Status(status, when, 7)))  # type: ignore[arg-type]  # parametrised
    answer = api.send(*CREATE, json=document(api.asset_attributes()))
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert "message" in answer.json()
    assert api.site.count("flexible_assets") == created


def test_a_part_of_a_bulk_request_is_carried_out(api: Api) -> None:
    """The answer tells of that part, unless another fault at the same request takes it away; a
    request for one record is carried out as it is."""
    nested = f"/organizations/{api.acme}/relationships/flexible_assets"
    several = document([api.asset_attributes(title=title) for title in ("One", "Two", "Three")])
    api.site.faults.add(Rule("POST", ".*", Partly(2)))
    made = api.send("POST", nested, json=several)
    assert (made.status_code, len(made.json()["data"])) == (201, 2)
    for action in (Partly(1), Status(500, "after")):
        api.site.faults.add(Rule("POST", ".*", action))
    assert api.send("POST", nested, json=several).status_code == 500
    assert api.site.count("flexible_assets") == 3
    api.site.faults.add(Rule("POST", ".*", Partly(1)))
    api.asset()
    assert api.site.count("flexible_assets") == 4


def test_bodies_that_cannot_be_read(api: Api) -> None:
    """Cut JSON, and a page in place of JSON."""
    api.site.faults.add(Rule("GET", "/users", Truncated()))
    cut = api.send("GET", "/users")
    assert cut.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        cut.json()
    api.site.faults.add(Rule("GET", "/users", NotJson()))
    assert api.send("GET", "/users").text.startswith("<html>")


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_hangs(api: Api, when: str) -> None:
    """The delay is the site's sleep, and the answer comes then."""
    api.site.faults.add(Rule("GET", "/users", Delay(29, when)))  # type: ignore[arg-type]  # parametrised
    api.get("/users")
    assert api.naps == [29]


def test_a_call_is_made_before_or_after_the_commit(api: Api) -> None:
    """It sees what is there at that moment."""
    seen: list[tuple[str, str, int]] = []

    def look(method: str, path: str) -> None:
        seen.append((method, path, api.site.count("flexible_assets")))

    api.site.faults.add(Rule(*CREATE, Call(look)))
    api.site.faults.add(Rule(*CREATE, Call(look, "after")))
    api.asset()
    assert seen == [(*CREATE, 0), (*CREATE, 1)]


def test_the_nth_request_once_or_always(api: Api) -> None:
    """Counted from when the rule was added; methods and paths match as a whole."""
    api.get("/users")
    api.site.faults.add(Rule("GET", "/users", Status(503), nth=2))
    api.site.faults.add(Rule("GET", "/user", Status(500), always=True))
    assert [api.send("GET", "/users").status_code for _ in range(4)] == [200, 503, 200, 200]
    api.site.faults.add(Rule("GET|POST", "/us.*", Status(502), nth=2, always=True))
    assert [api.send("GET", "/users").status_code for _ in range(4)] == [200, 502, 502, 502]
    api.site.faults.clear()
    assert api.send("GET", "/users").status_code == 200


def test_late_commits(make_api: MakeApi) -> None:
    """With the switch, a write whose answer is lost takes effect only later."""
    api = make_api(late_commit_seconds=120)
    for action in (Lost("after"), Status(504, "after")):
        api.site.faults.add(Rule(*CREATE, action))
    body = document(api.asset_attributes())
    with pytest.raises(AnswerLost):
        api.send(*CREATE, json=body)
    api.clock.pass_(119)
    api.get("/users")
    assert api.site.count("flexible_assets") == 0
    api.clock.pass_(1)
    api.get("/users")
    assert api.site.count("flexible_assets") == 1


def test_rules_over_http(api: Api) -> None:
    """Added, listed, met, removed; nonsense is refused with a sentence."""
    rule = {"method": "GET", "path": "/users", "action": "status", "status": 502, "always": True}
    made = api.send("POST", "/simulator/faults", json=rule)
    assert made.status_code == 201
    assert api.get("/simulator/faults") == [made.json()]
    assert api.send("GET", "/users").status_code == 502
    assert api.send("DELETE", f"/simulator/faults/{made.json()['id']}").json() == []
    api.get("/users")
    nonsense: list[object] = [
        {},
        {"action": "status", "colour": 1},
        {"action": "lost", "path": "("},
        [],
    ]
    for bad in nonsense:
        assert "problem" in api.refused("POST", "/simulator/faults", 400, json=bad)
    api.send("POST", "/simulator/faults", json={"action": "lost"})
    api.send("DELETE", "/simulator/faults")
    assert api.site.faults.rules == {}


def test_the_request_log(api: Api) -> None:
    """Method, path, query, status and duration of API requests; none for a lost answer."""
    api.get("/users", sort="name")
    api.site.faults.add(Rule("GET", "/users", Lost()))
    with pytest.raises(AnswerLost):
        api.send("GET", "/users")
    lost, good = api.get("/simulator/requests")
    assert (lost["status"], good["status"], good["query"]) == (None, 200, "sort=name")
    assert (good["method"], good["path"], good["time"]) == ("GET", "/users", api.clock.now)
    assert good["seconds"] >= 0
    api.send("DELETE", "/simulator/requests")
    assert api.get("/simulator/requests") == []


def test_state_and_reset(api: Api) -> None:
    """Counts of what there is; after a reset only what a new account holds, and the seed."""
    api.asset()
    state = api.get("/simulator/state")
    assert state["counts"]["flexible_assets"] == 1
    assert state["switches"]["limit_requests"] == 3000
    seed = {"organizations": [{"name": "Initech"}]}
    assert api.send("POST", "/simulator/reset", json=seed).status_code == 200
    assert [one.name for one in api.site.all("organizations")] == ["Initech"]
    assert api.site.count("flexible_assets") == 0
    api.refused("POST", "/simulator/reset", 400, json={"colours": []})
    assert api.site.count("organizations") == 1
