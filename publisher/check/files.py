"""Attachments, pictures and linked files: there, a file, its own bytes, and small enough."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterator

from publisher.check.material import Material, Use, finding
from publisher.model import Diagnostic
from publisher.source.select import is_lfs_pointer
from publisher.source.tree import Tree

LARGEST = 7_000_000
"""Bytes. IT Glue takes requests of 10 MB (its API documentation); base64 adds a third."""


def files(material: Material) -> Iterator[Diagnostic]:
    """Errors: what a document takes along would be missing in IT Glue, or be something else."""
    for use in material.uses:
        what = "picture" if use.image else "file"
        entry = material.tree.entries.get(use.path)
        if entry is None:
            yield _missing(use, what, material.tree)
        elif entry.kind != "file":
            message = f"the {what} {use.path} is a {entry.kind}, which is not followed"
            yield _error(use, "missing-file", message, "Put the file itself there.")
        elif (entry.size or 0) > LARGEST:
            size = f"{(entry.size or 0) / 1e6:.1f} MB"
            message = f"the {what} {use.path} has {size}, more than the 7 MB that IT Glue takes"
            yield _error(use, "too-large", message, "Shrink it, or link to where it lies.")
        elif is_lfs_pointer(material.contents.get(use.path, b"")):
            message = f"the {what} {use.path} is kept by Git LFS; the commit has only a pointer"
            fix = "Take it out of LFS, or publish from the work tree (--worktree)."
            yield _error(use, "lfs-pointer", message, fix)


def _missing(use: Use, what: str, tree: Tree) -> Diagnostic:
    if any(path.startswith(use.path.rstrip("/") + "/") for path in tree.entries):
        message = f"the {what} {use.path} is a folder"
        return _error(use, "missing-file", message, "Name the files in it.")
    return _error(
        use, "missing-file", f"the {what} {use.path} does not exist", nearest(use.path, tree)
    )


def _error(use: Use, code: str, message: str, fix: str) -> Diagnostic:
    return finding(use.document, use.line, code, "error", message, fix)


def nearest(path: str, tree: Tree) -> str:
    """Which file was meant, perhaps: one of the same folder, or of the same name elsewhere."""
    folder, name = posixpath.split(path)
    in_folder = {p.rpartition("/")[2]: p for p in tree.entries if posixpath.dirname(p) == folder}
    folded = {here.casefold(): there for here, there in in_folder.items()}
    if name.casefold() in folded:
        return f"Did you mean {folded[name.casefold()]}? Upper and lower case differ."
    near = difflib.get_close_matches(name, in_folder, 1, 0.7)
    elsewhere = [p for p in tree.entries if posixpath.basename(p) == name]
    meant = in_folder[near[0]] if near else min(elsewhere, default="")
    return f"Did you mean {meant}?" if meant else "Add the file to Git, or correct the path."
