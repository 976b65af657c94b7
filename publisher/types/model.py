"""A flexible asset type as a file describes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.model import AssetType, Field
from publisher.types.tags import ASSET, KINDS

FIELD_KINDS = (
    "Header", "Text", "Textbox", "Number", "Percent", "Date",
    "Checkbox", "Select", "Tag", "Upload", "Password",
)  # fmt: skip
TAG_TYPES = (
    *(kind.tag_type for kind in KINDS),
    *("ChecklistTemplates", "SslCertificates", "Tickets"),
)
"""What a Tag field can take, beside ``FlexibleAssetType: NAME``."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field as it should be. None and '' leave a setting as it is in IT Glue."""

    name: str
    kind: str
    key: str = ""
    """IT Glue's name-key, where it is not the one that the name leads to."""
    required: bool = False
    show_in_list: bool = False
    use_for_title: bool = False
    expiration: bool = False
    hint: str | None = None
    default: str | None = None
    decimals: int | None = None
    options: tuple[str, ...] = ()
    """Of a Select."""
    tag_type: str = ""
    """Of a Tag; another flexible asset type by its name: ``FlexibleAssetType: Vendor``."""

    @property
    def name_key(self) -> str:
        """The trait's name: as the file says, else as IT Glue makes it from the name."""
        return self.key or name_key(self.name)

    @property
    def tagged_type(self) -> str:
        """The name of the flexible asset type that this Tag takes; '' for anything else."""
        kind, _, name = self.tag_type.partition(":")
        return name.strip() if kind.strip() == ASSET.tag_type else ""


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """One type as it should be."""

    name: str
    fields: tuple[FieldSpec, ...]
    icon: str | None = None
    """A Font Awesome 4 name without its ``fa-``."""
    description: str | None = None
    path: str = ""
    """The file, relative to the docs root."""
    line: int | None = None
    """Where the name stands."""

    def as_asset_type(self) -> AssetType:
        """The type as documents are checked against it with no network."""
        return AssetType(self.name, self.name, tuple(_field(spec, key) for spec, key in self.keyed))

    @property
    def keyed(self) -> Iterator[tuple[FieldSpec, str]]:
        """Each field with its name-key."""
        return ((spec, spec.name_key) for spec in self.fields)


def name_key(name: str) -> str:
    """The trait key that IT Glue gives to a field of that name.

    As Rails' ``parameterize``, which many recorded pairs agree with: ``Upload Speed (Mbps)`` is
    ``upload-speed-mbps``. Not established for accents, so a file can say ``key:`` itself.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_-]+", "-", plain.lower()).strip("-")


def find_spec(name: str, specs: Sequence[TypeSpec]) -> TypeSpec | None:
    """The type of that name, in any case."""
    return next((spec for spec in specs if spec.name.casefold() == name.casefold()), None)


def _field(spec: FieldSpec, key: str) -> Field:
    return Field(
        key, spec.name, spec.kind, spec.required, spec.use_for_title,
        spec.tag_type or None, spec.options,
    )  # fmt: skip
