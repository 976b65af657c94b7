"""No key and no password value in a log, an error, a repr or a traceback, whatever happens."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from glue import KEY, PNG

from publisher.errors import ITGlueError
from publisher.itglue import Exchange, ITGlueClient, Listener, Logs, Several

VALUE = "pa55-value-of-somebody"
PARTS = [KEY, *KEY.split(".")[1:], VALUE]


class Kept(Listener):
    """Keeps what it is told, as text."""

    def __init__(self) -> None:
        self.text = ""

    def exchanged(self, exchange: Exchange) -> None:
        self.text += repr(exchange)


def answer(status: int, text: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, text=text)


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError(f"lost {request.headers['x-api-key']}", request=request)


PASSWORD = f'{{"id": "1", "type": "passwords", "attributes": {{"password": "{VALUE}"}}}}'
SERVERS = {
    "well": answer(200, f'{{"data": {PASSWORD}}}'),
    "list": answer(200, f'{{"data": [{PASSWORD}]}}'),
    "refused": answer(403, f'{{"message": "the key {KEY} is bad"}}'),
    "rejected": answer(422, f'{{"errors": [{{"detail": "{KEY} is odd", "status": 422}}]}}'),
    "broken": answer(500, KEY),
    "redirected": lambda request: httpx.Response(302, headers={"location": "https://x.test/"}),
    "lost": lost,
}
CALLS: dict[str, Callable[[ITGlueClient], Any]] = {
    "get": lambda itglue: itglue.passwords.get(1),
    "list": lambda itglue: list(itglue.passwords.list()),
    "create": lambda itglue: itglue.passwords.create({"name": "n", "password": VALUE}),
    "update": lambda itglue: itglue.passwords.update(1, {"password": VALUE}),
    "delete": lambda itglue: itglue.passwords.delete(1),
    "link": lambda itglue: itglue.link(("passwords", 1), ("contacts", 2)),
    "relationships": lambda itglue: itglue.relationships(("passwords", 1)),
    "health": lambda itglue: itglue.health(),
    "document": lambda itglue: itglue.create_document(1, "D", [], images={"a.png": PNG}),
}


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("call", CALLS)
def test_nothing_leaks(
    server: str, call: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call meets every kind of answer, and everything that is told of it is searched."""
    monkeypatch.setattr("publisher.itglue.retry.TRIES", 1)
    kept, told = Kept(), ""
    transport = httpx.MockTransport(SERVERS[server])
    with (
        caplog.at_level(logging.DEBUG),
        ITGlueClient(
            base_url="https://x.test",
            api_key=KEY,
            transport=transport,
            listener=Several(Logs(), kept),
        ) as itglue,
    ):
        try:
            told = repr(CALLS[call](itglue))
        except ITGlueError as error:
            told = f"{error!r} {error} {error.args} {''.join(traceback.format_exception(error))}"
        told += repr(itglue) + repr(vars(itglue))
    everything = told + kept.text + caplog.text
    assert kept.text
    assert not [part for part in PARTS if part in everything]
