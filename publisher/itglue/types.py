"""Flexible asset types together with their fields, whichever way the server tells them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publisher.itglue.models import Attributes, FlexibleAssetField, FlexibleAssetType, Record
from publisher.itglue.resources import Id, Resource


@dataclass(frozen=True, slots=True)
class TypeWithFields:
    """A type, and its fields in their order."""

    type: Record[FlexibleAssetType]
    fields: tuple[Record[FlexibleAssetField], ...]


async def types_with_fields(
    types: Resource[FlexibleAssetType], fields_of: Callable[[Id], Resource[FlexibleAssetField]]
) -> list[TypeWithFields]:
    """Read all types with one list request per 1,000.

    A server that does not answer `include=flexible_asset_fields` is asked for each type's fields.
    """
    found: list[Record[FlexibleAssetType]] = []
    included: list[Record[FlexibleAssetField]] = []
    async for page in types.pages(include=("flexible_asset_fields",)):
        found += page.records
        included += [r for r in map(_field, page.included) if r is not None]
    if included:
        return [_join(each, [f for f in included if _belongs(f, each)]) for each in found]
    return [_join(each, await fields_of(each.id).list()) for each in found]


def title_key(fields: Sequence[Record[FlexibleAssetField]]) -> str:
    """The trait that a title goes into: the first that the type uses for its title.

    Raises:
        ValueError: there is none.
    """
    texts = [f.attributes for f in fields if f.attributes.kind == "Text"]
    used = [each for each in texts if each.use_for_title] or texts
    if not used or not used[0].name_key:
        raise ValueError("the asset type has no Text field for a title")
    return used[0].name_key


def body_key(fields: Sequence[Record[FlexibleAssetField]]) -> str:
    """The trait that a text goes into: the type's one Textbox.

    Raises:
        ValueError: it has none, or several.
    """
    keys = [f.attributes.name_key for f in fields if f.attributes.kind == "Textbox"]
    if len(keys) != 1 or not keys[0]:
        names = ", ".join(key or "?" for key in keys) or "none"
        raise ValueError(f"say with `body` which Textbox the text goes into (there is: {names})")
    return keys[0]


def _field(record: Record[Attributes]) -> Record[FlexibleAssetField] | None:
    if not isinstance(record.attributes, FlexibleAssetField):
        return None
    return record  # type: ignore[return-value]  # its attributes were just looked at


def _belongs(field: Record[FlexibleAssetField], type_: Record[FlexibleAssetType]) -> bool:
    owner = field.attributes.flexible_asset_type_id
    if owner is not None:
        return str(owner) == type_.id
    if named := field.related_ids("flexible-asset-type"):
        return type_.id in named
    return field.id in type_.related_ids("flexible-asset-fields")


def _join(
    type_: Record[FlexibleAssetType], fields: list[Record[FlexibleAssetField]]
) -> TypeWithFields:
    unique = {field.id: field for field in fields}.values()
    return TypeWithFields(type_, tuple(sorted(unique, key=lambda f: f.attributes.order or 0)))
