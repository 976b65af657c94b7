"""What a target is to hold, with references still symbolic, and how it becomes a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from publisher.marker import Marker
from publisher.model import Json, digest
from publisher.render import AsLink, footer, resolve

MARKER = "@marker"


@dataclass(frozen=True, slots=True)
class Link:
    """What one reference of a page means for one target."""

    ref: str = ""
    """``doc:KEY`` or ``file:NAME``; '' for an address that is known."""
    anchor: str = ""
    download: bool = False
    """A picture that no browser shows: a link stands for it."""
    url: str = ""
    """The address itself, where it is none of IT Glue's."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything of one target but the addresses that IT Glue gives out."""

    repository: str
    key: str
    path: str
    values: Mapping[str, Json]
    """Traits as they are sent, but for body and marker."""
    html: str
    """The body, with the page's own tokens for references."""
    links: tuple[Link | None, ...]
    """What each token means; None leads nowhere."""
    body: str
    """The body's name-key; '' for none."""
    carrier: str
    """The marker's name-key; '' for the footer."""
    seeds: frozenset[str] = frozenset()
    """Of the values, those that are set at creation only."""

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(sorted({link.ref for link in self.links if link and link.ref}))

    @property
    def symbolic(self) -> list[str | None]:
        """What stands for each token of the page as long as no address is known."""
        return [_symbol(link) for link in self.links]

    @property
    def holder(self) -> str:
        """What holds the footer: the body."""
        return self.body

    @property
    def labels(self) -> Mapping[str, str]:
        """What a reviewer calls the parts whose names say nothing."""
        return {}

    @property
    def pictures(self) -> frozenset[str]:
        """The files that are shown in a native document, by name."""
        return frozenset()

    def fingerprints(self) -> dict[str, str]:
        """Hash per trait; the body with keys in place of addresses, so that it needs no network."""
        sent = {key: digest(value) for key, value in self.values.items() if key not in self.seeds}
        if self.body:
            sent[self.body] = digest(resolve(self.html, self.symbolic))
        sent[MARKER] = digest([self.repository, self.key, None if self.carrier else self.path])
        return sent

    def addressed(self, address: Callable[[str], str]) -> str:
        """The body with real addresses: reference -> URL, '' for one that has none (yet)."""
        return resolve(self.html, self.urls(address))

    def urls(self, address: Callable[[str], str]) -> list[str | None]:
        """What stands for each token of the page: its URL, or nothing."""
        return [_url(link, address) for link in self.links]

    def compose(
        self,
        address: Callable[[str], str],
        marker: Marker,
        commit: str | None,
        *,
        creating: bool = False,
    ) -> dict[str, Json]:
        """The traits of a request.

        Args:
            address: reference -> URL; '' for one that has none (yet).
            marker: what the asset is to say of itself.
            commit: at which the document last changed, for the footer; None leaves it out.
            creating: the asset is new, so what is set at creation only is in it too.
        """
        traits = {k: v for k, v in self.values.items() if creating or k not in self.seeds}
        html = self.addressed(address)
        if self.carrier:
            traits[self.carrier] = str(marker)
        elif self.body:
            html += footer(
                repository=self.repository, path=self.path, commit=commit, marker=str(marker)
            )
        if self.body:
            traits[self.body] = html
        return traits


def _symbol(link: Link | None) -> str | None:
    if link is None:
        return None
    return _spelt(link, link.url or f"https://publisher.invalid/{quote(link.ref, safe='')}")


def _url(link: Link | None, address: Callable[[str], str]) -> str | None:
    url = (link.url or address(link.ref)) if link else ""
    return _spelt(link, url) if link and url else None


def _spelt(link: Link, url: str) -> str:
    whole = f"{url}#{quote(link.anchor)}" if link.anchor else url
    return AsLink(whole) if link.download else whole
