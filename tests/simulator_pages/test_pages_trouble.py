"""The pages for trouble and traffic, in process."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from typing import Any

import httpx
import pytest
from world import World, document

from publisher.simulator import create_app
from publisher.simulator.app import Gateway
from publisher.simulator.faults import (
    Action,
    Call,
    Delay,
    Lost,
    NotJson,
    Rule,
    Status,
    Truncated,
    in_words,
)
from publisher.simulator.trouble import KINDS, REQUESTS

TROUBLE = "/simulator/trouble"


@pytest.fixture
def world(tmp_path: Any) -> World:
    """One document, published."""
    made = World(tmp_path)
    made.save("a.md", document("Restart the spooler, then look.", id="a", title="Printers"))
    made.apply()
    return made


@pytest.fixture
def app(world: World) -> Gateway:
    return create_app(world.site)


def send(app: Gateway, method: str, path: str, **options: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **options)

    return asyncio.run(ask())


def add(app: Gateway, **form: str) -> httpx.Response:
    given = {"action": "add", "kind": "503", "requests": "any", "times": "next", "seconds": "5"}
    return send(app, "POST", TROUBLE, data=given | form)


@pytest.mark.parametrize(("kind", "requests"), list(zip(KINDS, REQUESTS, strict=True)))
def test_every_fault_that_the_form_offers(app: Gateway, kind: str, requests: str) -> None:
    """Goes in force, is shown, and its button takes it away."""
    assert add(app, kind=kind, requests=requests, times="always").status_code == 303
    ((number, rule),) = app.site.faults.rules.items()
    assert rule.always
    text = send(app, "GET", TROUBLE).text
    assert f"{in_words(rule.action)}</strong>: {REQUESTS[requests][0]}, every one" in text
    assert "1 in force" in text
    send(app, "POST", TROUBLE, data={"action": "remove", "id": str(number)})
    assert app.site.faults.rules == {}
    assert "No fault." in send(app, "GET", TROUBLE).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "fire"}, "choose what happens"),
        ({"requests": "mine"}, "to which requests"),
        ({"kind": "delay", "seconds": "soon"}, "no number"),
        ({"kind": "delay", "seconds": "1e9"}, "between 0 and 120"),
        ({"kind": "delay", "seconds": "nan"}, "between 0 and 120"),
        ({"action": "explode"}, "no such button"),
        ({"action": "remove", "id": "x"}, "Not done"),
    ],
)
def test_a_form_that_makes_no_sense(app: Gateway, form: dict[str, str], words: str) -> None:
    """The page says what is wrong with it, and nothing happens."""
    answer = add(app, **form)
    assert answer.status_code == 422
    assert words in answer.text
    assert app.site.faults.rules == {}


def test_the_log_names_the_faults_that_were_met(app: Gateway) -> None:
    """Beside the request, with the budget above it; writes and failures can be listed alone."""
    before = send(app, "GET", "/simulator/log")
    add(app, requests="reads")
    assert send(app, "GET", "/organizations", headers={"x-api-key": "k"}).status_code == 503
    text = send(app, "GET", "/simulator/log").text
    assert '<span class="badge warn">503 instead</span>' in text
    assert used(text) == used(before.text) + 1
    failed = send(app, "GET", "/simulator/log?only=failed").text
    assert "503 instead" in failed
    assert 'class="method post"' not in failed
    writes = send(app, "GET", "/simulator/log?only=writes").text
    assert 'class="method post"' in writes
    assert "503 instead" not in writes


def used(text: str) -> int:
    found = re.search(r'max="3000" high="2400" value="(\d+)"', text)
    assert found
    return int(found[1])


def test_the_budget_is_of_the_last_minutes(app: Gateway, world: World) -> None:
    """What is older than the window costs nothing any more."""
    assert used(send(app, "GET", "/simulator/log").text) > 0
    world.ahead += 301
    assert used(send(app, "GET", "/simulator/log").text) == 0


def test_start_over(app: Gateway, world: World) -> None:
    """What was published is gone, organizations and types stay: the next apply makes it again."""
    add(app, times="always")
    send(app, "POST", TROUBLE, data={"action": "start-over"})
    assert (world.site.count("flexible_assets"), world.site.count("attachments")) == (0, 0)
    assert world.site.count("organizations") == 3
    assert world.site.faults.rules == {}
    world.lose_state()
    assert len(world.apply().applied) == 1


def test_forget_the_log(app: Gateway) -> None:
    """The log is empty, and the budget whole."""
    send(app, "POST", TROUBLE, data={"action": "forget"})
    text = send(app, "GET", "/simulator/log").text
    assert "No such request yet" in text
    assert used(text) == 0


def test_the_start_page_says_what_lies_where(app: Gateway, world: World) -> None:
    """A column for each type that has assets, with a link to them."""
    acme = next(one for one in world.site.all("organizations") if one.name == "Acme Corp")
    text = send(app, "GET", "/").text
    assert re.search(rf'<a href="/{acme.id}#type-\d+">1</a>', text)
    assert f'id="{re.findall("#(type-[0-9]+)", text)[0]}"' in send(app, "GET", f"/{acme.id}").text


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Lost("before"), "request lost"),
        (Lost(), "answer lost"),
        (Status(429), "429 instead"),
        (Status(504, "after"), "504, though done"),
        (Delay(2.5), "2.5 s late"),
        (Truncated(), "cut off"),
        (NotJson(), "no JSON"),
        (Call(lambda method, path: None), "a function called"),
    ],
)
def test_faults_in_words(action: Action, words: str) -> None:
    """Each kind of fault has its own."""
    assert in_words(action) == words


def test_rules_of_others_are_shown_too(app: Gateway) -> None:
    """A rule that the form does not offer is named by its patterns, and by its number."""
    app.site.faults.add(Rule("GET", "/users", Status(500), nth=3))
    app.site.faults.add(Rule("GET", "/users", Status(500), nth=3, always=True))
    text = send(app, "GET", TROUBLE).text
    assert "GET /users, number 3<" in text
    assert "GET /users, from number 3 on<" in text


def test_no_limit_still_shows_the_documented_one(world: World) -> None:
    """The simulator may be told to count nothing; the page compares with IT Glue's 3,000."""
    world.site.switches = dataclasses.replace(world.site.switches, limit_requests=None)
    assert "of 3,000" in send(create_app(world.site), "GET", "/").text
