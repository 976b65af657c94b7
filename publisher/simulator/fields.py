"""Fields of a flexible asset type: kinds, name-keys and the options of a Select."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from publisher.simulator.store import Record
from publisher.simulator.values import words

KINDS = frozenset(
    words("Header Text Textbox Number Percent Date Checkbox Select Tag Upload Password")
)
TAGS = {
    "Configurations": "configurations",
    "Contacts": "contacts",
    "Documents": "documents",
    "Domains": "domains",
    "Locations": "locations",
    "Organizations": "organizations",
    "Passwords": "passwords",
    "AccountsUsers": "users",
}
"""Tag type -> resource. Checklists, SslCertificates and Tickets are not simulated."""
_ASSET_TAG = re.compile(r"FlexibleAssetType:\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Field:
    """One field, read from its record."""

    key: str
    name: str
    kind: str
    required: bool
    for_title: bool
    expiration: bool
    tag_type: str | None
    options: tuple[str, ...]

    @property
    def tagged(self) -> tuple[str, int | None]:
        """The resource that a Tag may point to and, for flexible assets, the id of their type."""
        asset = _ASSET_TAG.fullmatch(self.tag_type or "")
        if asset:
            return "flexible_assets", int(asset[1])
        return TAGS.get(self.tag_type or "", ""), None

    @property
    def tag_out(self) -> str:
        """``type`` of a Tag trait as it comes out."""
        return "FlexibleAssetTypes" if self.tagged[1] else str(self.tag_type)


def field_of(record: Record) -> Field:
    """Read a field from its record."""
    data = record.data
    default = str(data.get("default-value") or "") if data.get("kind") == "Select" else ""
    return Field(
        key=str(data["name-key"]),
        name=record.name,
        kind=str(data.get("kind")),
        required=bool(data.get("required")),
        for_title=bool(data.get("use-for-title")),
        expiration=bool(data.get("expiration")),
        tag_type=data.get("tag-type"),
        options=tuple(line.strip() for line in default.splitlines() if line.strip()),
    )


def name_key(name: str, taken: frozenset[str] = frozenset()) -> str:
    """Rails' parameterize, as many recorded pairs show it.

    Accents and a second field of the same name are not recorded: here accents are dropped, and the
    second gets ``-2``.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9_-]+", "-", plain.lower()).strip("-") or "field"
    number = 2
    unique = key
    while unique in taken:
        unique, number = f"{key}-{number}", number + 1
    return unique
