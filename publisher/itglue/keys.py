"""API keys: where they come from, and a wrapper that never shows one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.errors import BadConfig, NoKey

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


@dataclass(frozen=True, slots=True)
class Found:
    """A key, and where it was."""

    key: Secret
    variable: str | None
    """The environment variable that held it; None: the keyring."""

    @property
    def origin(self) -> str:
        return f"environment variable {self.variable}" if self.variable else "keyring"


def look_for_key(instance: str, environ: Mapping[str, str] | None = None) -> Found | None:
    """The API key of *instance*: from the environment, else from the system's keyring."""
    values = os.environ if environ is None else environ
    for name in variables(instance):
        if found := values.get(name, "").strip():
            return Found(Secret(found), name)
    kept = _from_keyring(instance)
    return Found(Secret(kept), None) if kept else None


def find_key(instance: str, environ: Mapping[str, str] | None = None) -> Secret:
    """The API key of *instance*: from the environment, else from the system's keyring.

    Raises:
        NoKey: neither has one.
    """
    found = look_for_key(instance, environ)
    if found is None:
        raise NoKey(instance, variables(instance))
    return found.key


def store_key(instance: str, key: Secret) -> None:
    """Keep the key of *instance* in the system's keyring, in place of an older one.

    Raises:
        BadConfig: the system has no keyring that keeps it.
    """
    import keyring
    from keyring.errors import KeyringError

    cause = "it does not keep what it is given"
    try:
        keyring.set_password(SERVICE, instance, key.reveal())
        if keyring.get_password(SERVICE, instance) == key.reveal():
            return
    except KeyringError as error:
        cause = key.mask(str(error)) or type(error).__name__
    name = variables(instance)[0]
    problem = f"the system's keyring cannot be used: {cause}"
    raise BadConfig("keyring", problem, f"Set the environment variable {name} instead.")


def forget_key(instance: str) -> bool:
    """Delete the key of *instance* from the system's keyring; False: it had none.

    Raises:
        BadConfig: the keyring does not let it go.
    """
    import keyring
    from keyring.errors import KeyringError

    if _from_keyring(instance) is None:
        return False
    try:
        keyring.delete_password(SERVICE, instance)
    except KeyringError as error:
        raise BadConfig("keyring", f"the key cannot be deleted: {error}") from None
    return True


def _from_keyring(instance: str) -> str | None:
    # Late: importing keyring looks for back-ends, which takes longer than a request.
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, instance)
    except KeyringError:  # no back-end, locked, refused: the same as no key
        return None
