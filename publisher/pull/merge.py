"""Three texts into one, line by line, as ``git merge-file`` does it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from publisher.errors import GitFailed
from publisher.source.driver import Driver

_LABELS = ("document", "last published", "IT Glue")
_FAILED = 128
"""Up to 127, git's exit code is the number of conflicts."""


def merge(base: str, ours: str, theirs: str) -> tuple[str, int]:
    """What *ours* and *theirs* made of *base* in one text, and how many conflicts it marks.

    Raises:
        GitFailed: git cannot be run.
    """
    if ours in (base, theirs):
        return theirs, 0
    if theirs == base:
        return ours, 0
    with tempfile.TemporaryDirectory(prefix="publisher-merge-") as name:
        folder = Path(name)
        for side, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            (folder / side).write_bytes(text.encode("utf-8", "surrogateescape"))
        labels = [word for label in _LABELS for word in ("-L", label)]
        answer = Driver(folder).ask("merge-file", "-p", *labels, "ours", "base", "theirs")
    if not 0 <= answer.status < _FAILED:
        raise GitFailed(answer.command, answer.error)
    return answer.output.decode("utf-8", "surrogateescape"), answer.status
