"""Every point about IT Glue's API that is not established, as one named switch each.

The default is what the evidence leans to. Confidence, in the words used below:

documented    IT Glue's own pages say it
observed      somebody reports to have seen it on the real API
contradicted  two sources disagree
unknown       no source; the default is a guess, and a client should survive either setting
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How the simulated IT Glue behaves where the real one is uncertain."""

    # Time
    list_lag_seconds: float = 0.0
    """A create or an update appears in lists only after this. Unknown: no report either way."""
    late_commit_seconds: float = 0.0
    """A write whose answer a fault loses 'after the commit' is carried out this much later, as a
    gateway's time-out would leave it. Unknown."""

    whole_seconds: bool = True
    """Whether times come out in whole seconds. Inferred: every recorded one ends in ``.000Z``."""

    # Rate limit: 3,000 requests in five minutes, then 429 (documented)
    limit_requests: int | None = 3000
    """Requests per window; None switches the limit off."""
    limit_seconds: float = 300.0
    limit_window: Literal["sliding", "fixed", "bucket"] = "sliding"
    """How the window is counted. Unknown."""
    limit_scope: Literal["account", "key"] = "account"
    """Contradicted: per account (integrators), per key (one client's author)."""
    limit_counts_refused: bool = False
    """Whether a request that got 429 uses up budget too. Unknown."""
    limit_body: Literal["json-api", "gateway", "text"] = "gateway"
    """The body of a 429. Unknown; the gateway in front answers ``{"message": …}``."""
    limit_retry_after: bool = False
    """Whether a 429 says Retry-After. Unknown; clients read it only if present."""

    # Sizes
    max_request_bytes: int = 10 * MEGABYTE
    """Larger requests get 413. Documented: 'set by Amazon API Gateway'."""
    max_response_bytes: int = 10 * MEGABYTE
    """API Gateway's limit for answers is the same; inferred."""
    oversized_response: Literal[500, 502, 504] | None = 500
    """What an answer that is too large becomes; None lets it through. Unknown."""

    # Lists
    page_size_status: Literal[400, 422] = 400
    """``page[size]`` above 1,000 is rejected (observed); with which status is unknown."""
    unknown_sort: Literal["reject", "ignore"] = "reject"
    """A sort field that is not offered: 400 is JSON:API's usual. Unknown."""
    unknown_include: Literal["reject", "ignore"] = "ignore"
    """An include that is not offered. Unknown."""
    list_related_items: bool = True
    """``include=related_items`` on lists. Contradicted: documented for show only, but sent on
    lists by a migration tool that ran against many accounts."""
    meta_filters: Literal["empty", "echo"] = "empty"
    """What ``meta.filters`` holds when filters are used; only ``{}`` was recorded."""
    asset_name_filter: Literal["exact", "contains"] = "exact"
    """How ``filter[name]`` matches flexible assets. Unknown; both occur on other resources."""
    archived_in_lists: bool = True
    """Whether lists of flexible assets hold archived ones. Unknown; no filter for it is known."""

    # Ids and keys
    unknown_id: Literal[404, 401] = 404
    """An id that does not exist or may not be seen: 404 is usual, 401 'Unauthorized resource
    access' was recorded. Contradicted."""
    password_access: bool = True
    """Whether the key may read password values (a tick per key; documented)."""
    strict_content_type: bool = False
    """Whether a body that is not ``application/vnd.api+json`` gets 415. Unknown."""

    # Writes
    bulk_atomic: bool = True
    """Whether one bad entry spoils a bulk request, or the good ones are saved. Unknown."""
    delete_status: Literal[200, 204] = 200
    """200 with the deleted records (documented for one resource), or 204 without a body."""
    unique_organization_names: bool = True
    """Whether a second organization may have the same name. Inferred."""
    duplicate_related_item: Literal["reject", "accept"] = "reject"
    """Contradicted: 422 (seen 2026), a second link (seen 2021)."""
    attachment_touches_parent: bool = False
    """Whether adding or removing an attachment changes the parent's updated-at. Unknown."""
    folder_delete_non_empty: Literal["reject", "cascade"] = "reject"
    """Documented as 422 for password folders; unknown for document folders."""

    # Flexible assets
    empty_traits: Literal["absent", "null"] = "absent"
    """How an empty trait comes out. Inferred from clients that test for presence."""
    patch_without_traits: Literal["keep", "wipe"] = "keep"
    """What PATCH without a ``traits`` key does to the traits. Unknown."""
    select_other_value: Literal["reject", "accept"] = "reject"
    """A Select value that is no option: 422 or stored. Unknown."""
    bad_value: Literal["reject", "accept"] = "reject"
    """A Number, Percent or Date that cannot be read: 422, or stored as it came. Unknown."""
    unknown_tag: Literal["reject", "drop"] = "reject"
    """A Tag id that names nothing. Unknown."""
    move_asset: bool = False
    """Whether PATCH may change an asset's organization. Unknown."""
    rename_changes_key: bool = False
    """Whether renaming a field changes its name-key. Unknown."""

    # Documents
    document_content: Literal["draft", "live"] = "draft"
    """Which text GET returns for a document with unpublished edits. Unknown."""
    move_document: bool = True
    """Whether PATCH may change document-folder-id. Contradicted."""
    document_folder_null: Literal["all", "root"] = "all"
    """``filter[document_folder_id]=null``: all documents (observed by one), or the root's."""

    # Textbox and section HTML
    sanitizer: Literal["off", "normalise", "full"] = "full"
    """off: stored as sent. normalise: what is not allowed is dropped, the rest written canonically.
    full: also rel and target on links, bare URLs made links, ids on headings. Inferred from
    exported documents; the exact list of what survives is unknown."""
    extra_tags: frozenset[str] = frozenset()
    """Tags to let through beyond the usual (``details``, ``video`` …). Unknown."""


def switches_of(settings: Iterable[str]) -> Switches:
    """Switches from texts such as ``list_lag_seconds=30`` or ``limit-requests=none``.

    Raises:
        ValueError: a name or a value is unknown; the sentence says which are known.
    """
    hints = get_type_hints(Switches)
    known = [field.name for field in fields(Switches)]
    chosen: dict[str, Any] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        name = name.strip().replace("-", "_")
        if name not in known:
            raise ValueError(f"no switch is called {name!r}; known ones: {', '.join(known)}")
        chosen[name] = _value(name, text.strip(), hints[name])
    return Switches(**chosen)


def _value(name: str, text: str, hint: Any) -> Any:
    options = [value for part in (hint, *get_args(hint)) for value in get_args(part)]
    literals = {str(value): value for value in options if isinstance(value, str | int)}
    if type(None) in get_args(hint) and text.lower() in ("none", "off"):
        return None
    if literals and text in literals:
        return literals[text]
    if hint is bool and text.lower() in ("true", "false", "on", "off"):
        return text.lower() in ("true", "on")
    if hint == frozenset[str]:
        return frozenset(part for part in text.split(",") if part)
    kinds = [kind for kind in (hint, *get_args(hint)) if kind in (int, float)]
    if kinds:
        return kinds[0](text)
    raise ValueError(f"{name} cannot be {text!r}; {', '.join(literals) or 'true or false'}")
