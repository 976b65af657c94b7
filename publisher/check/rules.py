"""All rules, and the one function that runs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from publisher.check.broken_links import broken_links
from publisher.check.duplicate_ids import duplicate_ids
from publisher.check.duplicate_titles import duplicate_titles
from publisher.check.files import files
from publisher.check.material import Material
from publisher.check.overdue_reviews import overdue_reviews
from publisher.check.secrets import scanner_of, secrets
from publisher.check.shown_as_text import shown_as_text
from publisher.check.stripped_html import stripped_html
from publisher.config import Config
from publisher.model import Diagnostic
from publisher.source.documents import Parsed
from publisher.source.select import select
from publisher.source.tree import Tree

if TYPE_CHECKING:
    from publisher.render import Page

Rule = Callable[[Material], Iterable[Diagnostic]]

RULES: tuple[Rule, ...] = (
    files,
    secrets,
    duplicate_ids,
    duplicate_titles,
    broken_links,
    stripped_html,
    shown_as_text,
    overdue_reviews,
)


def run(
    tree: Tree,
    parsed: Iterable[Parsed],
    config: Config,
    pages: Mapping[str, Page],
    *,
    today: dt.date | None = None,
    raw: Mapping[str, bytes] | None = None,
) -> list[Diagnostic]:
    """Run every rule over the documents in *parsed*, and give what they find, sorted.

    What parsing found is not repeated. *pages* are the documents as rendered, by path. *raw* are
    their bytes, where the caller has them; else they are read from *tree*.

    Raises:
        BadConfig: the scanner that the configuration names is not installed.
    """
    material = material_of(tree, parsed, config, pages, today=today, raw=raw)
    found = {one for rule in RULES for one in rule(material)}
    return sorted(found, key=lambda one: one.order)


def material_of(
    tree: Tree,
    parsed: Iterable[Parsed],
    config: Config,
    pages: Mapping[str, Page],
    *,
    today: dt.date | None = None,
    raw: Mapping[str, bytes] | None = None,
) -> Material:
    """Put together what the rules look at."""
    documents = tuple(one.document for one in parsed if one.document)
    if raw is None:
        raw = dict(tree.read(document.path for document in documents))
    return Material(
        tree,
        documents,
        pages,
        raw,
        frozenset(select(tree, config.docs).paths),
        today or dt.datetime.now().astimezone().date(),
        bool(config.docs.web_view),
        scanner_of(config),
    )
