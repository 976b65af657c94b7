"""The organizations and types that the documents themselves name, for as long as no account does.

Good enough to look at a document: an organization is what `org` says, a type is what its file in
``types/`` says, else it has a field for each trait that a document gives it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from publisher.model import AssetType, Catalog, Document, Field, Json, Organization

_TITLE = Field("title", "Title", "Text", use_for_title=True)
_BODY = Field("body", "Body", "Textbox")


def catalog_of(documents: Iterable[Document], type_files: Iterable[Json]) -> Catalog:
    """Make a catalog of what *documents* name.

    Args:
        documents: all of them.
        type_files: what the files in ``types/`` hold, as parsed.
    """
    documents = list(documents)
    names = {name for document in documents for name in document.orgs.include if name != "*"}
    types = {kind.name.casefold(): kind for kind in map(_from_file, type_files) if kind}
    traits: dict[str, dict[str, Json]] = {}
    for document in documents:
        if document.type.casefold() not in types:
            traits.setdefault(document.type, {}).update(document.traits)
            if document.body_field:
                traits[document.type].setdefault(f"{document.body_field}\0", None)
    made = [_from_traits(name, given) for name, given in traits.items()]
    return Catalog(
        tuple(Organization(name, name) for name in sorted(names, key=str.casefold)),
        tuple(sorted([*types.values(), *made], key=lambda kind: kind.name.casefold())),
    )


def plain_type(name: str) -> AssetType:
    """A type of which only the name is known."""
    return AssetType(name, name, (_TITLE, _BODY))


def _from_file(data: Json) -> AssetType | None:
    """One type; None for what does not look like one: there is a command that says why."""
    if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
        return None
    listed = data.get("fields")
    fields = tuple(_fields(listed)) if isinstance(listed, list) else ()
    return AssetType(data["name"], data["name"], fields)


def _fields(listed: list[Any]) -> Iterator[Field]:
    for field in listed:
        if isinstance(field, Mapping) and isinstance(field.get("name"), str):
            options = field.get("options")
            yield Field(
                key=str(field.get("key") or name_key(field["name"])),
                name=field["name"],
                kind=str(field.get("kind", "Text")),
                required=bool(field.get("required")),
                use_for_title=bool(field.get("use_for_title")),
                tag_type=field.get("tag_type"),
                options=tuple(map(str, options)) if isinstance(options, list) else (),
            )


def _from_traits(name: str, given: Mapping[str, Json]) -> AssetType:
    fields = [Field(name_key(key), key, _kind(value)) for key, value in given.items()
              if "\0" not in key]  # fmt: skip
    bodies = [Field(name_key(key[:-1]), key[:-1], "Textbox") for key in given if "\0" in key]
    taken = {field.key for field in fields}
    own = [field for field in [_TITLE, *(bodies or [_BODY])] if field.key not in taken]
    return AssetType(name, name, (*own[:1], *fields, *own[1:]))


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "Checkbox"
    if isinstance(value, int | float):
        return "Number"
    return "Tag" if isinstance(value, dict | list) else "Text"


def name_key(name: str) -> str:
    """What IT Glue most likely calls a field; only it knows for sure."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
