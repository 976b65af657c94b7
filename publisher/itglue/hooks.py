"""Callbacks on what this client has changed.

    itglue.on("document.created", lambda change: print(change.id))
    itglue.on("password.rotated", tell_the_vault)      # may be async
    itglue.on("*", write_to_the_audit_log)

An event is named by the entity in the singular and `created`, `updated` or `deleted`. An update of
a password that sets its value is `password.rotated` too. A hook hears of what certainly was done by
this client: not of a write whose outcome is unknown, nor of what others do in IT Glue.

An installed package listens without a line in anybody's script: an entry point in the group
`itglue_publisher.hooks` names a function that is called once with the client's `Hooks`.
"""

from __future__ import annotations

import asyncio
import difflib
import inspect
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any, Literal, TypeAlias

from publisher.itglue.entities import BY_TYPE
from publisher.itglue.events import log
from publisher.itglue.models import Record

GROUP = "itglue_publisher.hooks"
PATIENCE = 10.0
"""Seconds that an asynchronous hook may take; the write has been done, and its caller waits."""
ALL = "*"

Verb = Literal["created", "updated", "deleted", "rotated"]


@dataclass(frozen=True, slots=True)
class Change:
    """One record that this client created, updated or deleted."""

    event: str
    """`document.created`"""
    entity: str
    """Where such records lie: `documents`."""
    id: str
    record: Record[Any] | None = field(default=None, repr=False)
    """As IT Glue answered it; None when it was deleted, or the answer did not hold it."""
    parent: tuple[str, str] | None = None
    """(collection, id) of the record that it was reached below."""


Callback: TypeAlias = Callable[[Change], Awaitable[object] | object]


def singular(entity_type: str) -> str:
    """The name of one record of a JSON:API type: `flexible-assets` -> `flexible_asset`."""
    name = entity_type.replace("-", "_")
    for plural, single in (("ies", "y"), ("statuses", "status")):
        if name.endswith(plural):
            return name.removesuffix(plural) + single
    return name.removesuffix("s")


def events() -> Iterator[str]:
    """The name of every event."""
    for entity_type in BY_TYPE:
        for verb in ("created", "updated", "deleted"):
            yield f"{singular(entity_type)}.{verb}"
    yield "password.rotated"


class Hooks:
    """The callbacks of one client, in the order in which they were registered."""

    def __init__(self, *, discover: bool = True) -> None:
        """Begin without callbacks; *discover* those of installed packages on the first change."""
        self._callbacks: list[tuple[str, Callback]] = []
        self._undiscovered = discover

    def on(self, event: str, callback: Callback) -> Callable[[], None]:
        """Call *callback* after each *event* (`*`: all); returns what takes it away again.

        The write returns when its hooks have run. What they raise is logged, by its kind alone.

        Raises:
            ValueError: there is no such event.
        """
        if event != ALL and event not in (known := set(events())):
            near = difflib.get_close_matches(event, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"there is no event {event!r}{hint}")
        entry = (event, callback)
        self._callbacks.append(entry)
        return lambda: self._callbacks.remove(entry) if entry in self._callbacks else None

    async def emit(self, changes: Sequence[Change]) -> None:
        """Tell the hooks. Raises nothing but cancellation."""
        self._discover()
        for change in changes:
            for event, callback in [*self._callbacks]:
                if event in (ALL, change.event):
                    await _call(callback, change)

    def _discover(self) -> None:
        if not self._undiscovered:
            return
        self._undiscovered = False
        for point in entry_points(group=GROUP):
            try:
                point.load()(self)
            except Exception as error:  # noqa: BLE001 (whatever a foreign package raises)
                log("warning", "hook not loaded", hook=point.name, error=type(error).__name__)


async def _call(callback: Callback, change: Change) -> None:
    try:
        result = callback(change)
        if inspect.isawaitable(result):
            async with asyncio.timeout(PATIENCE):
                await result
    except Exception as error:  # noqa: BLE001 (whatever a foreign hook raises)
        # Its text is not logged: it may quote what was written.
        last = traceback.extract_tb(error.__traceback__)[-1]
        name = getattr(callback, "__qualname__", type(callback).__name__)
        where = f"{last.filename}:{last.lineno}"
        values = {"hook": name, "error": type(error).__name__, "at": where}
        log("warning", "hook failed", on=change.event, **values)
