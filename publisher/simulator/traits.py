"""Traits of flexible assets: how each kind of field travels in, is kept, and travels out.

In: Tags as ids, Uploads as ``{content, file_name}``. Out: ``{"type", "values": [...]}`` for both.
Kept: Tags as lists of ids, Uploads as lists of ids of their files, a Password as the id of its
embedded password. An empty trait is not kept at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from publisher.simulator.errors import ApiError, Json, refusal, unprocessable
from publisher.simulator.fields import Field
from publisher.simulator.store import Record
from publisher.simulator.switches import Switches

POINTER = "/data/attributes/flexible-asset-traits."
Find = Callable[[Iterable[int]], Mapping[int, Record]]
"""Ids -> the records they name."""


class _Bad(Exception):
    """A value that its field does not take; the argument is the sentence for ``detail``."""


@dataclass(slots=True)
class Accepted:
    """Traits as they will be kept, and what has to become a record of its own first."""

    kept: dict[str, Json] = field(default_factory=dict)
    uploads: dict[str, list[Mapping[str, Json]]] = field(default_factory=dict)
    passwords: dict[str, Mapping[str, Json]] = field(default_factory=dict)


def invalid_keys() -> ApiError:
    """The refusal of a trait that the type has no field for, as recorded."""
    detail = "Request contains invalid trait keys"
    return refusal(422, "Unprocessable Entity", detail, "data/attributes/traits")


def accept(
    fields: Sequence[Field],
    sent: Mapping[str, Json],
    before: Mapping[str, Json],
    *,
    find: Find,
    clean_html: Callable[[str], str],
    switches: Switches,
) -> Accepted:
    """Turn sent traits into kept ones; *before* are the asset's traits so far.

    Raises:
        ApiError: 422 for unknown keys, blank required traits or values of the wrong kind.
    """
    by_key = {entry.key: entry for entry in fields if entry.kind != "Header"}
    named = {key if key in by_key else key.replace("_", "-"): sent[key] for key in sent}
    if named.keys() - by_key.keys():
        raise invalid_keys()
    accepted, problems = Accepted(), []
    reader = _Reader(find, clean_html, switches, before, accepted)
    for key, entry in by_key.items():
        try:
            filled = reader.read(entry, named.get(key))
        except _Bad as bad:
            problems.append((POINTER + key, [str(bad)]))
            continue
        if entry.required and not filled:
            problems.append((POINTER + key, ["can't be blank"]))
    if problems:
        raise unprocessable(problems)
    return accepted


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one trait at a time into *accepted*."""

    find: Find
    clean_html: Callable[[str], str]
    switches: Switches
    before: Mapping[str, Json]
    accepted: Accepted

    def read(self, entry: Field, value: Json) -> bool:
        """Keep *value*; False when there is nothing to keep."""
        if value is None or value == "" or value == []:
            return False
        if entry.kind == "Upload":
            return self._upload(entry, value)
        if entry.kind == "Password":
            return self._password(entry, value)
        kept = self._plain(entry, value)
        if kept in (None, "", []):
            return False
        self.accepted.kept[entry.key] = kept
        return True

    def _plain(self, entry: Field, value: Json) -> Json:
        if entry.kind == "Tag":
            return self._tag(entry, value)
        if entry.kind == "Textbox":
            return self.clean_html(_text(value))
        reader = _SCALARS.get(entry.kind)
        if reader is None:
            return _text(value)
        try:
            return reader(value)
        except (ValueError, TypeError):
            if self.switches.bad_value == "accept":
                return _text(value)
            raise _Bad(_SENTENCES[entry.kind]) from None
        except LookupError:
            return self._option(entry, value)

    def _option(self, entry: Field, value: Json) -> str:
        text = _text(value)
        if text not in entry.options and self.switches.select_other_value == "reject":
            raise _Bad("is not included in the list")
        return text

    def _tag(self, entry: Field, value: Json) -> list[int]:
        if isinstance(value, Mapping):
            # What came out cannot be sent in again: a client must turn it back into ids.
            raise _Bad("is invalid")
        ids = [_id(item) for item in (value if isinstance(value, list) else [value])]
        resource, type_id = entry.tagged
        found = self.find(ids)
        good = [
            identity
            for identity in dict.fromkeys(ids)
            if identity in found
            and found[identity].resource == resource
            and (not type_id or found[identity].data.get("flexible-asset-type-id") == type_id)
        ]
        # What was tagged and has been deleted since is dropped without a word.
        unknown = set(ids) - set(good) - set(self.before.get(entry.key) or ())
        if unknown and self.switches.unknown_tag == "reject":
            raise _Bad("must exist")
        return good

    def _upload(self, entry: Field, value: Json) -> bool:
        if value == self.before.get(entry.key):  # as kept: an edit by hand leaves the files alone
            self.accepted.kept[entry.key] = value
            return True
        files = [
            item
            for item in (value if isinstance(value, list) else [value])
            if isinstance(item, Mapping) and "content" in item
        ]
        # Anything else, such as the object that came out, holds no bytes: the upload is lost.
        if files:
            self.accepted.uploads[entry.key] = files
        return bool(files)

    def _password(self, entry: Field, value: Json) -> bool:
        if isinstance(value, int | str) and str(value) == str(self.before.get(entry.key)):
            self.accepted.kept[entry.key] = self.before[entry.key]
        elif isinstance(value, Mapping):
            self.accepted.passwords[entry.key] = value
        else:
            self.accepted.passwords[entry.key] = {"password": _text(value)}
        return True


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise _Bad("is invalid")


