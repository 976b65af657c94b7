"""A Git repository as the other rooms see it: files at a commit or on disk, and their history."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from publisher.config import FILE_NAME
from publisher.errors import GitFailed, NoCommit, NoConfig, NoRepository, UnknownRevision
from publisher.model import Entry
from publisher.source.driver import Driver, split, text
from publisher.source.tree import Tree, ordered
from publisher.source.worktree import Disk

Kind = Literal["file", "symlink", "submodule"]
_KINDS: Final[Mapping[str, Kind]] = {"120000": "symlink", "160000": "submodule"}
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NAME_RUBBISH = re.compile(r"[^A-Za-z0-9._-]+")


def find_root(folder: Path, config: Path | None = None) -> Path:
    """Return the docs root: see `find_docs`.

    Raises:
        NoRepository, NoConfig, GitFailed: as there.
    """
    return find_docs(folder, config)[0]


def find_docs(folder: Path, config: Path | None = None) -> tuple[Path, Repository | None]:
    """Find the docs root: the nearest folder with a publisher.toml, from *folder* upwards.

    *config*, a publisher.toml somewhere, settles it without a search. The repository comes with it
    if it was opened on the way.

    Raises:
        NoRepository: *folder* lies in no Git work tree.
        NoConfig: there is no publisher.toml up to the work tree's top.
        GitFailed: git refuses to look at the folder.
    """
    if config is not None:
        return config.resolve().parent, None
    folder = folder.resolve()
    repository = open_repository(folder)
    for candidate in (folder, *folder.parents):
        if (candidate / FILE_NAME).is_file():
            return candidate, repository if candidate == folder else None
        if candidate == repository.top:
            break
    below = [path.parent for depth in ("*", "*/*") for path in folder.glob(f"{depth}/{FILE_NAME}")]
    raise NoConfig(folder, sorted(below))


def open_repository(folder: Path) -> Repository:
    """Open the Git work tree around *folder*, which becomes the docs root.

    Raises:
        NoRepository: there is none, or the repository is bare.
        GitFailed: git refuses, for instance because the folder belongs to somebody else.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise NoRepository(folder)
    driver = Driver(folder)
    answer = driver.ask("rev-parse", "--show-object-format", "--show-prefix", "--show-toplevel")
    if "not a git repository" in answer.error or "must be run in a work tree" in answer.error:
        raise NoRepository(folder)
    algorithm, prefix, top = text(answer.output_or_raise()).split("\n", 2)
    return Repository(folder, Path(top.removesuffix("\n")), prefix, algorithm, driver)


