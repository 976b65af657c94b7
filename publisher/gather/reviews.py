"""Documents whose review is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from publisher.gather.corpus import Corpus
from publisher.targets import Record


def overdue_reviews(
    corpus: Corpus, records: Mapping[str, Record], today: dt.date
) -> list[tuple[str, str]]:
    """(document, ISO date of its review) of those that were to be reviewed before *today*.

    Args:
        corpus: what Git wants.
        records: what the state remembers of the files that did not have to be read again.
        today: in UTC.
    """
    known = {**records, **corpus.records}
    there = (known[path] for path in sorted(corpus.paths & known.keys()))
    day = today.isoformat()
    return [(r.path, r.review_by) for r in there if r.review_by and r.review_by < day]
