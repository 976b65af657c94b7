"""Late commits: a write whose answer is lost takes effect only some time later.

A gateway gives up on a slow request although the server behind it goes on; a client that looks for
the record at once finds nothing, and finds it later. The waiting requests lie in the SQLite file.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from publisher.simulator.api import Request, perform
from publisher.simulator.faults import Action, Lost, Status
from publisher.simulator.site import Site


def delays(site: Site, request: Request, actions: Sequence[Action]) -> bool:
    """Whether this write is to be carried out later."""
    lost = any(isinstance(action, Lost | Status) and action.when == "after" for action in actions)
    return bool(lost and request.method != "GET" and site.switches.late_commit_seconds)


def postpone(site: Site, request: Request) -> None:
    """Keep *request* until it is due."""
    due = site.now() + int(site.switches.late_commit_seconds * 1000)
    kept = {"method": request.method, "path": request.path, "query": request.query}
    kept["body"] = base64.b64encode(request.body).decode()
    sql = "INSERT INTO pending (due, request) VALUES (?, ?)"
    site.store.rows(sql, (due, json.dumps(kept)))


def settle(site: Site) -> None:
    """Carry out what is due by the site's clock. Every request does this first; code that reads
    the site without HTTP calls it itself."""
    if not site.store.value("SELECT 1 FROM pending WHERE due <= ?", (site.now(),)):
        return
    with site.transaction():
        sql = "DELETE FROM pending WHERE due <= ? RETURNING id, request"
        for _, text in sorted(site.store.rows(sql, (site.now(),))):
            kept = json.loads(text)
            body = base64.b64decode(kept["body"])
            perform(site, Request(kept["method"], kept["path"], kept["query"], body))