@dataclass(frozen=True)
class Repository:
    """A Git work tree, seen from the docs root; every path is relative to that."""

    root: Path
    """The docs root: where publisher.toml lies."""
    top: Path
    """The top of the work tree."""
    prefix: str
    """From the top to the docs root: empty, or ending with '/'."""
    algorithm: str
    """Git's object format: sha1 or sha256."""
    driver: Driver

    @cached_property
    def origin(self) -> str:
        """The URL of the remote called origin, as configured; '' for none."""
        return text(self.driver.ask("config", "--get", "remote.origin.url").output).strip()

    @cached_property
    def name(self) -> str:
        """What the repository calls itself: the last part of origin's URL, else its folder's name.

        Made to fit ``[docs] id``, which it stands in for.
        """
        last = re.split(r"[/\\:]", self.origin.rstrip("/\\"))[-1]
        last = last.removesuffix(".git") or self.top.name
        return _NAME_RUBBISH.sub("-", last).lstrip("._-")[:64] or "docs"

    def tree(self, ref: str = "HEAD") -> Tree:
        """List the files at a commit.

        Raises:
            UnknownRevision: *ref* names no commit.
            NoCommit: there is no commit yet.
        """
        commit = self._resolve(ref)
        below = ["--", self.prefix] if self.prefix else []
        listing = self.driver.run("ls-tree", "-r", "-z", "-l", "--full-tree", commit, *below)
        entries = (_listed(line, self.prefix) for line in split(listing))
        return Tree(commit, ordered(entries), self._fetch)

    def worktree(self) -> Tree:
        """List the files on disk: tracked ones, and others that are not ignored.

        Raises:
            GitFailed: a file cannot be read, or a sparse checkout leaves files out.
        """
        index = [_indexed(line) for line in split(self.driver.run("ls-files", "-s", "-t", "-z"))]
        modes = {path: mode for _, mode, path in index}
        sparse = next((p for tag, _, p in index if tag == "S" and not (self.root / p).exists()), "")
        if sparse:
            problem = f"a sparse checkout leaves out {sparse}; use a commit, not the work tree"
            raise GitFailed("git ls-files", problem)
        others = split(self.driver.run("ls-files", "-z", "--others", "--exclude-standard"))
        nested = {path for path, mode in modes.items() if mode == "160000"}
        nested |= {path[:-1] for path in others if path.endswith("/")}
        symlinks = frozenset(path for path, mode in modes.items() if mode == "120000")
        disk = Disk(self.root, self.algorithm)
        submodules = [Entry(path, "", None, "submodule") for path in nested]
        files = disk.entries(
            (path for path in modes.keys() | {*others} if path not in nested and path[-1] != "/"),
            symlinks,
        )
        return Tree(None, ordered([*submodules, *files]), disk.fetch)

    def last_commits(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """Say for each path which commit touched it last, as seen from *commit*.

        One pass over the history that ends as soon as all are found. A path is left out when a
        shallow clone has cut its history off: the oldest commit there seems to touch every file.
        """
        missing, found = set(paths), dict[str, str]()
        if not missing:
            return found
        cut_off = self._shallow()
        with contextlib.closing(self._touched(commit)) as touched:
            for current, path in touched:
                if path in missing:
                    missing.remove(path)
                    if current not in cut_off:
                        found[path] = current
                    if not missing:
                        break
        return found

    def _touched(self, commit: str) -> Generator[tuple[str, str], None, None]:
        """Yield (commit, path), newest commit first.

        A '/' begins no path in git, so it tells the commits from the names. After it, git ends
        the line of the commit before the first name. ``-c`` names what a merge itself changed.
        """
        words = ("-c", "-z", "--name-only", "--no-renames", "--no-relative", "--format=tformat:/%H")
        current, first = "", False
        with contextlib.closing(self.driver.stream("log", *words, commit, "--", ".")) as tokens:
            for token in tokens:
                if token.startswith("/"):
                    current, first = token[1:], True
                    continue
                name = token.removeprefix("\n") if first else token
                first = False
                yield current, name.removeprefix(self.prefix)

    def renames(self, old: str, commit: str) -> dict[str, str]:
        """Map the new path to the old one for what git sees as renamed (half alike or more).

        Empty when *old* is no commit of this repository, as after a rewritten history.
        """
        if (
            not _COMMIT.fullmatch(old)
            or self.driver.ask("cat-file", "-e", f"{old}^{{commit}}").status
        ):
            return {}
        tokens = iter(split(self.driver.run(
            "diff-tree", "-r", "-z", "-M50%", "-l5000", "--diff-filter=R", "--name-status",
            "--no-relative", old, commit, "--", ".",
        )))  # fmt: skip
        pairs = ((next(tokens), next(tokens)) for _ in tokens)
        return {new.removeprefix(self.prefix): was.removeprefix(self.prefix) for was, new in pairs}

    def _resolve(self, ref: str) -> str:
        """The full id of the commit; whatever could be an option, or two arguments, is no ref."""
        if ref and ref[0] != "-" and ref.isprintable():
            answer = self.driver.ask(
                "rev-parse", "--verify", "-q", "--end-of-options", f"{ref}^{{commit}}"
            )
            commit = text(answer.output).strip()
            if answer.status == 0 and _COMMIT.fullmatch(commit):
                return commit
        if ref == "HEAD" or not self.driver.ask("rev-list", "--all", "-n1").output:
            raise NoCommit(self.top)
        raise UnknownRevision(ref)

    def _shallow(self) -> frozenset[str]:
        place = text(self.driver.run("rev-parse", "--git-path", "shallow")).removesuffix("\n")
        try:
            return frozenset((self.root / place).read_text(encoding="ascii").split())
        except FileNotFoundError:
            return frozenset()

    def _fetch(self, entries: list[Entry]) -> Iterator[bytes]:
        return self.driver.blobs([entry.blob for entry in entries])


def _listed(line: str, prefix: str) -> Entry:
    """One line of `ls-tree -l`: mode, type, id, size, tab, path."""
    facts, _, path = line.partition("\t")
    mode, _, blob, size = facts.split()
    kind: Kind = _KINDS.get(mode, "file")
    return Entry(path.removeprefix(prefix), blob, int(size) if kind == "file" else None, kind)


def _indexed(line: str) -> tuple[str, str, str]:
    """One line of `ls-files -s -t`: tag, mode, id, stage, tab, path; as (tag, mode, path)."""
    facts, _, path = line.partition("\t")
    tag, mode, _, _ = facts.split()
    return tag, mode, path
