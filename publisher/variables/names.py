"""Which files belong to an organization: ``vars/ORG.yaml``, and ``NAME.ORG.md`` beside ``NAME.md``.

ORG is the organization's name or short name in lower case, each run of other characters a dash, or
its id: ``Baker, Stone & Partners`` (BSP, 4711) is ``baker-stone-partners``, ``bsp`` or ``4711``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from publisher.model import Organization
from publisher.variables.errors import BadTemplate

FOLDER = "vars"
SUFFIXES = (".yaml", ".yml")

_OVERRIDE = re.compile(r"(?P<base>(?:.*/)?[^/]+)\.(?P<org>[^./]+)\.md")


ANYBODY = "0"
"""Id of the organization that stands for all, where the account is not asked."""


def slug(name: str) -> str:
    """An organization's name as it stands in a file's name."""
    plain = unicodedata.normalize("NFC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-")


def overrides(paths: Collection[str]) -> dict[str, tuple[str, str]]:
    """``NAME.ORG.md`` -> (``NAME.md``, ``ORG``), for each of *paths* that may be an override.

    It is one if ``NAME.md`` is a template; else it is a file like any other.
    """
    found = {}
    for path in paths:
        match = _OVERRIDE.fullmatch(path)
        if match and f"{match['base']}.md" in paths:
            found[path] = (f"{match['base']}.md", match["org"])
    return found


def is_override(path: str, document: str) -> bool:
    """Whether *path* is named as an override of *document*."""
    match = _OVERRIDE.fullmatch(path)
    return match is not None and f"{match['base']}.md" == document


class Shelf:
    """The files of all organizations, by name."""

    def __init__(self, organizations: Iterable[Organization], paths: Collection[str]) -> None:
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        self._names: dict[str, tuple[str, ...]] = {}
        for org in organizations:
            names = (org.id, slug(org.name), slug(org.short_name or ""))
            self._names[org.id] = tuple(dict.fromkeys(filter(None, names)))
            for name in self._names[org.id]:
                self._owners[name].add(org.id)
        self._values: defaultdict[str, list[str]] = defaultdict(list)
        for path in paths:
            if path.startswith(f"{FOLDER}/") and path.endswith(SUFFIXES):
                self._values[slug(path.removeprefix(f"{FOLDER}/").rpartition(".")[0])].append(path)
        self._overrides: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for path, (base, name) in overrides(paths).items():
            self._overrides[base, slug(name)].append(path)

    def values(self, organization: Organization) -> str | None:
        """The organization's ``vars/ORG.yaml``.

        Raises:
            BadTemplate: two files are for it, or one is for two organizations.
        """
        return self._only(organization, lambda name: self._values.get(name, []))

    def override(self, document: str, organization: Organization) -> str | None:
        """The organization's override of *document*.

        Raises:
            BadTemplate: two files are for it, or one is for two organizations.
        """
        return self._only(organization, lambda name: self._overrides.get((document, name), []))

    def of(self, document: str, organization: Organization) -> list[str]:
        """Every file that may have a say in the organization's copy of *document*."""
        names = self._names.get(organization.id, ())
        return sorted(
            path
            for name in names
            for path in (*self._values.get(name, ()), *self._overrides.get((document, name), ()))
        )

    def owners(self, path: str) -> frozenset[str]:
        """Ids of the organizations that a file is named after, whether it exists or not."""
        match = _OVERRIDE.fullmatch(path)
        name = match["org"] if match else path.rpartition("/")[2].rpartition(".")[0]
        return frozenset(self._owners.get(slug(name), ()))

    def strays(self) -> Iterator[str]:
        """Files in ``vars`` that are named after no organization."""
        for name, paths in sorted(self._values.items()):
            if name not in self._owners:
                yield from paths

    @property
    def names(self) -> list[str]:
        """What files can be called."""
        return sorted(self._owners)

    def _only(self, organization: Organization, found: Callable[[str], list[str]]) -> str | None:
        paths = [path for name in self._names.get(organization.id, ()) for path in found(name)]
        if len(paths) > 1:
            both = " and ".join(sorted(paths))
            problem = f"{both} are both for {organization.name}"
            raise BadTemplate("ambiguous-vars", problem, "Keep one.", path=min(paths))
        if paths and len(self.owners(paths[0])) > 1:
            problem = f"{len(self.owners(paths[0]))} organizations go by the name of this file"
            fix = f"Name it by the id: {organization.id} for {organization.name}."
            raise BadTemplate("ambiguous-vars", problem, fix, path=paths[0])
        return paths[0] if paths else None
