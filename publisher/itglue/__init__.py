"""The IT Glue client, a library by itself.

    from publisher.itglue import ITGlue

    async with ITGlue(region="eu") as itglue:
        async for organization in itglue.organizations.list(sort="name"):
            print(organization.id, organization.attributes.name)

What happens to a request is one concern per module, from the caller to the wire: `resources` over
`paging`, then `sender`, which leads through `retry`, `throttle` (with `slots` and `pacing`) and
`breaker` to `transport`; `outcome` says what came of it. `entities` is the table of all records,
`models` their attributes.
"""

from publisher.itglue.bulk import Done
from publisher.itglue.client import ITGlue
from publisher.itglue.clock import Clock, SystemClock
from publisher.itglue.documents import Heading, Step, Text
from publisher.itglue.events import Exchange, Listener, Logs, Several
from publisher.itglue.health import Health
from publisher.itglue.hooks import Change, Hooks
from publisher.itglue.keys import Secret, find_key
from publisher.itglue.links import Relationship
from publisher.itglue.models import Record, parse_time
from publisher.itglue.paging import Page
from publisher.itglue.slots import Entry, Log, RateLimit
from publisher.itglue.sync import ITGlueClient
from publisher.itglue.types import TypeWithFields

__all__ = [
    "Change",
    "Clock",
    "Done",
    "Entry",
    "Exchange",
    "Heading",
    "Health",
    "Hooks",
    "ITGlue",
    "ITGlueClient",
    "Listener",
    "Log",
    "Logs",
    "Page",
    "RateLimit",
    "Record",
    "Relationship",
    "Secret",
    "Several",
    "Step",
    "SystemClock",
    "Text",
    "TypeWithFields",
    "find_key",
    "parse_time",
]
