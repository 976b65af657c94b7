"""A file's bytes -> a Document, or what keeps it from being one."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from publisher.config import Config
from publisher.model import Diagnostic, Document, Entry, Json, OrgSelector, Severity
from publisher.source.defaults import check_defaults, defaults_for, overlay
from publisher.source.frontmatter import Text, TomlFrontmatter, read
from publisher.source.keys import strangers
from publisher.source.schema import Frontmatter
from publisher.source.select import is_lfs_pointer, select
from publisher.source.strictyaml import Malformed
from publisher.source.templates import is_template
from publisher.source.tree import Tree

UNMAPPED = "neither its frontmatter nor a default names an organization or a type"
TEMPLATE = "a template for `publisher new`"
_MAPPING = frozenset({"org", "orgs", "type"})
_DRAFT = frozenset({"draft", "published"})
"""Hugo's and Jekyll's: who wrote them may think that the document stays at home."""
_LONG_TITLE = 255
_LARGEST, _MOST_LINES = 1_000_000, 20_000
"""Bytes and lines; beyond any handbook. Rendering takes longer than in proportion to its lines."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of one candidate: a document, or a reason, or errors."""

    path: str
    document: Document | None
    """None when it is skipped, or has errors."""
    diagnostics: tuple[Diagnostic, ...] = ()
    skipped: str | None = None
    """Why the file is no document."""


@dataclass(frozen=True, slots=True)
class Collected:
    """All candidates of a tree."""

    parsed: tuple[Parsed, ...]
    """In the tree's order."""
    diagnostics: tuple[Diagnostic, ...]
    """What belongs to no candidate: symlinks, submodules, file names, defaults."""

    @property
    def documents(self) -> list[Document]:
        return [one.document for one in self.parsed if one.document]


def collect(tree: Tree, config: Config, only: Sequence[str] = ()) -> Collected:
    """Select, read and parse the documents of *tree*."""
    selection = select(tree, config.docs, only)
    parsed = tuple(
        parse(tree.entries[path], raw, config) for path, raw in tree.read(selection.paths)
    )
    return Collected(parsed, (*check_defaults(config), *selection.diagnostics))


def parse(entry: Entry, raw: bytes, config: Config) -> Parsed:
    """Read one candidate with the defaults of its folder."""
    reader = _Reader(entry, config)
    if is_lfs_pointer(raw):
        reader.report(
            "lfs-pointer",
            "error",
            "Git LFS keeps this file; the repository holds only a pointer to it",
            fix="Keep Markdown out of LFS, or exclude the file in [docs].",
        )
        return reader.failed()
    if is_template(entry.path, raw):
        return Parsed(entry.path, None, (), TEMPLATE)
    lines = raw.count(b"\n")
    if len(raw) > _LARGEST or lines > _MOST_LINES:
        size = f"{len(raw) / 1e6:.1f} MB in {lines:,} lines"
        limit = f"a document may have {_LARGEST / 1e6:.0f} MB and {_MOST_LINES:,} lines"
        fix = "Split it, or exclude it in [docs]."
        reader.report("too-large", "error", f"the file has {size}; {limit}", fix=fix)
        return reader.failed()
    try:
        return reader.document(read(raw))
    except Malformed as error:
        if isinstance(error, TomlFrontmatter) and not reader.is_mapped(error.keys):
            return Parsed(entry.path, None, (), f"{UNMAPPED}; {error.problem}")
        reader.report(
            error.code, "error", error.problem, line=error.line, column=error.column, fix=error.fix
        )
        return reader.failed()


