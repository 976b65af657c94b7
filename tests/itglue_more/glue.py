"""An account of the embedded IT Glue for the client's tests: in process, or on a port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import uvicorn

from publisher.itglue import ITGlue, ITGlueClient
from publisher.simulator import Site, Switches, create_app, load_seed
from publisher.simulator.server import bind

KEY = "ITG.0123456789abcdef0123456789abcdef.s3cret-part"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SEED: dict[str, Any] = {
    "organizations": [{"name": "Acme Corp"}, {"name": "Baker, Stone & Partners"}],
    "types": [
        {
            "name": "SOP",
            "fields": [
                {"name": "Title", "kind": "Text", "required": True, "use_for_title": True},
                {"name": "Body", "kind": "Textbox"},
                {"name": "Servers", "kind": "Tag", "tag_type": "Configurations"},
            ],
        }
    ],
    "configurations": [
        {"name": "SRV-01", "organization": "Acme Corp", "configuration_type": "Server"},
        {"name": "SRV-02", "organization": "Acme Corp", "configuration_type": "Server"},
        {"name": "FW-01", "organization": "Acme Corp", "configuration_type": "Firewall"},
    ],
    "contacts": [{"first_name": "Jane", "last_name": "Doe", "organization": "Acme Corp"}],
    "passwords": [{"name": "admin", "organization": "Acme Corp", "password": "pa55-value"}],
}


@contextmanager
def account(**switches: Any) -> Iterator[Site]:
    """An account with two organizations and some records."""
    with closing(Site.open(":memory:", switches=Switches(**switches))) as site:
        load_seed(site, SEED)
        yield site


def arguments(site: Site) -> dict[str, Any]:
    """What makes a client of *site*, in process."""
    transport = httpx.ASGITransport(create_app(site))
    return {"base_url": "http://127.0.0.1:8090", "api_key": KEY, "transport": transport}


def client(site: Site) -> ITGlue:
    return ITGlue(**arguments(site))


def plain(site: Site) -> ITGlueClient:
    return ITGlueClient(**arguments(site))


def id_of(site: Site, resource: str, name: str) -> str:
    (found,) = [record for record in site.all(resource) if record.name == name]
    return str(found.id)


def writes(site: Site) -> list[str]:
    """``METHOD path`` of the writes so far."""
    rows = site.store.rows("SELECT method, path FROM request ORDER BY id")
    return [f"{method} {path}" for method, path in rows if method != "GET"]


@contextmanager
def served(site: Site) -> Iterator[str]:
    """*site* on a loopback port, in a thread; gives the base URL."""
    listener = bind(0)
    config = uvicorn.Config(create_app(site), lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        site.web_base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield site.web_base
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
