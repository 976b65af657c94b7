"""``types/*.yaml`` -> type specs, with file and line for everything that is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from publisher.model import Diagnostic, Json, Severity
from publisher.source.frontmatter import decode
from publisher.source.strictyaml import Malformed, load
from publisher.source.tree import Tree
from publisher.types.model import FIELD_KINDS, TAG_TYPES, FieldSpec, TypeSpec

FOLDER = "types"
"""Below the docs root."""
CODE = "bad-type-file"


def _wrong(problem: str) -> PydanticCustomError:
    # {braces} would be taken for fields of a template
    return PydanticCustomError("bad_value", "{problem}", {"problem": problem})


def _text(value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong("must be text; put quotes around it")
    if not str(value).strip():
        raise _wrong("must not be empty")
    return str(value).strip()


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise _wrong("must be true or false")
    return value


def _options(value: Json) -> tuple[str, ...]:
    """A list, so that an option may hold commas."""
    if not isinstance(value, list) or not value:
        raise _wrong("must be a list of options, as [Draft, Live]")
    options = tuple(map(_text, value))
    if any("\n" in option for option in options):
        raise _wrong("must be options of one line each")
    if len(set(options)) < len(options):
        raise _wrong("has an option twice")
    return options


def _kind(value: Json) -> str:
    kind = _text(value)
    if kind not in FIELD_KINDS:
        near = difflib.get_close_matches(kind.capitalize(), FIELD_KINDS, 1)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(FIELD_KINDS)}"
        raise _wrong(f"is no kind of field; {hint}")
    return kind


def _tag_type(value: Json) -> str:
    tag = _text(value)
    kind, _, name = tag.partition(":")
    kind, name = kind.strip(), name.strip()
    if kind == "FlexibleAssetType" and name:
        return f"{kind}: {name}"
    if tag not in TAG_TYPES:
        near = difflib.get_close_matches(tag, TAG_TYPES, 1)
        ones = f"{', '.join(TAG_TYPES)} or FlexibleAssetType: NAME"
        raise _wrong(f"names nothing; did you mean {near[0]}?" if near else f"is one of {ones}")
    return tag


def _fields(value: Json) -> list[Json]:
    if not isinstance(value, list) or not value:
        raise _wrong("must be a list of fields")
    if not all(isinstance(item, dict) for item in value):
        raise _wrong("must be a list of fields, each with a name and a kind")
    return value


Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class FieldFile(BaseModel):
    """One field, as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    kind: Annotated[str, BeforeValidator(_kind)]
    key: Text = ""
    required: Flag = False
    show_in_list: Flag = False
    use_for_title: Flag = False
    expiration: Flag = False
    hint: Text | None = None
    default: Text | None = None
    decimals: int | None = Field(None, ge=0, le=10)
    options: Annotated[tuple[str, ...], BeforeValidator(_options)] = ()
    tag_type: Annotated[str, BeforeValidator(_tag_type)] = ""


class TypeFile(BaseModel):
    """One type, as its file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    icon: Text | None = None
    description: Text | None = None
    fields: Annotated[list[FieldFile], BeforeValidator(_fields)]


def read_types(tree: Tree) -> tuple[list[TypeSpec], list[Diagnostic]]:
    """Read all type files of *tree*; a file with an error gives no type."""
    paths = [
        path
        for path, entry in tree.entries.items()
        if path.startswith(f"{FOLDER}/") and path.endswith((".yaml", ".yml"))
        if entry.kind == "file"
    ]
    specs: list[TypeSpec] = []
    found: list[Diagnostic] = []
    for path, raw in tree.read(paths):
        spec, wrong = read_type(path, raw)
        found += wrong
        if spec and not any(one.severity == "error" for one in wrong):
            specs.append(spec)
    found += _twice(specs)
    return specs, sorted(found, key=lambda one: one.order)


def read_type(path: str, raw: bytes) -> tuple[TypeSpec | None, list[Diagnostic]]:
    """Read one type file."""
    try:
        data, lines = load(decode(raw))
    except Malformed as error:
        found = Diagnostic(
            path, error.line, error.column, error.code, "error", error.problem, error.fix
        )
        return None, [found]
    try:
        read = TypeFile.model_validate(data)
    except ValidationError as error:
        return None, [_problem(path, lines, wrong) for wrong in error.errors()]
    fields = tuple(FieldSpec(**dict(field)) for field in read.fields)
    line = lines.get("name")
    spec = TypeSpec(read.name, fields, read.icon, read.description, path, line)
    return spec, list(_contradictions(spec, lines))


def _problem(path: str, lines: Mapping[str, int], wrong: Json) -> Diagnostic:
    place = [str(part) for part in wrong["loc"]]
    line = next(
        (lines[at] for n in range(len(place), 0, -1) if (at := ".".join(place[:n])) in lines), 1
    )
    key, message = place[-1], str(wrong["msg"])
    if wrong["type"] == "extra_forbidden":
        model = FieldFile if place[0] == "fields" else TypeFile
        near = difflib.get_close_matches(key.replace("-", "_"), model.model_fields, 1)
        message = f"unknown key `{key}`" + (f", did you mean `{near[0]}`?" if near else "")
    elif wrong["type"] == "missing":
        message = f"`{key}` is missing"
    else:
        message = f"`{key}` {message[:1].lower()}{message[1:]}"
    return Diagnostic(path, line, None, CODE, "error", message)


def _contradictions(spec: TypeSpec, lines: Mapping[str, int]) -> Iterator[Diagnostic]:
    def found(number: int, message: str, severity: Severity = "error") -> Diagnostic:
        return Diagnostic(spec.path, lines.get(f"fields.{number}"), None, CODE, severity, message)

    seen: dict[str, str] = {}
    for number, (field, key) in enumerate(spec.keyed):
        if not key:
            yield found(number, f"{field.name!r} leads to no name-key; say `key:` yourself")
        elif key in seen:
            yield found(number, f"{field.name!r} has the name-key {key} of {seen[key]!r}")
        seen.setdefault(key, field.name)
        if (field.kind == "Select") != bool(field.options):
            lack = "needs `options`" if field.kind == "Select" else "takes no `options`"
            yield found(number, f"a {field.kind} field {lack}")
        if field.kind == "Select" and field.default:
            yield found(number, "a Select has no `default`: IT Glue keeps its options there")
        if (field.kind == "Tag") != bool(field.tag_type):
            lack = "needs a `tag_type`" if field.kind == "Tag" else "takes no `tag_type`"
            yield found(number, f"a {field.kind} field {lack}")
    if not any(field.use_for_title for field in spec.fields):
        message = "no field is used for the title, so IT Glue's lists cannot name the assets"
        yield Diagnostic(spec.path, spec.line, None, CODE, "warning", message)


def _twice(specs: Iterable[TypeSpec]) -> Iterator[Diagnostic]:
    first: dict[str, TypeSpec] = {}
    for spec in specs:
        other = first.setdefault(spec.name.casefold(), spec)
        if other is not spec:
            message = f"the type {spec.name!r} is also described by {other.path}"
            yield Diagnostic(spec.path, spec.line, None, CODE, "error", message)
