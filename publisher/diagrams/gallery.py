"""Pictures that are drawn rather than kept in Git, beside the files of a tree.

A picture is known by what it was drawn from: the source, the renderer and its version. So it is
the same attachment on every machine, although fonts and pixels may differ, and it is drawn once.
"""

from __future__ import annotations

import os
import tempfile
from collections import ChainMap
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path, PurePosixPath
from typing import cast

from publisher.diagrams.draw import draw, version
from publisher.diagrams.words import file_name
from publisher.model import Entry, digest
from publisher.source.tree import Tree

FOLDER = ".publisher/diagrams"
"""Where the pictures seem to lie, below the docs root; publisher's own folder is never in Git."""
RENDERER = "renderer:"
"""Begins the name of a renderer where a record lists what a document uses."""


class Gallery:
    """The pictures drawn for one tree."""

    def __init__(self, tree: Tree, cache: Path, draw: Callable[[str, bytes], bytes] = draw) -> None:
        """
        Args:
            tree: the files that Git has.
            cache: the folder that keeps pictures from run to run.
            draw: kind, source -> PNG; raises Undrawable.
        """
        self._below, self._cache, self._draw = tree, cache, draw
        self._entries: dict[str, Entry] = {}
        self._files: dict[str, str] = {}
        self._unkept: dict[str, bytes] = {}
        """Pictures that the cache would not take."""
        below = cast(
            "MutableMapping[str, Entry]", tree.entries
        )  # a ChainMap changes its first alone
        self.tree = Tree(tree.commit, ChainMap(self._entries, below), self._fetch)
        """The files of Git with the pictures drawn so far."""

    def __contains__(self, path: object) -> bool:
        return path in self._entries

    def blob(self, used: str) -> str:
        """What a document depends on: a file's blob id, or a renderer's version; '' for none."""
        if used.startswith(RENDERER):
            return version(used.removeprefix(RENDERER))
        entry = self._below.entries.get(used)
        return entry.blob if entry else ""

    def diagram(self, kind: str, source: str) -> str:
        """Draw a diagram; give the path of its picture.

        Raises:
            Undrawable: it cannot be drawn.
        """
        key = _key(kind, source)
        return self._add(key, kind, source.encode(), file_name(source, key))

    def raster(self, path: str) -> str:
        """Rasterize an SVG of the tree; give the path of its picture.

        Raises:
            Undrawable: it cannot be.
        """
        key = _key("svg", self._below.entries[path].blob)
        name = f"{PurePosixPath(path).stem}.png"
        there = f"{FOLDER}/{key[:16]}/{name}"
        if there in self._entries:
            return there
        source = b"" if self._is_kept(key) else next(self._below.read([path]))[1]
        return self._add(key, "svg", source, name)

    def _add(self, key: str, kind: str, source: bytes, name: str) -> str:
        path = f"{FOLDER}/{key[:16]}/{name}"
        if path not in self._entries:
            if not self._is_kept(key):
                self._keep(key, self._draw(kind, source))
            self._files[path] = key
            self._entries[path] = Entry(path, key[:40], len(self._read(key)))
        return path

    # The cache

    def _is_kept(self, key: str) -> bool:
        return key in self._unkept or self._file(key).is_file()

    def _file(self, key: str) -> Path:
        return self._cache / f"{key}.png"

    def _read(self, key: str) -> bytes:
        return self._unkept[key] if key in self._unkept else self._file(key).read_bytes()

    def _keep(self, key: str, png: bytes) -> None:
        """Write the picture under its name only when it is whole; another run may draw it too."""
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._cache, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(png)
            Path(name).replace(self._file(key))
        except OSError:
            self._unkept[key] = png

    def _fetch(self, entries: list[Entry]) -> Iterator[bytes]:
        kept = [entry for entry in entries if entry.path not in self._files]
        below = self._below.fetch(kept) if kept else iter(())
        for entry in entries:
            key = self._files.get(entry.path)
            yield next(below) if key is None else self._read(key)


def _key(kind: str, source: str) -> str:
    return digest([kind, version(kind), source])
