"""A docs repository as opened: where it lies, how it is called, what it is configured to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from publisher.config import FILE_NAME, Config, load
from publisher.gather.shard import Shard
from publisher.model import Diagnostic, Organization
from publisher.source.git import Repository, find_docs, open_repository
from publisher.source.globs import matcher

if TYPE_CHECKING:
    from publisher.render import Page
    from publisher.source.documents import Parsed

PICTURES = ".publisher/cache/diagrams"
"""Where drawn pictures are kept, below the docs root."""

Inspect: TypeAlias = (
    "Callable[[Mapping[str, Parsed], Mapping[str, Page], Mapping[str, bytes]], list[Diagnostic]]"
)
"""The checks that a document must pass to be published, over those that were read."""


@dataclass(frozen=True, slots=True)
class Project:
    """One docs repository."""

    root: Path
    """The docs root: the folder of publisher.toml."""
    repository: Repository
    config: Config
    name: str
    """Its name inside the markers."""


def open_project(folder: Path, config: Path | None) -> Project:
    """Open the docs repository around *folder*.

    Raises:
        SourceError, ConfigError: there is none, or it is not set up.
    """
    root, repository = find_docs(folder, config)
    settings = load(config or root / FILE_NAME)
    repository = repository or open_repository(root)
    return Project(root, repository, settings, settings.docs.id or repository.name)


@dataclass(frozen=True, slots=True)
class Scope:
    """``--only GLOB``, ``--org NAME`` and ``--shard N/M``: what is outside is neither planned nor
    missed."""

    document: Callable[[str], bool] = lambda path: True
    organization: Callable[[str], bool] = lambda organization_id: True
    """By its id."""
    sharded: bool = False

    def renders(self, document: str, organizations: Iterable[Organization]) -> bool:
        """Whether a document is rendered at all: in a shard, if it goes to one of the shard's
        organizations. What is wrong with the others, their shards say."""
        if self.sharded and not any(self.organization(one.id) for one in organizations):
            return False
        return self.document(document)

    def holds(self, document: str, organization_id: str) -> bool:
        return self.organization(organization_id) and self.document(document)


def scope_of(
    only: tuple[str, ...], organization_id: str | None, shard: Shard | None = None
) -> Scope:
    """Build the scope of a run from its options."""

    def organization(asked: str) -> bool:
        return organization_id in (None, asked) and (shard is None or shard.holds(asked))

    sharded = shard is not None
    if not only:
        return Scope(organization=organization, sharded=sharded)
    matchers = [matcher(glob) for glob in only]
    return Scope(lambda path: any(match(path) for match in matchers), organization, sharded)
