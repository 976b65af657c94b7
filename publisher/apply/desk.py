"""What every step of an apply works with: the sides as they stand now, and where to write."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from publisher.apply.writes import Writes, begin_now
from publisher.gather.content import Content
from publisher.gather.existing import Remote
from publisher.gather.fingerprint import Seen
from publisher.itglue import ITGlue
from publisher.model import AssetType
from publisher.state import Store
from publisher.targets import Desired, ExistingFile, Intent, Known, Replaced


@dataclass(slots=True)
class Desk:
    """Shared by all steps of one apply; single-threaded, so that hardly anything needs a lock."""

    itglue: ITGlue
    store: Store
    repository: str
    marker: str
    """The name-key of the trait that carries the marker, where a type has it."""
    kinds: Mapping[str, AssetType]
    desired: Mapping[str, Desired]
    contents: Mapping[str, Content]
    known: dict[str, Known]
    remote: Remote
    commit: str | None
    commits: Mapping[str, str]
    """The commit that last changed each document."""
    read: Callable[[str], bytes]
    """The bytes of a file in the repository."""
    root: Path
    """The docs root, below which is kept what is replaced."""
    writes: Writes
    """What sends the writes of flexible assets."""
    bulk_size: int = 1
    """How many assets one request writes at most."""
    settle_seconds: float = 240.0
    """How long a create with an unknown outcome is given to appear."""
    now: Callable[[], float] = time.time
    folders: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)
    """Organization id -> (id of the folder above or '', name in small letters) -> id."""
    folder_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Two documents may need the same new folder, which is made once."""
    moves: Mapping[str, str] = field(default_factory=dict)
    """Key -> the key that it had when it was last published."""
    created: set[str] = field(default_factory=set)
    """Ids of the assets that this run has made."""
    warnings: list[str] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    """What others had written, and where it is kept now."""
    lost: set[str] = field(default_factory=set)
    """Documents of which IT Glue dropped text, named already."""

    def bind(self, known: Known, intent: Intent | None = None, *, instead_of: str = "") -> Known:
        """Commit what was just published."""
        self.store.bind(known, intent, instead_of=instead_of)
        if instead_of:
            self.known.pop(instead_of, None)
        self.known[known.key] = known
        return known

    def look(self, seen: Seen) -> Seen:
        """Note what an answer said of an asset; it says nothing of attachments."""
        before = self.remote.existing.get(seen.existing.asset_id)
        if seen.existing.files is None:
            files = before.files if before else {}
            seen = replace(seen, existing=replace(seen.existing, files=files))
        self.remote.look(seen)
        self.store.observe(self.remote.existing[seen.existing.asset_id])
        return seen

    def attached(self, asset_id: str, files: Mapping[str, ExistingFile]) -> None:
        """Note the attachments of an asset as they are now."""
        self.store.observe(self.remote.attached(asset_id, files))

    def related(self, asset_id: str, to: Iterable[str]) -> None:
        """Note what an asset is linked to now."""
        self.store.observe(self.remote.related(asset_id, to))

    def address(self, key: str) -> Callable[[str], tuple[str, str]]:
        """Reference -> (id, URL) as it resolves now, for the target *key*; ('', '') for nothing."""

        def resolve(ref: str) -> tuple[str, str]:
            kind, _, name = ref.partition(":")
            if kind == "file":
                known = self.known.get(key)
                file = known.files.get(name) if known else None
                return (file.id, file.url) if file and file.url else ("", "")
            # A move that is held back leaves the asset where it was: links still lead to it.
            other = self.known.get(name) or self.known.get(self.moves.get(name, name))
            if other and other.asset_id in self.remote.existing:
                return other.asset_id, other.url
            return "", ""

        return resolve

    def resolved(self, desired: Desired) -> dict[str, str]:
        """What each reference of a target resolves to now. To be asked when its text is composed:
        until the answer comes, another target may get its address."""
        address = self.address(desired.key)
        return {ref: address(ref)[0] for ref in desired.refs}


def begin(desk: Desk, intent: Intent) -> None:
    """Commit an intent as its request leaves; see `begin_now`."""
    begin_now(desk.store, desk.now, intent)
