"""The nouns that every room shares: frozen values, no I/O.

Glossary (one word for one idea, in code, help text, docs and JSON alike):

document      one Markdown file with frontmatter, at one commit
target        one organization that a document goes to
key           the identity of a target: ``id@organization-id`` (without an ``id``: the path)
desired       what Git says a target should be
known         what the state says was last published
existing      what IT Glue holds now
drift         existing differs from known in something that the document manages
instance      one IT Glue account
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list or dict of them."""

Severity = Literal["error", "warning"]


def digest(value: Json) -> str:
    """Return the SHA-256 (hex) of a JSON value in its canonical form."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a document, with its place and what to do about it."""

    document: str
    """Path relative to the docs root, '/'-separated; '' for the repository as a whole."""
    line: int | None
    """1-based, or None when no line can be named."""
    column: int | None
    code: str
    """Stable, kebab-case: ``broken-link``, ``bad-yaml``, …"""
    severity: Severity
    message: str
    """What is wrong, in one sentence, without any document text that could be secret."""
    fix: str = ""
    """What to do about it, as an imperative sentence; '' when the message says it."""

    def as_json(self) -> dict[str, Json]:
        return asdict(self)

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """What a stable listing sorts by."""
        return self.document, self.line or 0, self.column or 0, self.code, self.message

    @property
    def place(self) -> str:
        """``file``, ``file:line`` or ``file:line:column``, as editors understand it."""
        parts = [self.document, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)

    @property
    def advice(self) -> str:
        """The message and, as a sentence of its own, the fix."""
        if not self.fix:
            return self.message
        end = "" if self.message.endswith((".", "?", "!")) else "."
        return f"{self.message}{end} {self.fix}"


@dataclass(frozen=True, slots=True)
class Organization:
    """One organization of an IT Glue account."""

    id: str
    name: str
    short_name: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a flexible asset type; its value in an asset is a trait."""

    key: str
    """IT Glue's ``name-key``: read from the API, never computed."""
    name: str
    kind: str
    """Header, Text, Textbox, Number, Percent, Date, Checkbox, Select, Tag, Upload, Password."""
    required: bool = False
    use_for_title: bool = False
    tag_type: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssetType:
    """One flexible asset type with its fields, in IT Glue's order."""

    id: str
    name: str
    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        """Find a field by its name-key, or by its name in any case."""
        folded = name.casefold()
        by_key = (f for f in self.fields if f.key == name)
        by_name = (f for f in self.fields if f.name.casefold() == folded)
        return next(by_key, None) or next(by_name, None)


NATIVE = AssetType("document", "Document")
"""What ``type: document`` means: an IT Glue document, which has sections in place of fields."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """What names in frontmatter resolve against: the account's organizations and types."""

    organizations: tuple[Organization, ...]
    types: tuple[AssetType, ...]


@dataclass(frozen=True, slots=True)
class OrgSelector:
    """Which organizations a document goes to: names, ids or ``"*"``."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    @property
    def everywhere(self) -> bool:
        return "*" in self.include


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a Git tree (or of the work tree), below the docs root."""

    path: str
    """Relative to the docs root, '/'-separated."""
    blob: str
    """Git's blob id: the hash of the bytes."""
    size: int | None
    """Bytes; None for what is no regular file."""
    kind: Literal["file", "symlink", "submodule"] = "file"


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file whose frontmatter (with the defaults of its folder) maps it somewhere."""

    path: str
    blob: str
    id: str | None
    title: str | None
    """From frontmatter; None leaves it to the first heading, then the file name."""
    orgs: OrgSelector
    type: str
    """A flexible asset type's name or id, or ``document`` for an IT Glue document."""
    body: str
    """The Markdown after the frontmatter, byte-exact but for line ends (always LF)."""
    body_line: int
    """The 1-based line of the file on which the body starts."""
    body_field: str | None = None
    """The Textbox that the body goes to (``body:``); None: the type's only one."""
    traits: Mapping[str, Json] = field(default_factory=dict)
    seed: tuple[str, ...] = ()
    """The traits among these that are set at creation only, as named in the frontmatter."""
    template: bool = False
    """Its variables are filled in for each organization."""
    vars: Mapping[str, Json] = field(default_factory=dict)
    """Values for the variables, unless the organization has its own."""
    attachments: tuple[str, ...] = ()
    """Paths as resolved below the docs root."""
    related: tuple[Mapping[str, Json], ...] = ()
    folder: str | None = None
    """Of an IT Glue document: names of folders with '/' between, or ``path`` for the file's own."""
    steps: bool = False
    """Of an IT Glue document: the items of its ordered lists are steps to tick off."""
    publish: bool = True
    review_by: dt.date | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each frontmatter key, to place findings."""

    @property
    def identity(self) -> str:
        """The part of the key before the '@'."""
        return self.id or self.path

    def key(self, organization_id: str) -> str:
        return f"{self.identity}@{organization_id}"
