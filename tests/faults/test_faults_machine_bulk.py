"""The machine that does anything in any order, with several assets a request."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import settings
from test_faults_machine import QUIET, Publishing, WatchedWorld


class WatchedBulk(WatchedWorld):
    """Looks at each asset of a bulk request."""

    def serve(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/relationships/flexible_assets"):
            for one in json.loads(request.content)["data"]:
                if not any(attempt in json.dumps(one) for attempt in self._intents()):
                    self.unannounced.append(json.dumps(one))
        return super().serve(request)


class BulkPublishing(Publishing):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        world: Any = self.world
        world.__class__ = WatchedBulk
        world.settings = world.settings.model_copy(update={"bulk_size": 3})


TestBulkPublishing = pytest.mark.slow(BulkPublishing.TestCase)
TestBulkPublishing.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=QUIET
)
