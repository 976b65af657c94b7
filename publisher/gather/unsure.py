"""Whose is it? In a repository without a name of its own, the markers do not say for sure.

Without ``[docs] id`` the markers hold the name of origin or of the folder, and another repository
of the account may be called the same. So what only a marker says was ours, and no document stands
for any more, is reported and left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from publisher.model import Diagnostic
from publisher.plan.model import called

if TYPE_CHECKING:
    from publisher.gather.session import Planned


def unsure(planned: Planned) -> frozenset[str]:
    """Keys that no document has, which were found by their markers alone."""
    former, desired = set(planned.moves.values()), planned.corpus.desired
    known = planned.known.items()
    return frozenset(k for k, v in known if v.rebuilt and k not in desired and k not in former)


def not_surely_ours(planned: Planned, keys: Iterable[str]) -> list[Diagnostic]:
    """A warning for each of *keys*."""
    return [_finding(planned, key) for key in sorted(keys)]


def _finding(planned: Planned, key: str) -> Diagnostic:
    known = planned.known[key]
    message = (
        f"{called(known.asset_id)} carries the marker of {key}, which is no document here; the "
        "repository has no id of its own, so it may be another one's"
    )
    fix = "Set [docs] id in publisher.toml, or archive the asset in IT Glue."
    return Diagnostic(known.document, None, None, "not-surely-ours", "warning", message, fix)
