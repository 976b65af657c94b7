"""The embedded IT Glue: truth in SQLite, HTTP over it, injected trouble.

It knows IT Glue's API from its documentation and from what its clients have recorded, and shares no
code with publisher's own client: a mistake about the wire would else pass every test.

    site = Site.open("simulator.db")
    transport = httpx.ASGITransport(create_app(site))
"""

from publisher.simulator.account import load_seed
from publisher.simulator.app import create_app
from publisher.simulator.faults import (
    AnswerLost,
    Call,
    Delay,
    Faults,
    Lost,
    NotJson,
    Partly,
    Rule,
    Status,
    Truncated,
)
from publisher.simulator.late import settle
from publisher.simulator.site import Site
from publisher.simulator.switches import Switches

__all__ = [
    "AnswerLost",
    "Call",
    "Delay",
    "Faults",
    "Lost",
    "NotJson",
    "Partly",
    "Rule",
    "Site",
    "Status",
    "Switches",
    "Truncated",
    "create_app",
    "load_seed",
    "settle",
]
