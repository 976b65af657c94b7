"""The only module that runs git, and only its plumbing.

GitPython drives what git writes while we read: its object model (`traverse`, `diff`, GitDB) is 5 to
25 times slower than the commands it stands for. Short questions, which every command begins with,
are asked without it: importing it takes as long as all of them.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, NamedTuple, cast

from publisher.errors import GitFailed

_OPTIONS = (
    "--no-optional-locks",  # never touch the index of a user who is at work
    "--no-replace-objects",  # a blob id stands for its own bytes
    "--literal-pathspecs",
    "-c",
    # git's default of 96 MiB makes reading 50,000 similar documents ten times slower
    "core.deltaBaseCacheLimit=1g",
    # what a user may have set for `git log`, and would change what it lists
    *("-c", "log.showSignature=false", "-c", "log.follow=false", "-c", "log.showRoot=true"),
    *("-c", "color.ui=false"),
)
_REDIRECTIONS = re.compile(
    r"GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES"
    r"|NAMESPACE|PREFIX|GRAFT_FILE|SHALLOW_FILE|REPLACE_REF_BASE|(LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS"
    r"|EXTERNAL_DIFF|DIFF_OPTS|IMPLICIT_WORK_TREE|DEFAULT_HASH)"
)
"""Set inside git hooks, for one; they would have git look at something else than --repo says."""
_environment = threading.Lock()

_EXECUTABLE = "GIT_PYTHON_GIT_EXECUTABLE"
"""GitPython's name for the variable that says where git is."""
_ENGLISH = {"LANGUAGE": "C", "LC_ALL": "C"}
"""So that what git says can be recognised; GitPython sets it too."""
if os.name == "nt":  # else Windows would run a git.exe that lies in the repository
    os.environ.setdefault("NoDefaultCurrentDirectoryInExePath", "1")
_NOT_FOUND = "git is not installed, or not on the PATH"
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    command: str
    status: int
    output: bytes
    error: str

    def output_or_raise(self) -> bytes:
        if self.status:
            raise GitFailed(self.command, self.error or f"exit code {self.status}")
        return self.output


class _Process(NamedTuple):
    popen: Popen[bytes]
    stdin: BufferedWriter
    stdout: BufferedReader
    stderr: BufferedReader


class Driver:
    """Runs git in one folder, whatever the environment says about others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str) -> bytes:
        """What git wrote to stdout.

        Raises:
            GitFailed: git says no.
        """
        return self.ask(*words).output_or_raise()

    def ask(self, *words: str) -> Answer:
        """Run git and take its exit code as an answer."""
        kept = {n: value for n, value in os.environ.items() if not _REDIRECTIONS.fullmatch(n)}
        command = self._command(os.environ.get(_EXECUTABLE) or "git", words)
        try:
            done = subprocess.run(  # noqa: S603 (git with words of ours alone)
                command,
                env={**kept, **_ENGLISH},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise GitFailed("git", _NOT_FOUND) from error
        except OSError as error:
            raise GitFailed("git", f"it cannot be run: {error.strerror}") from error
        return Answer(f"git {words[0]}", done.returncode, done.stdout, text(done.stderr).strip())

    def _command(self, executable: str, words: Sequence[str]) -> list[str]:
        # -C rather than a working directory: ours may be unreadable
        return [executable, "-C", str(self.folder), *_OPTIONS, *words]

    def stream(self, *words: str) -> Generator[str, None, None]:
        """Yield what git writes, cut at NULs, while it works; closing the iterator ends git."""
        with self._started(words) as process:
            rest = b""
            while chunk := process.stdout.read1(_CHUNK):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from map(text, filter(None, whole))
            self._ended(process, words)

    def blobs(self, ids: Sequence[str]) -> Iterator[bytes]:
        """Yield the bytes of each blob, in order, through one `cat-file --batch`.

        A thread writes all ids ahead, so that git never waits for us to ask nor we for it to
        listen.

        Raises:
            GitFailed: a blob is missing, as in a damaged repository.
        """
        words = ("cat-file", "--batch", "--buffer")
        with self._started(words) as process:
            asking = threading.Thread(target=_write, args=(process.stdin, ids), daemon=True)
            asking.start()
            try:
                for blob in ids:
                    yield self._blob(process.stdout, blob)
                self._ended(process, words)
            finally:
                process.popen.kill()  # unblocks the thread when the reader leaves early
                asking.join()

    def _blob(self, stdout: BufferedReader, blob: str) -> bytes:
        header = stdout.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise GitFailed("git cat-file", f"object {blob} is missing from the repository")
        content = stdout.read(int(header[2]))
        stdout.read(1)  # the line end after each
        return content

    @contextlib.contextmanager
    def _started(self, words: Sequence[str]) -> Iterator[_Process]:
        # GitPython's wrapper ends the process when it is collected, so it is kept until then
        wrapper = self._execute(words, istream=PIPE, as_process=True)
        popen: Popen[bytes] = wrapper.proc
        process = _Process(
            popen,
            cast("BufferedWriter", popen.stdin),
            cast("BufferedReader", popen.stdout),
            cast("BufferedReader", popen.stderr),
        )
        try:
            yield process
        finally:
            popen.kill()
            for stream in (process.stdin, process.stdout, process.stderr):
                with contextlib.suppress(OSError):
                    stream.close()
            popen.wait()
            del wrapper

    @staticmethod
    def _ended(process: _Process, words: Sequence[str]) -> None:
        error = process.stderr.read()
        status = process.popen.wait()
        if status:
            raise GitFailed(f"git {words[0]}", text(error).strip() or f"exit code {status}")

    def _execute(self, words: Sequence[str], **options: Any) -> Any:
        try:
            from git.cmd import Git
            from git.exc import GitCommandNotFound
        except ImportError as error:  # so GitPython says that there is no git
            raise GitFailed("git", _NOT_FOUND) from error
        command = self._command(Git.GIT_PYTHON_GIT_EXECUTABLE or "git", words)
        with _unredirected():
            try:
                return Git().execute(command, **options)
            except GitCommandNotFound as error:
                raise GitFailed("git", _NOT_FOUND) from error


def text(output: bytes) -> str:
    """Decode what git wrote; bytes that are no UTF-8 survive as surrogates."""
    return output.decode("utf-8", "surrogateescape")


def split(output: bytes) -> list[str]:
    """Cut output at NULs."""
    return [part for part in text(output).split("\0") if part]


def _write(stdin: BufferedWriter, ids: Sequence[str]) -> None:
    with contextlib.suppress(OSError, ValueError):  # git has died, or the reader has left
        stdin.write("".join(f"{blob}\n" for blob in ids).encode("ascii"))
        stdin.close()


@contextlib.contextmanager
def _unredirected() -> Iterator[None]:
    """Hide the variables that point git elsewhere; GitPython takes the environment as it is."""
    with _environment:
        hidden = {
            name: os.environ.pop(name) for name in [*os.environ] if _REDIRECTIONS.fullmatch(name)
        }
        try:
            yield
        finally:
            os.environ.update(hidden)
