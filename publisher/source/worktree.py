"""Files as they are on disk: hashed as git would, read without following any symlink.

The blob id is that of the bytes on disk. Where git converts on the way in (line ends, LFS) it
differs from the one in the index, on purpose: an id stands for the bytes that `read` gives.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from publisher.errors import GitFailed
from publisher.model import Entry

_CHUNK = 1 << 20


class Disk:
    """The regular files below *root*; one that lies behind a symlink does not exist."""

    def __init__(self, root: Path, algorithm: str) -> None:
        self.root = root.resolve()
        self.algorithm = algorithm
        """The repository's object format: sha1 or sha256."""
        self._inside: dict[str, bool] = {}

    def entries(self, paths: Iterable[str], symlinks: frozenset[str]) -> Iterator[Entry]:
        """Look at each path; *symlinks* are those that the index calls so.

        Git on Windows writes a symlink as a small text file: the index knows better than the disk.
        """
        for path in paths:
            entry = self._entry(path, path in symlinks)
            if entry is not None:
                yield entry

    def fetch(self, entries: list[Entry]) -> Iterator[bytes]:
        """Yield the bytes of each entry as they are now."""
        for entry in entries:
            yield self._read(entry.path)

    def _entry(self, path: str, is_symlink: bool) -> Entry | None:
        try:
            mode = self._place(path).lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        if is_symlink or stat.S_ISLNK(mode):
            return Entry(path, "", None, "symlink")
        if not stat.S_ISREG(mode) or not self._reachable(path):
            return None
        try:
            blob, size = self._hash(path)
        except FileNotFoundError:  # gone since
            return None
        except OSError as error:
            raise _unreadable(path, error) from error
        return Entry(path, blob, size)

    def _hash(self, path: str) -> tuple[str, int]:
        """Git's blob id: the hash of a header with the size, then of the bytes."""
        with self._open(path) as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.new(self.algorithm, usedforsecurity=False)
            digest.update(b"blob %d\0" % size)
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest(), size

    def _read(self, path: str) -> bytes:
        if not self._reachable(path):
            raise GitFailed(f"read {path}", "it lies behind a symlink")
        try:
            with self._open(path) as file:
                return file.read()
        except OSError as error:
            raise _unreadable(path, error) from error

    def _open(self, path: str) -> BinaryIO:
        """Open without following a symlink that took the file's place since it was looked at."""
        return open(self._place(path), "rb", opener=_no_follow)

    def _place(self, path: str) -> Path:
        return self.root.joinpath(*path.split("/"))

    def _reachable(self, path: str) -> bool:
        """Whether no folder on the way to *path* is a symlink; to git such a file is deleted."""
        folder = path.rpartition("/")[0]
        if folder not in self._inside:
            place = self._place(folder) if folder else self.root
            self._inside[folder] = Path(os.path.realpath(place)) == place
        return self._inside[folder]


def _no_follow(name: str, flags: int) -> int:
    return os.open(name, flags | getattr(os, "O_NOFOLLOW", 0))


def _unreadable(path: str, error: OSError) -> GitFailed:
    return GitFailed(f"read {path}", error.strerror or str(error))
