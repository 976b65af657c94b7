"""The account's asset types, with everything that a file can say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publisher.itglue import ITGlue, TypeWithFields
from publisher.itglue.models import FlexibleAssetField, Record
from publisher.types.model import FieldSpec, TypeSpec, name_key
from publisher.types.tags import ASSET


@dataclass(frozen=True, slots=True)
class LiveField:
    """One field as it is."""

    id: str
    key: str
    order: int
    spec: FieldSpec


@dataclass(frozen=True, slots=True)
class LiveType:
    """One type as it is."""

    id: str
    spec: TypeSpec
    fields: tuple[LiveField, ...]
    """In their order."""

    def find(self, field: FieldSpec) -> LiveField | None:
        """The field that *field* describes: by name-key, else by name in any case."""
        folded = field.name.casefold()
        by_key = (live for live in self.fields if live.key == field.name_key)
        by_name = (live for live in self.fields if live.spec.name.casefold() == folded)
        return next(by_key, None) or next(by_name, None)


async def read_live(itglue: ITGlue) -> list[LiveType]:
    """All types of the account, sorted by name."""
    return live_types(await itglue.types_with_fields())


def live_types(found: Sequence[TypeWithFields]) -> list[LiveType]:
    """Turn what the client read into values to compare and to write files from."""
    names = {each.type.id: each.type.attributes.name or "" for each in found}
    types = [_live(each, names) for each in found]
    return sorted(types, key=lambda live: (live.spec.name.casefold(), live.id))


def _live(found: TypeWithFields, names: Mapping[str, str]) -> LiveType:
    fields = tuple(_live_field(record, names) for record in found.fields)
    has = found.type.attributes
    spec = TypeSpec(
        has.name or "",
        tuple(live.spec for live in fields),
        has.icon or None,
        has.description or None,
    )
    return LiveType(found.type.id, spec, fields)


def _live_field(record: Record[FlexibleAssetField], names: Mapping[str, str]) -> LiveField:
    has = record.attributes
    name, key = has.name or "", has.name_key or ""
    lines = [line.strip() for line in str(has.default_value or "").splitlines()]
    is_select = has.kind == "Select"
    spec = FieldSpec(
        name,
        has.kind or "",
        key if key != name_key(name) else "",
        required=bool(has.required),
        show_in_list=bool(has.show_in_list),
        use_for_title=bool(has.use_for_title),
        expiration=bool(has.expiration),
        hint=has.hint or None,
        default=None if is_select or not has.default_value else str(has.default_value),
        decimals=has.decimals or 0,
        options=tuple(line for line in lines if line) if is_select else (),
        tag_type=_by_name(has.tag_type or "", names),
    )
    return LiveField(record.id, key, has.order or 0, spec)


def _by_name(tag_type: str, names: Mapping[str, str]) -> str:
    """``FlexibleAssetType: 54464`` with the type's name in place of its id."""
    kind, _, type_id = (part.strip() for part in tag_type.partition(":"))
    if kind != ASSET.tag_type:
        return tag_type
    return f"{kind}: {names.get(type_id, type_id)}"
