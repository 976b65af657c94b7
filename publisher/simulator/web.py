"""The simulator's own routes: files, controls and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from publisher.simulator.control import control_routes
from publisher.simulator.journal import Journal
from publisher.simulator.site import Site


def create_web(site: Site, journal: Journal, clear_limit: Callable[[], None]) -> Starlette:
    """The app of everything that is not the API."""
    return Starlette(routes=control_routes(site, journal, clear_limit))


if TYPE_CHECKING:
    _ = Route
