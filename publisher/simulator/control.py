"""``/simulator/…``: the controls for tests and for curiosity, as JSON. No key is needed.

GET, POST, DELETE  /simulator/faults          rules in force; add one; remove all
DELETE             /simulator/faults/ID       remove one
GET                /simulator/requests        the request log, newest first (``?limit=``)
GET                /simulator/state           how many records of each kind, and the switches
POST               /simulator/reset           an empty account again; the body may be a seed
GET                /simulator/files/ID/NAME   the bytes of an attachment, an upload or a picture
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from publisher.simulator import account, faults
from publisher.simulator import journal as log
from publisher.simulator.errors import ApiError
from publisher.simulator.journal import Journal
from publisher.simulator.site import Site
from publisher.simulator.store import File

_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})
_FILE_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}


def control_routes(site: Site, journal: Journal, clear_limit: Callable[[], None]) -> list[Route]:
    """The routes below ``/simulator``."""
    controls = _Controls(site, journal, clear_limit)
    return [
        Route("/simulator/faults", controls.list_faults, methods=["GET"]),
        Route("/simulator/faults", controls.add_fault, methods=["POST"]),
        Route("/simulator/faults", controls.clear_faults, methods=["DELETE"]),
        Route("/simulator/faults/{number:int}", controls.remove_fault, methods=["DELETE"]),
        Route("/simulator/requests", controls.requests, methods=["GET"]),
        Route("/simulator/requests", controls.clear_requests, methods=["DELETE"]),
        Route("/simulator/state", controls.state, methods=["GET"]),
        Route("/simulator/reset", controls.reset, methods=["POST"]),
        Route("/simulator/files/{number:int}/{name:path}", controls.file, methods=["GET"]),
    ]


class _Controls:
    def __init__(self, site: Site, journal: Journal, clear_limit: Callable[[], None]) -> None:
        self._site, self._journal, self._clear_limit = site, journal, clear_limit

    async def list_faults(self, request: Request) -> Response:
        rules = self._site.faults.rules.items()
        return JSONResponse([faults.describe(number, rule) for number, rule in rules])

    async def add_fault(self, request: Request) -> Response:
        try:
            rule = faults.rule_of(await request.json())
        except (ValueError, AttributeError) as problem:
            return JSONResponse({"problem": str(problem)}, 400)
        number = self._site.faults.add(rule)
        return JSONResponse(faults.describe(number, rule), 201)

    async def clear_faults(self, request: Request) -> Response:
        self._site.faults.clear()
        return JSONResponse([])

    async def remove_fault(self, request: Request) -> Response:
        self._site.faults.remove(request.path_params["number"])
        return await self.list_faults(request)

    async def requests(self, request: Request) -> Response:
        most = request.query_params.get("limit", "1000")
        entries = self._journal.latest(int(most) if most.isdigit() else 1000)
        return JSONResponse([log.describe(entry) for entry in entries])

    async def clear_requests(self, request: Request) -> Response:
        self._journal.clear()
        return JSONResponse([])

    async def state(self, request: Request) -> Response:
        switches = asdict(self._site.switches)
        switches["extra_tags"] = sorted(switches["extra_tags"])
        return JSONResponse({"counts": self._site.store.counts(), "switches": switches})

    async def reset(self, request: Request) -> Response:
        try:
            seed = json.loads(await request.body() or b"{}")
            with self._site.transaction():
                self._site.reset()
                account.load_seed(self._site, seed)
        except (ValueError, AttributeError, ApiError) as problem:
            return JSONResponse({"problem": str(problem)}, 400)
        self._clear_limit()
        return await self.state(request)

    async def file(self, request: Request) -> Response:
        return file_response(self._site.file(request.path_params["number"]))


def file_response(file: File | None) -> Response:
    """The bytes of a file; pictures and plain text open in the browser, all else is saved."""
    if file is None:
        return Response("no such file", 404, media_type="text/plain")
    place = "inline" if file.content_type in _INLINE else "attachment"
    disposition = f"{place}; filename*=UTF-8''{quote(file.name)}"
    headers = _FILE_HEADERS | {"content-disposition": disposition}
    return Response(file.content, media_type=file.content_type, headers=headers)
