"""Carries a types plan out: creates and changes, one request each, in an order that works.

Exactly once, although IT Glue has no idempotency keys: the plan has looked for every type and
field by name, a create is noted before it leaves, and one whose answer was lost is looked for
before anything is sent again; until it may be believed absent, it is not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeAlias

from publisher.errors import ITGlueError, OutcomeUnknown
from publisher.itglue import ITGlue
from publisher.model import Json
from publisher.types.compare import Change, TypesPlan
from publisher.types.live import LiveType
from publisher.types.model import FieldSpec
from publisher.types.tags import ASSET

_Create: TypeAlias = Callable[[], Awaitable[str]]
_Find: TypeAlias = Callable[[], Awaitable[str | None]]


class Journal(Protocol):
    """Remembers creates until their outcome is known, across runs."""

    def waits(self, name: str) -> float:
        """Seconds until an earlier create of *name* can be believed not to have been done."""

    def begin(self, name: str) -> None:
        """A create is about to leave."""

    def settle(self, name: str) -> None:
        """Its outcome is known."""


class Applier:
    """Applies one plan to one account."""

    def __init__(
        self,
        itglue: ITGlue,
        live: Sequence[LiveType],
        journal: Journal,
        done: Callable[[Change], None] = lambda change: None,
    ) -> None:
        self.itglue, self.journal, self.done = itglue, journal, done
        self.ids = {each.spec.name.casefold(): each.id for each in live}

    async def run(self, plan: TypesPlan) -> None:
        """Make the changes, types that others tag first.

        Raises:
            ITGlueError: a request failed; what *done* was told of is done.
        """
        creates = [change for change in plan.changes if change.verb == "create-type"]
        later: list[Change] = []
        for change in _in_order(creates):
            later += await self._create_type(change)
            self.done(change)
        for change in [*later, *(c for c in plan.changes if c.verb != "create-type")]:
            await self._change(change)
            if change not in later:
                self.done(change)

    async def _create_type(self, change: Change) -> list[Change]:
        """Create a type with all fields but those that tag a type that is still to come."""
        spec = change.spec
        if spec is None:
            raise ValueError("a type is created from a spec")
        orders = {field.name: number for number, field in enumerate(spec.fields, 1)}
        now = [field for field in spec.fields if self._is_known(field)]
        rows = [
            {"type": "flexible_asset_fields", "attributes": self._field(f, orders[f.name])}
            for f in now
        ]
        attributes = {"name": spec.name, "icon": spec.icon, "description": spec.description}
        attributes = {name: value for name, value in attributes.items() if value is not None}

        async def create() -> str:
            record = await self.itglue.flexible_asset_types.create(
                {**attributes, "show-in-menu": True},
                relationships={"flexible-asset-fields": {"data": rows}},
                before=lambda: self.journal.begin(spec.name),
            )
            return record.id

        async def find() -> str | None:
            found = await self.itglue.flexible_asset_types.named(spec.name)
            return found[0].id if found else None

        type_id = await self._once(spec.name, create, find)
        self.ids[spec.name.casefold()] = type_id
        left = [field for field in spec.fields if field not in now]
        return [
            Change("add-field", spec.name, type_id, field=f, order=orders[f.name]) for f in left
        ]

    async def _change(self, change: Change) -> None:
        if change.verb == "add-field":
            await self._add_field(change)
        elif change.verb == "change-type" and change.spec:
            given = {name: getattr(change.spec, name) for name in change.settings}
            await self.itglue.flexible_asset_types.update(change.type_id, given)
        elif change.field:
            whole = self._field(change.field, change.order)
            names = {_WIRE.get(name, name.replace("_", "-")) for name in change.settings}
            names |= {"order"} if change.order is not None else set()
            given = {name: value for name, value in whole.items() if name in names}
            await self.itglue.flexible_asset_fields.update(change.field_id, given)

    async def _add_field(self, change: Change) -> None:
        field = change.field
        if field is None:
            raise ValueError("a field is added from a spec")
        fields, name = self.itglue.fields(change.type_id), f"{change.type}/{field.name}"

        async def create() -> str:
            record = await fields.create(
                self._field(field, change.order), before=lambda: self.journal.begin(name)
            )
            return record.id

        async def find() -> str | None:
            folded = field.name.casefold()
            there = await fields.list()
            ids = [r.id for r in there if (r.attributes.name or "").casefold() == folded]
            return ids[0] if ids else None

        await self._once(name, create, find)

    async def _once(self, name: str, create: _Create, find: _Find) -> str:
        """Create what is not there; the id of what is there then."""
        wait = self.journal.waits(name)
        if wait > 0:
            cause = f"an earlier create of {name} may still appear; try again in {wait:.0f} s"
            raise OutcomeUnknown("POST", name, cause)
        try:
            made = await create()
        except OutcomeUnknown:
            found = await find()
            if found is None:
                raise
            made = found
        except ITGlueError:  # certainly not done
            self.journal.settle(name)
            raise
        self.journal.settle(name)
        return made

    def _is_known(self, field: FieldSpec) -> bool:
        named = field.tagged_type
        return not named or named.isdigit() or named.casefold() in self.ids

    def _field(self, field: FieldSpec, order: int | None) -> dict[str, Json]:
        """A field as the API takes it; a Select's options are its default value, one a line."""
        attributes: dict[str, Json] = {
            "order": order,
            "name": field.name,
            "kind": field.kind,
            "required": field.required,
            "show-in-list": field.show_in_list,
            "use-for-title": field.use_for_title,
            "expiration": field.expiration,
            "hint": field.hint,
            "decimals": field.decimals,
            "default-value": "\r\n".join(field.options) or field.default,
            "tag-type": self._tag_type(field) or None,
        }
        return {name: value for name, value in attributes.items() if value is not None}

    def _tag_type(self, field: FieldSpec) -> str:
        named = field.tagged_type
        if not named:
            return field.tag_type
        return f"{ASSET.tag_type}: {self.ids.get(named.casefold(), named)}"


_WIRE = {"options": "default-value", "default": "default-value"}


def _in_order(creates: Iterable[Change]) -> list[Change]:
    """Types that others tag come first, as far as they do not tag each other in a circle."""
    left = {change.type.casefold(): change for change in creates}
    ordered: list[Change] = []
    while left:
        free = [c for c in left.values() if not (_tagged(c) & left.keys()) - {c.type.casefold()}]
        chosen = free or list(left.values())[:1]
        ordered += [left.pop(change.type.casefold()) for change in chosen]
    return ordered


def _tagged(change: Change) -> set[str]:
    fields = change.spec.fields if change.spec else ()
    return {field.tagged_type.casefold() for field in fields if field.tagged_type}
