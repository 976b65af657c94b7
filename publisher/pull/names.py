"""Names of files that are new to the work tree: readable, unique, and good on any system."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from publisher.source.tree import CONTROL
from publisher.variables.names import slug

_LONGEST = 80
_BAD = frozenset('<>:"/\\|?*')


class Names:
    """The names that are taken, in any case of letters."""

    def __init__(self, taken: Iterable[str], folder: str) -> None:
        """*folder* is where new documents go, below the docs root; '' for the root itself."""
        self._taken = {path.casefold() for path in taken}
        self._folder = PurePosixPath(folder.replace("\\", "/"))

    def document(self, title: str) -> str:
        """A path for the document of that title, and for the folder of its attachments."""
        stem = slug(title)[:_LONGEST].strip("-") or "untitled"
        number, name = 1, stem
        while not self._free(name):
            number += 1
            name = f"{stem}-{number}"
        path = str(self._folder / f"{name}.md")
        self._taken.add(path.casefold())
        return path

    def _free(self, name: str) -> bool:
        path = str(self._folder / name).casefold()
        inside = (taken.startswith(f"{path}/") for taken in self._taken)
        return f"{path}.md" not in self._taken and not any(inside)

    def attachment(self, document: str, name: str) -> str | None:
        """A path for an attachment beside its document; None if no file can be called so.

        The name must stay, since IT Glue's attachment is recognised by it.
        """
        odd = not name or name[0] == "." or name[-1] in ". " or _BAD & {*name}
        path = f"{document.removesuffix('.md')}/{name}"
        if odd or CONTROL.search(name) or path.casefold() in self._taken:
            return None
        self._taken.add(path.casefold())
        return path