class _Reader:
    """One candidate while it is read; gathers what is wrong with it."""

    def __init__(self, entry: Entry, config: Config) -> None:
        self.entry, self.config = entry, config
        self.found: list[Diagnostic] = []
        self.slips: list[Diagnostic] = []
        """Misspelt keys that would have mapped the file to an organization or a type."""
        self.lines: Mapping[str, int] = {}

    def document(self, text: Text) -> Parsed:
        self.lines = text.lines
        defaults = defaults_for(self.entry.path, self.config.defaults)
        values = overlay(defaults, text.values)
        self._check_keys(text.values)
        if not values.keys() & _MAPPING:
            return self._skipped()
        front = self._validated(values)
        mapped = self._mapped(front) if front else None
        if front is None or mapped is None:
            return self.failed()
        attachments = self._attachments(front.attachments)
        if any(one.severity == "error" for one in self.found):
            return self.failed()
        return Parsed(
            self.entry.path, self._built(front, mapped, text, attachments), tuple(self.found)
        )

    def report(
        self,
        code: str,
        severity: Severity,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        fix: str = "",
    ) -> None:
        self.found.append(Diagnostic(self.entry.path, line, column, code, severity, message, fix))

    def failed(self) -> Parsed:
        return Parsed(self.entry.path, None, tuple(self.found))

    def is_mapped(self, keys: Collection[str]) -> bool:
        """Whether a file with these *keys* is meant to be a document."""
        return not _MAPPING.isdisjoint(
            {*keys, *defaults_for(self.entry.path, self.config.defaults)}
        )

    def _skipped(self) -> Parsed:
        """No document, unless a slip is why: then it must not be passed over in silence."""
        if self.slips:
            self.found = self.slips
            return self.failed()
        return Parsed(self.entry.path, None, (), UNMAPPED)

    def _check_keys(self, values: Mapping[str, Json]) -> None:
        for key, meant in strangers(values, self.config.docs.ignore_keys):
            line = self.lines.get(key)
            if meant:
                problem = f"unknown key {key!r}, did you mean {meant!r}?"
                fix = f"Write {meant}, or add {key!r} to ignore_keys in [docs]."
                self.report("misspelt-key", "error", problem, line=line, column=1, fix=fix)
                if meant in _MAPPING:
                    self.slips.append(self.found[-1])
            else:
                problem = f"unknown key {key!r} has no effect"
                fix = "For a draft, write `publish: false`. " if key in _DRAFT else ""
                fix += f"Remove it, or add {key!r} to ignore_keys in [docs]."
                self.report("unknown-key", "warning", problem, line=line, column=1, fix=fix)
        if values.get("org") is not None and values.get("orgs") is not None:
            problem = "`org` and `orgs` are both given"
            line = max(self.lines.get("org", 1), self.lines.get("orgs", 1))
            self.report("conflicting-keys", "error", problem, line=line, fix="Keep one of the two.")

    def _validated(self, values: Mapping[str, Json]) -> Frontmatter | None:
        try:
            return Frontmatter.model_validate(values)
        except ValidationError as error:
            for wrong in error.errors():
                key = str(wrong["loc"][0])
                where = "" if key in self.lines else " (from [[defaults]])"
                problem = f"`{key}`{where} {wrong['msg']}"
                self.report("bad-value", "error", problem, line=self.lines.get(key))
            return None

    def _mapped(self, front: Frontmatter) -> tuple[OrgSelector, str] | None:
        orgs = front.orgs or front.org
        if orgs and front.type:
            return orgs, front.type
        if self.slips:  # which is why, and has been said
            return None
        has, lacks, key = ("a type", "organization", "org") if front.type else (
            "an organization", "type", "type",
        )  # fmt: skip
        self.report(
            f"no-{lacks}",
            "error",
            f"the document has {has}, but no {lacks}",
            line=next((self.lines[key] for key in ("type", "org", "orgs") if key in self.lines), 1),
            fix=f"Add `{key}: NAME` to its frontmatter, or to a [[defaults]] for its folder.",
        )
        return None

    def _attachments(self, paths: Iterable[str]) -> dict[str, int | None]:
        """Attachments as resolved below the docs root, each once, with the line that names it."""
        resolved: dict[str, int | None] = {}
        for number, path in enumerate(paths):
            line = self.lines.get(f"attachments.{number}") or self.lines.get("attachments")
            place = resolve(self.entry.path, path)
            if place is None:
                problem = "an attachment lies outside the docs root"
                fix = "Move the file below the folder of publisher.toml."
                self.report("outside-root", "error", problem, line=line, fix=fix)
            else:
                resolved.setdefault(place, line)
        return resolved

    def _built(
        self,
        front: Frontmatter,
        mapped: tuple[OrgSelector, str],
        text: Text,
        attachments: Mapping[str, int | None],
    ) -> Document:
        if front.title and len(front.title) > _LONG_TITLE:
            problem = f"the title is longer than {_LONG_TITLE} characters"
            self.report("long-title", "warning", problem, line=self.lines.get("title"))
        return Document(
            path=self.entry.path,
            blob=self.entry.blob,
            id=front.id,
            title=front.title,
            orgs=mapped[0],
            type=mapped[1],
            body=text.body,
            body_line=text.body_line,
            body_field=front.body,
            traits=front.traits,
            seed=front.seed,
            template=front.template,
            vars=front.vars,
            attachments=tuple(attachments),
            related=front.related,
            folder=front.folder,
            steps=front.steps,
            publish=front.publish,
            review_by=front.review_by,
            lines={**text.lines, **dict(_named(attachments))},
        )


def resolve(document: str, path: str) -> str | None:
    """A path as written in *document* -> the path below the docs root; None when it leaves that.

    Backslashes count as slashes, as an author on Windows means them.
    """
    plain = path.replace("\\", "/")
    start = "" if plain.startswith("/") else posixpath.dirname(document)
    place = posixpath.normpath(posixpath.join(start, plain.lstrip("/")))
    return None if place == ".." or place.startswith("../") else place


def _named(attachments: Mapping[str, int | None]) -> Iterator[tuple[str, int]]:
    return ((f"attachments.{path}", line) for path, line in attachments.items() if line)
