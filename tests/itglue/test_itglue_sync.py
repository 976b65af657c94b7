"""The face without async, in a plain thread, over a real socket where that matters."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from itglue_doubles import BASE_URL, KEY, ListServer, Script, one, record

from publisher.errors import NoKey, OutcomeUnknown, OutOfReach, Rejected
from publisher.itglue import ITGlueClient
from publisher.itglue.resources import Resource
from publisher.itglue.sync import SyncResource


@contextmanager
def client(handler: object) -> Iterator[ITGlueClient]:
    transport = httpx.MockTransport(handler)  # type: ignore[arg-type]  # any callable of the doubles
    with ITGlueClient(base_url=BASE_URL, api_key=KEY, transport=transport) as itglue:
        yield itglue


def test_lists_are_iterators() -> None:
    """Pages are read as they are asked for."""
    server = ListServer(list(range(25)))
    with client(server) as itglue:
        ids = (r.id for r in itglue.organizations.list(size=10))
        assert next(ids) == "0"
        assert len(server.asked) == 1
        assert len(list(ids)) == 24
        assert [len(page.records) for page in itglue.organizations.pages(size=10)] == [10, 10, 5]
        assert itglue.requests == 6
        assert itglue.budget_left == 2940 - 6


def test_every_verb() -> None:
    """All methods do what their asynchronous twins do."""
    asset = record(9, "flexible-assets")
    listed = httpx.Response(200, json={"data": [asset]})
    with client(Script(one(200, asset))) as itglue:
        assets = itglue.flexible_assets
        found = assets.get(9)
        assert found is not None
        assert assets.create({"organization_id": 2}).id == "9"
        assert assets.update(9, {"archived": True}).id == "9"
        assert assets.under("organizations", 2).create({}).id == "9"
        assets.delete(9)
        files = itglue.attachments("flexible_assets", 9)
        assert files.create("a.txt", b"x").id == "9"
        assert files.rename(9, "b").id == "9"
        files.delete([9])
        assert itglue.related_items("flexible_assets", 9).create({}).id == "9"
        assert itglue.sections(4).create({}).id == "9"
    with client(Script(listed)) as itglue:
        assert [r.id for r in itglue.organizations.named("x")] == []
        assert [r.id for r in itglue.attachments("flexible_assets", 9).list()] == ["9"]
        assert [r.id for r in itglue.fields(9).list()] == ["9"]
        assert [t.type.id for t in itglue.types_with_fields()] == ["9"]
        assert [r.id for r in itglue.configurations.create_many([{}])] == ["9"]
        assert [r.id for r in itglue.configurations.update_many({9: {}})] == ["9"]


def test_same_methods() -> None:
    """No method of a resource is missing in its synchronous twin."""
    public = {name for name in vars(Resource) if not name.startswith("_")} - {"path"}
    assert public <= set(vars(SyncResource))


def test_errors_pass() -> None:
    """What the client raises reaches the caller as it is."""
    with client(Script(httpx.Response(422))) as itglue, pytest.raises(Rejected):
        itglue.organizations.create({})


def test_closing_twice_and_an_unfinished_list() -> None:
    """A list that is left in the middle, and a second close, do no harm."""
    threads = threading.active_count()
    itglue = ITGlueClient(
        base_url=BASE_URL, api_key=KEY, transport=httpx.MockTransport(ListServer([1, 2, 3]))
    )
    next(itglue.organizations.list(size=1))
    itglue.close()
    itglue.close()
    assert threading.active_count() == threads


def test_no_thread_without_a_key() -> None:
    """A client that cannot be made leaves nothing behind."""
    threads = threading.active_count()
    with pytest.raises(NoKey):
        ITGlueClient(instance="sandbox")
    assert threading.active_count() == threads


class Flaky(BaseHTTPRequestHandler):
    """Answers GET; closes the connection on everything else without a word."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        content = b'{"data": {"id": "1"}}'
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.close_connection = True

    def do_PATCH(self) -> None:
        self.do_POST()
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        self.wfile.write(b'{"data": {"id": "1"')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's own name)
        """Say nothing."""


@pytest.fixture
def flaky() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_a_socket(flaky: str) -> None:
    """Over real connections: an answer, a lost one, a truncated one, and none at all."""
    with ITGlueClient(base_url=flaky, api_key=KEY) as itglue:
        found = itglue.organizations.get(1)
        assert found is not None
        with pytest.raises(OutcomeUnknown):
            itglue.organizations.create({})
        with pytest.raises(OutcomeUnknown):
            itglue.organizations.update(1, {})
        assert itglue.requests == 3
    with (
        ITGlueClient(base_url="http://127.0.0.1:9", api_key=KEY) as itglue,
        pytest.raises(OutOfReach),
    ):
        itglue.organizations.create({})
