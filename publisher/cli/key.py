"""What the commands tell of an instance's key; never the key."""

from __future__ import annotations

from typing import Any

from publisher.config import LOCAL
from publisher.itglue.key_use import REVOKED_AFTER, WARN_AFTER, KeyUse
from publisher.itglue.keys import look_for_key


def key_facts(instance: str) -> dict[str, Any]:
    """Where the key is from, and how long it has not been used, as JSON values."""
    found = None if instance == LOCAL else look_for_key(instance)
    last = KeyUse().last(found.key) if found else None
    idle = KeyUse().idle(found.key) if found else None
    return {
        "origin": found.origin if found else None,
        "last_used": last.isoformat() if last else None,
        "days_unused": idle,
    }


def ageing(days_unused: int | None) -> str | None:
    """The warning about a key that is not used, if one is due."""
    if days_unused is None or days_unused < WARN_AFTER:
        return None
    left = REVOKED_AFTER - days_unused
    ends = f"in {left} days" if left > 0 else "by now"
    return (
        f"the key was not used for {days_unused} days: IT Glue revokes it after "
        f"{REVOKED_AFTER}, {ends}. Any successful command, such as publisher health, is a use."
    )
