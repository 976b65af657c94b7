"""Which files of a tree are candidates for documents, and what is in the way of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from publisher.config import Docs
from publisher.model import Diagnostic, Entry
from publisher.source.globs import Predicate, any_of
from publisher.source.tree import Tree, printable

_INSIDE = "/\0.md"
"""Makes a path below a folder that only a pattern for everything there can match."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The outcome of `select`."""

    paths: tuple[str, ...]
    """Candidates, in the tree's order."""
    diagnostics: tuple[Diagnostic, ...]
    """Symlinks and submodules, which are never followed, and names that cannot be published."""


def select(tree: Tree, docs: Docs, only: Sequence[str] = ()) -> Selection:
    """Choose by ``[docs] include`` and ``exclude``, and by *only*, where that is given."""
    included, excluded = any_of(docs.include), any_of(docs.exclude)
    wanted = any_of(only) if only else None
    paths: list[str] = []
    diagnostics: list[Diagnostic] = []
    for path, entry in tree.entries.items():
        if excluded(path) or (wanted and not wanted(path)):
            continue
        if entry.kind != "file":
            diagnostics.extend(_not_followed(entry, included, excluded))
        elif included(path) and path == printable(path):
            paths.append(path)
        elif included(path):
            diagnostics.append(_bad_path(path))
    return Selection(tuple(paths), tuple(diagnostics))


def _not_followed(entry: Entry, included: Predicate, excluded: Predicate) -> Iterator[Diagnostic]:
    if excluded(entry.path + _INSIDE):
        return
    if entry.kind == "submodule":
        message = "a submodule is another repository; its documents are not published from here"
    elif included(entry.path) or _may_hold_documents(entry.path, included):
        message = "a symlink is not followed; its document is not published"
    else:
        return
    fix = "Publish it from where it lies, or exclude it in [docs]."
    yield Diagnostic(printable(entry.path), None, None, entry.kind, "warning", message, fix)


def _may_hold_documents(path: str, included: Predicate) -> bool:
    """Git does not say whether a symlink leads to a folder; one with a suffix hardly does."""
    return not PurePosixPath(path).suffix and included(path + _INSIDE)


def _bad_path(path: str) -> Diagnostic:
    message = "the file name holds control characters or is not UTF-8"
    return Diagnostic(printable(path), None, None, "bad-path", "error", message, "Rename the file.")


def is_lfs_pointer(raw: bytes) -> bool:
    """Whether these bytes only stand for a file that Git LFS keeps (its specification, v1)."""
    return len(raw) < 1024 and raw.startswith(b"version https://git-lfs.github.com/spec/v1\n")
