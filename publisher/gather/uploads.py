"""Uploads whose answer was lost: recognised by name and size, which is all that IT Glue tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from publisher.marker import new_attempt
from publisher.targets import ExistingFile, File, Intent, Known, KnownFile


def name_of_upload(file: File) -> str:
    """The attempt of an upload: its size in it, since an intent keeps no more than names."""
    return f"{file.size}-{new_attempt()}"


def found_upload(
    known: Known, intent: Intent, wanted: Mapping[str, File], there: Mapping[str, ExistingFile]
) -> Known | None:
    """What is known when the upload of *intent* is among *there*; None if it is not."""
    size = int(intent.attempt.partition("-")[0])
    found = unbound(known, intent.name, size, there)
    if found is None:
        return None
    file = wanted.get(intent.name)
    blob = file.blob if file and file.size == size else ""
    return with_upload(known, intent.name, found, there[found].url, blob, size)


def unbound(known: Known, name: str, size: int, there: Mapping[str, ExistingFile]) -> str | None:
    """The attachment of that name and size that is bound to nothing yet."""
    bound = {id_ for f in known.files.values() for id_ in (f.id, *f.replaces)}
    candidates = sorted((id_ for id_ in there if id_ not in bound), key=lambda i: (len(i), i))
    fitting = (i for i in candidates if there[i].name == name and there[i].size in (None, size))
    return next(fitting, None)


def with_upload(known: Known, name: str, id_: str, url: str, blob: str, size: int) -> Known:
    """What is known once an attachment is there; a former one of the name is to be removed."""
    before = known.files.get(name)
    former = (*before.replaces, before.id) if before and before.id != id_ else ()
    return replace(known, files={**known.files, name: KnownFile(id_, blob, size, url, former)})
