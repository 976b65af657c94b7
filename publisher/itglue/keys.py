"""API keys: where they come from, and a wrapper that never shows one."""

from __future__ import annotations

import os
from collections.abc import Mapping

from publisher.errors import NoKey

SERVICE = "itglue-publisher"
"""The keyring's service; its user is the instance's name."""

MASK = "********"


class Secret:
    """A string that neither `repr` nor `str` nor formatting shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself, for the one place that sends it."""
        return self._value

    def mask(self, text: str) -> str:
        """*text* without the secret, should it quote it."""
        return text.replace(self._value, MASK) if self._value else text

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        raise TypeError("a secret is not pickled")


def variables(instance: str) -> tuple[str, str]:
    """The environment variables that may hold the key of *instance*, the stronger one first."""
    name = instance.upper().replace("-", "_")
    return f"ITGLUE_API_KEY_{name}", "ITGLUE_API_KEY"


def find_key(instance: str, environ: Mapping[str, str] | None = None) -> Secret:
    """The API key of *instance*: from the environment, else from the system's keyring.

    Raises:
        NoKey: neither has one.
    """
    values = os.environ if environ is None else environ
    names = variables(instance)
    found = next((values[name].strip() for name in names if values.get(name, "").strip()), None)
    found = found or _from_keyring(instance)
    if not found:
        raise NoKey(instance, names)
    return Secret(found)


def _from_keyring(instance: str) -> str | None:
    # Late: importing keyring looks for back-ends, which takes longer than a request.
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, instance)
    except KeyringError:  # no back-end, locked, refused: the same as no key
        return None
