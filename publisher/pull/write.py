"""Files of the work tree, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from publisher.errors import PublisherError
from publisher.source.git import Repository

_BOM = b"\xef\xbb\xbf"


class Unwritten(PublisherError):
    """A file of the work tree cannot be written."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path, self.problem = path, problem


def write(root: Path, path: str, content: bytes, *, before: bytes | None) -> None:
    """Put *content* into the file at *path* below *root*, at once.

    Args:
        root, path: where.
        content: what.
        before: what the file must hold still; None: it must not be there yet.

    Raises:
        Unwritten: somebody changed the file meanwhile, or it cannot be written.
    """
    place = root.joinpath(*path.split("/"))
    if place.is_symlink() or not place.resolve().is_relative_to(root.resolve()):
        raise Unwritten(path, "it lies behind a symlink")
    try:
        now = place.read_bytes() if place.exists() else None
        if now != before:
            raise Unwritten(path, "it was changed while this ran")
        place.parent.mkdir(parents=True, exist_ok=True)
        _replace(place, content)
    except OSError as error:
        raise Unwritten(path, error.strerror or str(error)) from error


def _replace(place: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mode = place.stat().st_mode if place.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode & 0o7777)
        Path(name).replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


def encoded(text: str, before: bytes) -> bytes:
    """*text* (LF) with the line ends and the BOM of the file that it replaces."""
    crlf = before.count(b"\r\n")
    if crlf and crlf == before.count(b"\n"):
        text = text.replace("\n", "\r\n")
    return (_BOM if before.startswith(_BOM) else b"") + text.encode("utf-8", "surrogateescape")


def is_committed(repository: Repository, path: str) -> bool:
    """Whether the file at *path* is as it was committed.

    Raises:
        GitFailed: git cannot tell.
    """
    return not repository.driver.run("status", "--porcelain", "-z", "--", path)
