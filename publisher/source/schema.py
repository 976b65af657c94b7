"""The frontmatter's keys: what each may hold. Also the JSON Schema for editors.

Each key has one function that turns what YAML (or TOML, for defaults) gave into what the document
holds, or says in words what it must be. Messages name no value: it could be a secret.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from publisher.model import Json, OrgSelector
from publisher.source.tree import CONTROL

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

_NAME = {"type": ["string", "integer"]}
_NAMES = {"type": "array", "items": _NAME}
_TYPED: dict[str, Any] = {
    "type": "object",
    "properties": {"type": _NAME, "name": _NAME},
    "required": ["type", "name"],
    "additionalProperties": False,
}
_ORGS: dict[str, Any] = {
    "anyOf": [
        _NAME,
        _NAMES | {"minItems": 1},
        {
            "type": "object",
            "properties": {
                "include": {"anyOf": [_NAMES | {"minItems": 1}, _NAME]},
                "exclude": {"anyOf": [_NAMES, _NAME]},
            },
            "required": ["include"],
            "additionalProperties": False,
        },
    ]
}


def _wrong(problem: str) -> PydanticCustomError:
    # {braces} would be taken for fields of a template
    return PydanticCustomError("bad_value", "{problem}", {"problem": problem})


def _is_scalar(value: Json) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _text(value: Json) -> str:
    if not _is_scalar(value):
        raise _wrong("must be text; put quotes around it")
    text = str(value).strip()
    if not text or CONTROL.search(text):
        raise _wrong("must be one line of text")
    return text


def _id(value: Json) -> str:
    text = _text(value)
    if not _ID.fullmatch(text):
        raise _wrong("must be 1 to 64 letters, digits, dots, dashes or underscores")
    return text


def _names(value: Json) -> tuple[str, ...]:
    """Names or ids; a name may hold commas, so text is one name."""
    if _is_scalar(value):
        return (_text(value),)
    if not isinstance(value, list | tuple) or not all(_is_scalar(name) for name in value):
        raise _wrong("must be a list of names or ids")
    return tuple(dict.fromkeys(map(_text, value)))


def _org(value: Json) -> OrgSelector:
    if not _is_scalar(value):
        raise _wrong("must be one name or id; `orgs` takes several")
    return OrgSelector((_text(value),))


def _orgs(value: Json) -> OrgSelector:
    if isinstance(value, dict):
        if "include" not in value or not value.keys() <= {"include", "exclude"}:
            raise _wrong("must hold `include`, and may hold `exclude`, nothing else")
        selector = OrgSelector(_names(value["include"]), _names(value.get("exclude") or ()))
    else:
        selector = OrgSelector(_names(value))
    if not selector.include:
        raise _wrong("names no organization")
    if "*" in selector.exclude:
        raise _wrong("excludes every organization")
    return selector


def _traits(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise _wrong("must be a mapping of fields to values")
    return value


def _mapping(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise _wrong("must be a mapping of names to values")
    return value


def _paths(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _wrong("must be a list of paths")
    if any("://" in path for path in value):
        raise _wrong("must be files of the repository, not addresses")
    return tuple(map(_text, value))


def _related(value: Json) -> tuple[dict[str, Json], ...]:
    if not isinstance(value, list | tuple) or not all(map(_is_pair, value)):
        raise _wrong("must be a list of items such as `configuration: SRV-01`")
    return tuple(value)


def _is_pair(item: Json) -> bool:
    return isinstance(item, dict) and len(item) == 1 and all(map(_is_named, item.values()))


def _is_named(value: Json) -> bool:
    """A name, an id, or the type and the name of a flexible asset."""
    if isinstance(value, dict):
        return value.keys() == {"type", "name"} and all(map(_is_scalar, value.values()))
    return _is_scalar(value)


def _folder(value: Json) -> str:
    parts = [part.strip() for part in _text(value).replace("\\", "/").split("/")]
    if ".." in parts or not any(parts):
        raise _wrong("must be names of folders with / between, or `path`")
    return "/".join(part for part in parts if part and part != ".")


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise _wrong("must be true or false")
    return value


def _date(value: Json) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise _wrong("must be a date, as 2027-03-01")


class Frontmatter(BaseModel):
    """What publisher understands of a document's frontmatter."""

    model_config = ConfigDict(
        frozen=True,
        arbitrary_types_allowed=True,
        title="publisher frontmatter",
        json_schema_extra={
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "not": {"required": ["org", "orgs"]},
        },
    )

    id: Annotated[
        str | None,
        BeforeValidator(_id),
        WithJsonSchema(_NAME | {"pattern": f"^{_ID.pattern}$"}),
        Field(description="Keeps the asset when the file moves. Unique in the repository."),
    ] = None
    title: Annotated[
        str | None,
        BeforeValidator(_text),
        WithJsonSchema(_NAME),
        Field(description="Else the first heading, else the file name."),
    ] = None
    org: Annotated[
        OrgSelector | None,
        BeforeValidator(_org),
        WithJsonSchema(_NAME),
        Field(description="The organization's name or id."),
    ] = None
    orgs: Annotated[
        OrgSelector | None,
        BeforeValidator(_orgs),
        WithJsonSchema(_ORGS),
        Field(description="Several organizations; '*' for all; or include and exclude."),
    ] = None
    type: Annotated[
        str | None,
        BeforeValidator(_text),
        WithJsonSchema(_NAME),
        Field(description="A flexible asset type's name or id, or `document`."),
    ] = None
    traits: Annotated[
        dict[str, Json],
        BeforeValidator(_traits),
        WithJsonSchema({"type": "object"}),
        Field(description="The type's other fields, by name or name-key."),
    ] = Field(default_factory=dict)
    seed: Annotated[
        tuple[str, ...],
        BeforeValidator(_names),
        WithJsonSchema({"type": "array", "items": {"type": "string"}}),
        Field(description="Traits that are set when the asset is created, and never again."),
    ] = ()
    attachments: Annotated[
        tuple[str, ...],
        BeforeValidator(_paths),
        WithJsonSchema({"type": "array", "items": {"type": "string"}}),
        Field(description="Files beside the document; with a leading '/' from the docs root."),
    ] = ()
    related: Annotated[
        tuple[dict[str, Json], ...],
        BeforeValidator(_related),
        WithJsonSchema(
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": {"anyOf": [_NAME, _TYPED]},
                },
            }
        ),
        Field(description="Related items, as `configuration: SRV-01`."),
    ] = ()
    folder: Annotated[
        str | None,
        BeforeValidator(_folder),
        WithJsonSchema({"type": "string"}),
        Field(description="Of an IT Glue document: its folder, or `path` for the file's own."),
    ] = None
    steps: Annotated[
        bool,
        BeforeValidator(_flag),
        Field(description="Of an IT Glue document: items of ordered lists are steps to tick off."),
    ] = False
    publish: Annotated[
        bool,
        BeforeValidator(_flag),
        Field(description="false: a draft, checked and previewed but never published."),
    ] = True
    review_by: Annotated[
        dt.date | None,
        BeforeValidator(_date),
        WithJsonSchema({"type": "string", "format": "date"}),
        Field(description="When the document should be looked at again."),
    ] = None
    body: Annotated[
        str | None,
        BeforeValidator(_text),
        WithJsonSchema({"type": "string"}),
        Field(description="The Textbox that the text goes to, where the type has several."),
    ] = None
    template: Annotated[
        bool,
        BeforeValidator(_flag),
        Field(description="true: variables ({{ org.name }}) are filled in per organization."),
    ] = False
    vars: Annotated[
        dict[str, Json],
        BeforeValidator(_mapping),
        WithJsonSchema({"type": "object"}),
        Field(description="Values for the variables of a template."),
    ] = Field(default_factory=dict)


KEYS = tuple(Frontmatter.model_fields)
"""Every key that a document's frontmatter may hold."""


def json_schema() -> dict[str, Json]:
    """The frontmatter's JSON Schema (draft 2020-12), for editors."""
    schema: dict[str, Json] = Frontmatter.model_json_schema()
    return schema