def _id(value: Json) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,18}", str(value)):
        raise _Bad("must exist")
    return int(value)


def _as_number(value: Json) -> int | float:
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, int | float):
        return value
    text = str(value).strip()
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else float(text)


def _as_date(value: Json) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(T.*)?", str(value)):
        raise ValueError(value)
    return dt.date.fromisoformat(str(value)[:10]).isoformat()


def _as_flag(value: Json) -> bool:
    return str(value).strip().lower() in ("true", "1", "yes", "on", "t")


def _as_option(value: Json) -> str:
    raise LookupError(value)


_SCALARS: dict[str, Callable[[Json], Json]] = {
    "Number": _as_number,
    "Percent": _as_number,
    "Date": _as_date,
    "Checkbox": _as_flag,
    "Select": _as_option,
}
_SENTENCES = {
    "Number": "is not a number",
    "Percent": "is not a number",
    "Date": "is not a valid date",
    "Checkbox": "is invalid",
}


def title(fields: Sequence[Field], kept: Mapping[str, Json], find: Find) -> str:
    """The asset's name: its title fields, joined by a space."""
    parts = []
    for entry in fields:
        value = kept.get(entry.key)
        if not entry.for_title or value is None:
            continue
        if entry.kind == "Tag":
            found = find(value)
            parts += [found[identity].name for identity in value if identity in found]
        elif entry.kind not in ("Upload", "Password"):
            parts.append(_text(value))
    return " ".join(parts)


def pointers(fields: Sequence[Field], kept: Mapping[str, Json]) -> set[int]:
    """The ids that the Tag and Upload traits name, to be looked up for many assets at once."""
    kinds = {entry.key for entry in fields if entry.kind in ("Tag", "Upload")}
    return {identity for key in kinds & kept.keys() for identity in kept[key]}


def emit(
    fields: Sequence[Field],
    kept: Mapping[str, Json],
    describe: Callable[[int], dict[str, Json] | None],
    switches: Switches,
) -> dict[str, Json]:
    """Traits as they come out, in the order of the fields; *describe* presents a tagged record."""
    out: dict[str, Json] = {}
    for entry in fields:
        if entry.kind == "Header":
            continue
        value = kept.get(entry.key)
        if value is None:
            if switches.empty_traits == "null":
                out[entry.key] = None
        elif entry.kind in ("Tag", "Upload"):
            values = [described for identity in value if (described := describe(identity))]
            kind = entry.tag_out if entry.kind == "Tag" else "Upload"
            out[entry.key] = {"type": kind, "values": values}
        else:
            out[entry.key] = value
    return out
