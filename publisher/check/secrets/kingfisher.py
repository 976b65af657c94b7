"""Kingfisher beside our own rules: some five hundred formats of keys that services hand out.

https://github.com/mongodb/kingfisher, as a library: in this process, and a scan uses no network.
What would (asking a service whether a key is valid, and revoking it) is never called. The scanner
blacks out what it found before it hands a finding over, so no secret ever reaches this module.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from publisher.errors import BadConfig

if TYPE_CHECKING:
    from kingfisher_sdk import Scanner


def look(text: str) -> Iterator[tuple[int, str]]:
    """The lines of *text*, from 0, in which Kingfisher finds a secret, and what it calls it."""
    for found in _scanner().scan(text):
        if found.visible:  # others are parts that a rule joins to one finding
            yield found.location["line"] - 1, f"a secret (Kingfisher's rule {found.rule_id})"


@functools.cache
def _scanner() -> Scanner:
    """Half a second; some more the first time ever, when it compiles its rules into its cache."""
    from kingfisher_sdk import Scanner

    return Scanner(redact=True)


def require() -> None:
    """See that Kingfisher is there.

    Raises:
        BadConfig: it is not installed.
    """
    try:
        import kingfisher_sdk  # noqa: F401 (only whether it can be imported)
    except ImportError:
        problem = "needs kingfisher-secret-scanner, which is not installed"
        fix = "Install it as the extra `secrets`: pip install 'itglue-publisher[secrets]'"
        raise BadConfig("[secrets] scanner", problem, fix) from None
