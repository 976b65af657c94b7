"""Where keys come from, and that they are not shown."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import keyring
import pytest
from itglue_doubles import KEY
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from publisher.errors import NoKey
from publisher.itglue import ITGlue, Secret, find_key
from publisher.itglue.keys import SERVICE


class Ring(KeyringBackend):
    """A keyring that holds one key, or is locked."""

    priority = 1

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types there
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return "from-keyring" if (service, username) == (SERVICE, "acme-eu") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring() -> Ring:
    return Ring()


@pytest.fixture(autouse=True)
def _installed(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", ring)


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({"ITGLUE_API_KEY_ACME_EU": " own ", "ITGLUE_API_KEY": "any"}, "own"),
        ({"ITGLUE_API_KEY_ACME_EU": " ", "ITGLUE_API_KEY": "any"}, "any"),
        ({"ITGLUE_API_KEY_OTHER": "other"}, "from-keyring"),
    ],
)
def test_order(environ: dict[str, str], key: str) -> None:
    """The instance's variable wins, then the general one, then the keyring."""
    assert find_key("acme-eu", environ).reveal() == key


def test_no_key(ring: Ring) -> None:
    """Without a key, or with a keyring that cannot be read, the error names the variables."""
    for locked in (False, True):
        ring.locked = locked
        with pytest.raises(NoKey) as raised:
            find_key("other", {})
        assert raised.value.variables == ("ITGLUE_API_KEY_OTHER", "ITGLUE_API_KEY")


def test_the_client_finds_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client without a key looks for the one of its instance."""
    monkeypatch.setenv("ITGLUE_API_KEY_SANDBOX", KEY)
    ITGlue(instance="sandbox")
    with pytest.raises(NoKey):
        ITGlue(instance="nobody")


def test_a_secret_is_not_shown() -> None:
    """Whatever is done to a secret but `reveal`, the value does not appear."""
    secret = Secret(KEY)
    shown = f"{secret} {secret!r} {[secret]} {format(secret)} {'%s' % secret}"  # noqa: UP031 (one more way to show it)
    assert KEY not in shown
    assert secret.mask(f"a{KEY}b") == "a********b"
    assert Secret("").mask("text") == "text"
    assert secret == Secret(KEY)
    assert secret != KEY
    assert len({secret, Secret(KEY)}) == 1
    for leak in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            leak(secret)


def test_keyring_is_imported_late() -> None:
    """Importing the client does not import keyring, which searches for back-ends."""
    code = "import sys, publisher.itglue; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
