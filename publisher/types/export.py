"""Types of the account -> type files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from publisher.model import Json
from publisher.source.frontmatter import HANDLER
from publisher.types.model import FieldSpec, TypeSpec, name_key

_FIRST = ("name", "key", "kind", "required", "show_in_list", "use_for_title")
_ORDER = (*_FIRST, *(one.name for one in fields(FieldSpec) if one.name not in _FIRST))


def as_yaml(spec: TypeSpec) -> str:
    """The file that describes a type, with nothing in it that goes without saying."""
    head = {"name": spec.name, "icon": spec.icon, "description": spec.description}
    data: dict[str, Json] = {name: value for name, value in head.items() if value}
    data["fields"] = [as_mapping(field) for field in spec.fields]
    return HANDLER.export(data)


def as_mapping(field: FieldSpec) -> dict[str, Json]:
    """A field's settings that are not as they are anyway."""
    values = {name: getattr(field, name) for name in _ORDER}
    return {
        name: [*value] if isinstance(value, tuple) else value
        for name, value in values.items()
        if value not in (None, "", (), False, 0)
    }


def file_name(spec: TypeSpec, taken: Mapping[str, str]) -> str:
    """``Client Overview`` -> ``client-overview.yaml``, unless another type in *taken* has that."""
    stem = name_key(spec.name) or "type"
    name, number = f"{stem}.yaml", 2
    while taken.get(name, spec.name) != spec.name:
        name, number = f"{stem}-{number}.yaml", number + 1
    return name
