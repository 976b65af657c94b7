"""The web server over a desk: pages, parts of pages, files, events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from publisher.preview import guard, words
from publisher.preview.changes import Change
from publisher.preview.desk import Desk
from publisher.preview.model import Listing, Value, View
from publisher.preview.sheet import document_url, file_url

_STATIC = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PDF, _UNKNOWN = "application/pdf", "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"
_MEDIA_TYPES = {
    ".pdf": _PDF, ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".bmp": "image/bmp",
    ".svg": "image/svg+xml",
} | dict.fromkeys(
    (".csv", ".txt", ".log", ".md", ".json", ".yaml", ".yml", ".ps1", ".sh", ".xml"), _TEXT
)  # fmt: skip
"""What a browser may show; anything else it saves. HTML is not among them."""


def create_app(desk: Desk) -> guard.Guard:
    """The whole server."""
    own = _Pages(desk)
    routes = [
        Route("/", own.start),
        Route("/d/{path:path}", own.document),
        Route("/part/{path:path}", own.part),
        Route("/changes/{path:path}", own.changes),
        Route("/frame/{path:path}", own.frame),
        Route("/files/{path:path}", own.file),
        Route("/documents.json", own.documents),
        Route("/events", own.events),
        Route("/look", own.look, methods=["POST"]),
        Route("/static/{name}", own.static),
    ]
    return guard.Guard(Starlette(routes=routes))


class _Pages:
    """One method per route."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("publisher.preview", "pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"bytes": words.size, "file_url": file_url}
        self._templates.globals |= {"document_url": document_url, "sandbox": guard.SANDBOX}

    async def start(self, request: Request) -> Response:
        return self._page("start.html", title="Preview", **await self._start())

    async def document(self, request: Request) -> Response:
        view = await self._view(request)
        if view is None:
            return self._page("missing.html", 404, title="Not found", path=_path(request))
        return self._page("document.html", title=view.title, **self._of(view))

    async def part(self, request: Request) -> Response:
        """What changes when another document is chosen, or this one."""
        if not _path(request):
            return self._page("start.part.html", **await self._start())
        view = await self._view(request)
        if view is None:
            return self._page("missing.part.html", 404, path=_path(request))
        return self._page("document.part.html", **self._of(view))

    async def changes(self, request: Request) -> Response:
        view = await self._view(request)
        found = await self._desk.changes(view) if view else None
        framed = {one.key: _frame_url(view, one, changes=True) for one in found or () if view}
        return self._page("changes.part.html", changes=found, framed=framed)

    async def frame(self, request: Request) -> Response:
        """The HTML of one Textbox, by itself."""
        view = await self._view(request)
        boxes: Iterable[Value | Change] = view.values if view else ()
        if view and "changes" in request.query_params:
            boxes = await self._desk.changes(view) or ()
        field = request.query_params.get("field")
        html = next((one.html for one in boxes if one.key == field), None)
        page = self._templates.get_template("frame.html").render(html=html or "")
        return HTMLResponse(page, headers={"content-security-policy": guard.FRAME})

    async def file(self, request: Request) -> Response:
        """A file of the docs root, as it lies there."""
        path = _path(request)
        content = await run_in_threadpool(self._desk.library.file, path)
        if content is None:
            return Response(status_code=404)
        media_type = _MEDIA_TYPES.get(PurePosixPath(path).suffix.lower(), _UNKNOWN)
        # A browser's PDF viewer is a page of its own, which a sandbox would leave empty.
        headers = {} if media_type == _PDF else {"content-security-policy": guard.FILE}
        if media_type == _UNKNOWN:
            headers["content-disposition"] = "attachment"
        return Response(content, headers=headers, media_type=media_type)

    async def documents(self, request: Request) -> Response:
        return JSONResponse(words.index(await self._listing(), self._desk))

    async def events(self, request: Request) -> Response:
        return StreamingResponse(self._desk.feed.stream(), media_type="text/event-stream")

    async def look(self, request: Request) -> Response:
        self._desk.look_again()
        return Response(status_code=202)

    async def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        there = {one.name: one for one in files("publisher.preview").joinpath("static").iterdir()}
        if name not in there:
            return Response(status_code=404)
        return Response(there[name].read_bytes(), media_type=_STATIC[PurePosixPath(name).suffix])

    # Plumbing

    async def _view(self, request: Request) -> View | None:
        organization = request.query_params.get("org", "")
        return await run_in_threadpool(self._desk.library.view, _path(request), organization)

    async def _listing(self) -> Listing:
        return await run_in_threadpool(self._desk.library.listing)

    async def _start(self) -> dict[str, Any]:
        listing = await self._listing()
        return {"summary": words.summary(listing, self._desk), "note": words.note(self._desk)}

    def _of(self, view: View) -> dict[str, Any]:
        framed = {one.key: _frame_url(view, one) for one in view.values if one.html is not None}
        return {"view": view, "stands": words.stands(view, self._desk), "framed": framed}

    def _page(self, name: str, status: int = 200, **values: Any) -> Response:
        desk = self._desk
        always = {"problem": desk.problem, "name": desk.library.name, "instance": desk.instance}
        return HTMLResponse(self._templates.get_template(name).render(always | values), status)


def _path(request: Request) -> str:
    return str(request.path_params["path"])


def _frame_url(view: View, box: Value | Change, *, changes: bool = False) -> str:
    """Where one Textbox is; the address changes with the content, so no page shows an old one."""
    version = hashlib.sha256((box.html or "").encode()).hexdigest()[:12]
    organization = view.organization.id if view.organization else ""
    query = {"org": organization, "field": box.key, "v": version} | (
        {"changes": 1} if changes else {}
    )
    return f"/frame/{quote(view.path)}?{urlencode(query)}"
