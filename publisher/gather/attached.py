"""Files of a target under names that are unique within it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from publisher.diagrams.gallery import FOLDER
from publisher.model import Entry, digest
from publisher.targets import File


def named(attached: Mapping[str, Entry]) -> list[File]:
    """The file name, if no other has it in any case; else one made of the whole path."""
    plain = Counter(PurePosixPath(path).name.casefold() for path in attached)
    longer = Counter(_long(path).casefold() for path in attached)
    files = []
    for path, entry in sorted(attached.items()):
        name = PurePosixPath(path).name
        if plain[name.casefold()] > 1 or (name.casefold() in longer and name != _long(path)):
            name = _long(path)
            if longer[name.casefold()] > 1:  # a/b.png and a-b.png
                name = _with(name, digest(path)[:8])
        files.append(File(name, path, entry.blob, entry.size or 0))
    return files


def _long(path: str) -> str:
    """The path as a name; of a picture that was drawn, its name and what it was drawn from."""
    if path.startswith(f"{FOLDER}/"):
        folder = PurePosixPath(path).parent.name
        return _with(PurePosixPath(path).name, folder[:8])
    return path.replace("/", "-")


def _with(name: str, mark: str) -> str:
    pure = PurePosixPath(name)
    return f"{pure.stem}-{mark}{pure.suffix}"
