"""A client whose server echoes what is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from publisher.itglue import ITGlue

KEY = "ITG.0123456789abcdef0123456789abcdef.s3cret-part"


def client(handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> ITGlue:
    """A client that talks with *handler*."""
    transport = httpx.MockTransport(handler)
    return ITGlue(base_url="https://api.itglue.test", api_key=KEY, transport=transport, **options)


def echo(request: httpx.Request) -> httpx.Response:
    """Answer with what was sent; a new record gets the id 77."""
    data = json.loads(request.content or b"{}").get("data", {})
    several = data if isinstance(data, list) else [data]
    found = [{"type": "x", "id": _id(each), **each} for each in several]
    return httpx.Response(200, json={"data": found if isinstance(data, list) else found[0]})


def _id(data: dict[str, Any]) -> str:
    return str(data.get("attributes", {}).get("id", 77))
