"""Type files against the account -> what would be changed, and what cannot be.

Nothing is ever deleted: a field's deletion takes its values out of every asset, and IT Glue has no
way to delete a type. A field's kind stays as it is once made; IT Glue refuses to change it while
assets use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from publisher.model import Json
from publisher.types.live import LiveField, LiveType
from publisher.types.model import FieldSpec, TypeSpec

Verb = Literal["create-type", "change-type", "add-field", "change-field"]
_HINT = "Written by publisher, which finds its assets by it. Leave it as it is."


@dataclass(frozen=True, slots=True)
class Change:
    """One request."""

    verb: Verb
    type: str
    """Its name."""
    type_id: str = ""
    """'' while the type is not there."""
    spec: TypeSpec | None = None
    """Of a type that is created, or changed."""
    field: FieldSpec | None = None
    field_id: str = ""
    settings: tuple[str, ...] = ()
    """What differs: the names of settings."""
    order: int | None = None
    """The field's new place; None keeps it."""
    details: tuple[str, ...] = ()
    """What differs, in words."""

    def as_json(self) -> dict[str, Json]:
        name = self.field.name if self.field else None
        return {
            "action": self.verb,
            "type": self.type,
            "field": name,
            "details": list(self.details),
        }


@dataclass(frozen=True, slots=True)
class Blocked:
    """A difference that the API cannot, or must not, do away with."""

    type: str
    field: str
    problem: str

    def as_json(self) -> dict[str, Json]:
        return {"type": self.type, "field": self.field, "problem": self.problem}


@dataclass(frozen=True, slots=True)
class TypesPlan:
    """What `types apply` would do, in this order."""

    changes: tuple[Change, ...]
    blocked: tuple[Blocked, ...]
    unmanaged: tuple[str, ...]
    """Types of the account that no file describes."""


def compare(specs: Sequence[TypeSpec], live: Sequence[LiveType], marker: str) -> TypesPlan:
    """Compare files with the account.

    *marker* is the name-key of the field that carries the key: a type that is created gets one.
    """
    changes: list[Change] = []
    blocked: list[Blocked] = []
    there = {each.spec.name.casefold(): each for each in live}
    known = {*there, *(spec.name.casefold() for spec in specs)}
    for spec in specs:
        found = there.get(spec.name.casefold())
        blocked += _dangling(spec, known)
        if found is None:
            whole = with_marker(spec, marker)
            details = tuple(f"field {field.name} ({field.kind})" for field in whole.fields)
            changes.append(Change("create-type", spec.name, spec=whole, details=details))
        else:
            changes += _type_change(spec, found)
            changes += _field_changes(spec, found)
            blocked += _blocked(spec, found, marker)
    described = {spec.name.casefold() for spec in specs}
    unmanaged = (each.spec.name for each in live if each.spec.name.casefold() not in described)
    return TypesPlan(tuple(changes), tuple(blocked), tuple(unmanaged))


def with_marker(spec: TypeSpec, marker: str) -> TypeSpec:
    """*spec* with the field that publisher finds its assets by."""
    if any(key == marker for _, key in spec.keyed):
        return spec
    name = marker.replace("-", " ").capitalize()
    return replace(spec, fields=(*spec.fields, FieldSpec(name, "Text", hint=_HINT)))


def _type_change(spec: TypeSpec, live: LiveType) -> Iterator[Change]:
    differing = tuple(
        name
        for name in ("name", "icon", "description")
        if getattr(spec, name) not in (None, getattr(live.spec, name))
    )
    if differing:
        details = tuple(_difference(name, live.spec, spec) for name in differing)
        yield Change(
            "change-type", live.spec.name, live.id, spec, None, "", differing, None, details
        )


def _field_changes(spec: TypeSpec, live: LiveType) -> Iterator[Change]:
    places = _places(spec, live)
    for field, order in zip(spec.fields, places, strict=True):
        found = live.find(field)
        if found is None:
            new = (f"{field.kind} field",)
            yield Change(
                "add-field", live.spec.name, live.id, field=field, order=order, details=new
            )
            continue
        settings = _differing(field, found.spec)
        moved = (f"place: {found.order} -> {order}",) if order is not None else ()
        if settings or moved:
            details = tuple(_difference(name, found.spec, field) for name in settings) + moved
            yield Change(
                "change-field",
                live.spec.name,
                live.id,
                field=field,
                field_id=found.id,
                settings=settings,
                order=order,
                details=details,
            )


def _differing(field: FieldSpec, live: FieldSpec) -> tuple[str, ...]:
    """The settings to change: what the file leaves out stays, but for flags, which are off then."""
    return tuple(
        one.name
        for one in fields(FieldSpec)
        if one.name not in ("key", "kind")
        and _differs(one.name, getattr(field, one.name), getattr(live, one.name))
    )


def _differs(name: str, wanted: object, there: object) -> bool:
    if wanted in (None, "", ()):
        return False
    if name == "tag_type":  # names another type, perhaps, in whatever case
        return str(wanted).casefold() != str(there).casefold()
    return wanted != there


def _places(spec: TypeSpec, live: LiveType) -> list[int | None]:
    """Each field's new place; None for one that stays where it is.

    As long as what is there is in the file's order and what is new comes after it, nothing moves.
    """
    found = [live.find(field) for field in spec.fields]
    orders = [each.order for each in found if each]
    last = max((each.order for each in live.fields), default=0)
    new_ones_last = None not in found[: len(orders)]
    if new_ones_last and orders == sorted(orders):
        places: list[int | None] = [None] * len(orders)
        return places + [last + 1 + n for n in range(len(found) - len(orders))]
    wanted = range(1, len(found) + 1)
    return [None if each and each.order == n else n for each, n in zip(found, wanted, strict=True)]


def _blocked(spec: TypeSpec, live: LiveType, marker: str) -> Iterator[Blocked]:
    described: set[str] = set()
    for field in spec.fields:
        found: LiveField | None = live.find(field)
        if found is None:
            continue
        described.add(found.id)
        if found.spec.kind != field.kind:
            problem = (
                f"is a {found.spec.kind}, not a {field.kind}; a field's kind cannot be changed"
            )
            yield Blocked(live.spec.name, found.spec.name, problem)
    for each in live.fields:
        if each.id not in described and each.key != marker:
            problem = "is not in the file; a deletion would take its values out of every asset"
            yield Blocked(live.spec.name, each.spec.name, problem)


def _dangling(spec: TypeSpec, known: set[str]) -> Iterator[Blocked]:
    for field in spec.fields:
        named = field.tagged_type
        if named and not named.isdigit() and named.casefold() not in known:
            yield Blocked(spec.name, field.name, f"tags the type {named!r}, which is nowhere")


def _difference(name: str, before: FieldSpec | TypeSpec, after: FieldSpec | TypeSpec) -> str:
    was, now = getattr(before, name), getattr(after, name)
    if name == "options":
        gone = [f"-{option}" for option in was if option not in now]
        new = [f"+{option}" for option in now if option not in was]
        return f"options: {', '.join([*new, *gone]) or 'another order'}"
    return f"{name.replace('_', ' ')}: {_shown(was)} -> {_shown(now)}"


def _shown(value: object) -> str:
    if value in (None, ""):
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else repr(value)
