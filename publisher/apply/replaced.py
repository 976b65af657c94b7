"""What somebody else wrote is kept before a write of ours replaces it.

The state remembers which trait it was, by its fingerprint; the text itself goes into a file that
only its owner may read, since it may hold anything. Nothing is replaced that could not be kept.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from publisher.apply.desk import Desk
from publisher.errors import StateUnusable
from publisher.gather.fingerprint import Seen, fingerprint
from publisher.gather.recover import says
from publisher.model import Json, digest
from publisher.state.folder import NAME, make_folder
from publisher.targets import Desired, Known, Replaced

FOLDER = f"{NAME}/replaced"
_SUFFIXES = {"Textbox": ".html", "Text": ".txt", "Select": ".txt"}
_OPAQUE = ("Password", "Upload")
"""Kinds whose values are references: there is no text to keep."""


def keep(
    desk: Desk,
    target: Desired | Known,
    known: Known | None,
    found: Seen,
    after: Mapping[str, Json] | None,
) -> None:
    """Keep what a write would replace of others' work; note it in the state, and for the result.

    Args:
        desk: the run.
        target: whose asset it is.
        known: what was last seen of our own traits; None in an adoption, where nothing is ours.
        found: the asset as just read.
        after: its traits as they will be; None when the whole asset goes.

    Raises:
        StateUnusable: it cannot be kept.
    """
    now, kind = desk.now(), desk.kinds[found.existing.type_id]
    kept: list[Replaced] = []
    for trait, value in _replaced(known, found, after or {}):
        field = kind.field(trait)
        if field and field.kind in _OPAQUE:
            continue
        suffix = _SUFFIXES.get(field.kind, ".json") if field else ".json"
        file = f"{FOLDER}/{_file_name(target.key, trait, now)}{suffix}"
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        _write(desk.root, file, text)
        kept.append(
            Replaced(
                target.key,
                target.document,
                found.existing.asset_id,
                trait,
                now,
                found.existing.updated_at,
                fingerprint(value),
                file,
                "deleted" if after is None else "overwritten",
            )
        )
    if kept:
        desk.store.replace(kept)
        desk.replaced += kept


def _replaced(
    known: Known | None, found: Seen, after: Mapping[str, Json]
) -> Iterator[tuple[str, Json]]:
    """The traits that are lost and that we did not write ourselves."""
    seen = known.seen if known else {}
    untouched = known and found.existing.updated_at == known.updated_at  # the last write was ours
    for trait, value in sorted(found.traits.items()):
        ours = seen.get(trait)
        mine = ours is not None and (untouched or fingerprint(value) == ours)
        if value not in (None, "", []) and not mine and not says(after.get(trait), value):
            yield trait, value


def _file_name(key: str, trait: str, now: float) -> str:
    """Readable, and one of its own for each target, trait and time."""
    plain = re.sub(r"[^A-Za-z0-9_@-]+", "-", key)[:80].strip("-")
    at = dt.datetime.fromtimestamp(now, dt.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return f"{plain}-{digest(key)[:6]}.{trait}.{at}"


def _write(root: Path, file: str, text: str) -> None:
    """Write one file of mode 0600 in a folder of mode 0700, on disk before this returns."""
    path = root / file
    try:
        make_folder(path.parent.parent)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StateUnusable(str(path), "unwritable", error.strerror or str(error)) from error
