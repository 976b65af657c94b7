"""The simulator's own site: pages to look at what it holds and to edit an asset by hand.

Server-rendered, without scripts. A strict Content-Security-Policy and a sandboxed frame keep the
HTML that was published from doing anything; a page elsewhere cannot post here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jinja2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from publisher.simulator import byhand, display, sheets, traffic, trouble
from publisher.simulator.control import control_routes, file_response
from publisher.simulator.errors import ApiError, not_found
from publisher.simulator.journal import Journal
from publisher.simulator.site import Site
from publisher.simulator.store import Record

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",  # `no-referrer` makes browsers post as the origin "null"
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_SHEETS: Mapping[str, tuple[str, Callable[[Site, Record], display.Values]]] = {
    "flexible_assets": ("asset", sheets.asset),
    "documents": ("document", sheets.document),
}
"""Records that can be changed by hand: the template of their page, and what it shows."""


def create_web(site: Site, journal: Journal, clear_limit: Callable[[], None]) -> ASGIApp:
    """The app of everything that is not the API."""
    own = _Pages(site, journal, clear_limit)
    asset = "/{organization:int}/assets/{type:int}/records/{number:int}"
    document = "/{organization:int}/docs/{number:int}"
    routes = [
        Route("/", own.organizations, methods=["GET"]),
        Route("/favicon.ico", own.nothing, methods=["GET"]),
        Route("/simulator/log", own.log, methods=["GET"]),
        Route("/simulator/trouble", own.trouble, methods=["GET"]),
        Route("/simulator/trouble", own.make_trouble, methods=["POST"]),
        Route("/simulator/{name}.css", own.style, methods=["GET"]),
        *control_routes(site, journal, clear_limit),
        Route(asset, own.asset, methods=["GET"]),
        Route(asset, own.change_asset, methods=["POST"]),
        Route(document, own.document, methods=["GET"]),
        Route(document, own.change_document, methods=["POST"]),
        Route("/{organization:int}/docs/{document:int}/images/{number:int}", own.image),
        Route("/{organization:int}", own.organization, methods=["GET"]),
        Route("/{organization:int}/{kind}/{number:int}", own.record, methods=["GET"]),
    ]
    handlers: Mapping[Any, Any] = {404: own.missing, ApiError: own.missing}
    return _SameOrigin(Starlette(routes=routes, exception_handlers=handlers))


class _SameOrigin:
    """Refuses what a page of another origin sends: it could else reset or edit this site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            headers = Request(scope).headers
            origin = headers.get("origin")
            foreign = origin is not None and urlsplit(origin).netloc != headers.get("host")
            if foreign or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
                await Response("another origin", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class _Pages:
    """One method per page."""

    def __init__(self, site: Site, journal: Journal, clear_limit: Callable[[], None]) -> None:
        self._site, self._journal, self._clear_limit = site, journal, clear_limit
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("publisher.simulator", "pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
        )

    def _page(self, name: str, values: display.Values, status: int = 200) -> Response:
        always: display.Values = {
            "trail": [],
            "side": None,
            "budget": traffic.budget(self._site, self._journal),
            "faults": len(self._site.faults.rules),
        }
        text = self._templates.get_template(f"{name}.html").render(always | values)
        return HTMLResponse(text, status, headers=_HEADERS)

    async def organizations(self, request: Request) -> Response:
        return self._page("organizations", display.organizations(self._site))

    async def organization(self, request: Request) -> Response:
        record = self._site.get("organizations", request.path_params["organization"])
        return self._page("organization", display.organization(self._site, record))

    async def asset(self, request: Request) -> Response:
        record = self._named(request, "flexible_assets")
        wanted = request.query_params.get("version")
        versions = self._site.store.versions(record.id) if wanted else []
        version = next((one for one in versions if str(one.id) == wanted), None)
        return self._page("asset", sheets.asset(self._site, record, version))

    async def change_asset(self, request: Request) -> Response:
        return await self._change(request, "flexible_assets")

    async def document(self, request: Request) -> Response:
        found = self._named(request, "documents")
        return self._page("document", sheets.document(self._site, found))

    async def change_document(self, request: Request) -> Response:
        return await self._change(request, "documents")

    async def _change(self, request: Request, resource: str) -> Response:
        record, site = self._named(request, resource), self._site
        try:
            there = byhand.change(site, record, await _form(request))
        except ApiError as refused:
            name, sheet = _SHEETS[resource]
            values = sheet(site, record) | {"problem": byhand.sentence(refused)}
            return self._page(name, values, 422)
        return RedirectResponse(request.url.path if there else f"/{record.organization_id}", 303)

    async def record(self, request: Request) -> Response:
        resource = request.path_params["kind"]
        if resource not in display.OTHERS:
            raise not_found()
        return self._page("record", sheets.record(self._site, self._named(request, resource)))

    async def image(self, request: Request) -> Response:
        self._site.get("document_images", request.path_params["number"])
        return file_response(self._site.file(request.path_params["number"]))

    async def log(self, request: Request) -> Response:
        only = request.query_params.get("only", "")
        return self._page("log", traffic.log(self._site, self._journal, only))

    async def trouble(self, request: Request) -> Response:
        return self._page("trouble", trouble.page(self._site) | _address(request))

    async def make_trouble(self, request: Request) -> Response:
        form = await _form(request)
        try:
            self._carry_out(form)
        except ValueError as problem:
            values = trouble.page(self._site) | {"problem": f"Not done: {problem}."}
            return self._page("trouble", values | _address(request), 422)
        return RedirectResponse(request.url.path, 303)

    def _carry_out(self, form: Mapping[str, str]) -> None:
        """One button of the page."""
        match form.get("action"):
            case "add":
                self._site.faults.add(trouble.rule(form))
            case "remove":
                self._site.faults.remove(int(form.get("id", "")))
            case "clear":
                self._site.faults.clear()
            case "forget":
                self._journal.clear()
                self._clear_limit()
            case "start-over":
                trouble.start_over(self._site)
            case _:
                raise ValueError("there is no such button")

    async def style(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ("style", "textbox"):
            raise not_found()
        text = files("publisher.simulator").joinpath("pages", f"{name}.css").read_text("utf-8")
        return Response(text, media_type="text/css", headers={"x-content-type-options": "nosniff"})

    async def nothing(self, request: Request) -> Response:
        return Response(status_code=204)

    async def missing(self, request: Request, problem: Exception) -> Response:
        text = "There is nothing here: it may have been deleted."
        return self._page("problem", {"heading": "Not found", "text": text}, 404)

    def _named(self, request: Request, resource: str) -> Record:
        """The record of the path, if it lies in the path's organization."""
        record = self._site.get(resource, request.path_params["number"])
        if record.organization_id != request.path_params["organization"]:
            raise not_found()
        return record


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _address(request: Request) -> dict[str, str]:
    """Where this server is, for the command that reaches it."""
    return {"address": f"http://{request.url.netloc}"}
