"""One diagram -> PNG, drawn by a child process: bounded time, bounded memory, no secrets at hand.

| kind    | drawn by                                          | installed with          |
| ------- | ------------------------------------------------- | ----------------------- |
| mermaid | mermaidx: Mermaid itself in an embedded engine    | the extra ``diagrams``  |
| svg     | resvg-py                                          | the extra ``diagrams``  |
| dot     | Graphviz                                          | the operating system    |
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import re
import shutil
import subprocess  # the only room, beside Git's driver, that starts processes
import sys
import tempfile
from collections.abc import Sequence

TIMEOUT = 60.0
"""Seconds; an ordinary diagram takes about one."""
LARGEST = 7_000_000
"""Bytes. IT Glue takes requests of 10 MB (its API documentation); base64 adds a third."""
STYLE = 1
"""Goes up whenever the same source would be drawn differently."""

_PACKAGES = {"mermaid": "mermaidx", "svg": "resvg-py"}
_PNG = b"\x89PNG\r\n\x1a\n"
_PASSED_ON = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LANG", "LC_ALL")
"""Environment of a child. No key of IT Glue is among it."""
_DOT = (
    *("-Tpng", "-Gbgcolor=white", "-Gdpi=96"),
    *("-Gfontname=Helvetica", "-Nfontname=Helvetica", "-Efontname=Helvetica"),
)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|^\s*#[^\n]*", re.DOTALL | re.MULTILINE)
_JOINT = re.compile(r"\\\n|\"\s*\+\s*\"")
_FILES = re.compile(r"(?:image|imagepath|shapefile|fontpath)\"?\s*=|<\s*img\b", re.IGNORECASE)


class Undrawable(ValueError):
    """Why something cannot be drawn, in words without its text; the text may be secret."""

    def __init__(self, problem: str, fix: str = "", line: int | None = None) -> None:
        super().__init__(problem)
        self.problem, self.fix = problem, fix
        self.line = line
        """1-based, within the source; None when no line can be named."""


@functools.cache
def version(kind: str) -> str:
    """Which renderer draws that kind; '' when there is none."""
    if kind == "dot":
        return _graphviz()
    try:
        package = _PACKAGES[kind]
        return f"{package} {importlib.metadata.version(package)}/{STYLE}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def _graphviz() -> str:
    dot = shutil.which("dot")
    if dot is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 (a fixed command)
            [dot, "-V"], capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = re.search(r"version\s+(\S+)", done.stderr + done.stdout)
    return f"graphviz {said[1]}/{STYLE}" if said else ""


def draw(kind: str, source: bytes) -> bytes:
    """Draw *source*; give the PNG, on white.

    Raises:
        Undrawable: the renderer is missing, or refuses, or takes too long or too much memory.
    """
    if not version(kind):
        raise _missing(kind)
    if kind == "dot":
        _check_dot(source.decode("utf-8", "replace"))
    png = _run(_command(kind), source, kind)
    if len(png) > LARGEST:
        size = f"{len(png) / 1e6:.1f} MB"
        raise Undrawable(f"the picture would have {size}, more than the 7 MB that IT Glue takes")
    return png


def _missing(kind: str) -> Undrawable:
    if kind == "dot":
        return Undrawable("Graphviz is not installed", "Install Graphviz, so that `dot` is found.")
    fix = "Install it: pip install 'itglue-publisher[diagrams]'."
    return Undrawable("the extra `diagrams` is not installed", fix)


def _check_dot(source: str) -> None:
    """Graphviz opens any file that an attribute names."""
    if _FILES.search(_JOINT.sub("", _COMMENT.sub(" ", source))):
        raise Undrawable("it refers to a file, which is not followed")


def _command(kind: str) -> Sequence[str]:
    if kind == "dot":
        return (shutil.which("dot") or "dot", *_DOT)
    return (sys.executable, "-P", "-m", "publisher.diagrams.worker", kind)


def _run(command: Sequence[str], source: bytes, kind: str) -> bytes:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="publisher-") as folder:
        try:
            done = subprocess.run(  # noqa: S603 (a fixed command; the source goes to its stdin)
                command,
                input=source,
                capture_output=True,
                timeout=TIMEOUT,
                check=False,
                cwd=folder,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            fix = "Split it into smaller ones."
            raise Undrawable(f"drawing it takes longer than {TIMEOUT:.0f} s", fix) from None
        except OSError as error:
            raise Undrawable(f"its renderer cannot be started: {error.strerror}") from None
    if done.returncode == 0 and done.stdout.startswith(_PNG):
        return done.stdout
    raise _refusal(kind, done.stderr.decode("utf-8", "replace"), done.returncode)


def _refusal(kind: str, said: str, code: int) -> Undrawable:
    """What a renderer's complaint comes to; its own words quote the source, so they stay here."""
    name = {"mermaid": "Mermaid", "dot": "Graphviz", "svg": "the SVG renderer"}[kind]
    if found := re.search(r"error on line (\d+)|error in line (\d+)|at (\d+):\d+", said):
        line = int(next(filter(None, found.groups())))
        return Undrawable(f"{name} cannot read line {line} of it", line=line)
    if "refers to a file" in said:
        return Undrawable("it refers to a file, which is not followed")
    if "No diagram type detected" in said:
        return Undrawable(f"{name} knows no such kind of diagram", line=1)
    if "limit" in said:
        return Undrawable(f"it is larger than {name} draws", "Split it into smaller ones.")
    if code < 0 or "MemoryError" in said:
        return Undrawable(f"{name} runs out of memory on it")
    return Undrawable(f"{name} cannot draw it")
