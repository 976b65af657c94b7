"""Keys in the keyring, and the day of their last use."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import httpx
import keyring
import pytest
from glue import KEY
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, PasswordDeleteError

from publisher.errors import BadConfig, BadKey
from publisher.itglue import ITGlueClient, Secret
from publisher.itglue.key_use import KeyUse, state_folder
from publisher.itglue.keys import forget_key, look_for_key, store_key

TODAY = dt.date(2026, 11, 24)


class Ring(KeyringBackend):
    """A keyring in memory; it can be broken, or forgetful."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types there
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = self.forgetful = False

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.broken:
            raise KeyringError(f"no room for {password}")
        if not self.forgetful:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.broken:
            raise PasswordDeleteError("locked")
        del self.kept[service, username]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", ring)
    return ring


def test_a_key_is_kept_and_forgotten(ring: Ring) -> None:
    """Under the instance's name; the environment still comes first."""
    store_key("acme", Secret(KEY))
    assert ring.kept == {("itglue-publisher", "acme"): KEY}
    found = look_for_key("acme", {})
    assert found is not None
    assert (found.key, found.origin) == (Secret(KEY), "keyring")
    other = look_for_key("acme", {"ITGLUE_API_KEY": "x"})
    assert other is not None
    assert other.origin == "environment variable ITGLUE_API_KEY"
    assert forget_key("acme")
    assert not forget_key("acme")
    assert look_for_key("acme", {}) is None


def test_a_keyring_that_cannot_be_used(ring: Ring) -> None:
    """Broken, or one that keeps nothing: say how to go on, without the key."""
    ring.broken = True
    with pytest.raises(BadConfig) as raised:
        store_key("acme-eu", Secret(KEY))
    assert KEY not in str(raised.value.args)
    assert "ITGLUE_API_KEY_ACME_EU" in raised.value.hint
    ring.broken, ring.forgetful = False, True
    with pytest.raises(BadConfig, match="does not keep"):
        store_key("acme", Secret(KEY))
    ring.kept["itglue-publisher", "acme"], ring.broken = KEY, True
    with pytest.raises(BadConfig, match="locked"):
        forget_key("acme")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "keys.json"


def on(day: dt.date, file: Path) -> KeyUse:
    return KeyUse(file, lambda: day)


def test_the_day_of_the_last_use(file: Path) -> None:
    """Per key, by its fingerprint; nothing of a key is in the file."""
    assert on(TODAY, file).idle(Secret(KEY)) is None
    on(TODAY, file).note(Secret(KEY))
    later = on(TODAY + dt.timedelta(80), file)
    assert (later.idle(Secret(KEY)), later.last(Secret(KEY))) == (80, TODAY)
    assert later.idle(Secret("another")) is None
    text = file.read_text()
    assert not any(part in text for part in KEY.split("."))


def test_the_file_is_written_once_a_day_and_cleaned(file: Path) -> None:
    """The same day again writes nothing; keys of long ago go."""
    on(TODAY, file).note(Secret("old"))
    before = file.stat().st_mtime_ns
    on(TODAY, file).note(Secret("old"))
    assert file.stat().st_mtime_ns == before
    on(TODAY + dt.timedelta(401), file).note(Secret(KEY))
    assert on(TODAY, file).last(Secret("old")) is None
    assert [path.name for path in file.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("text", ["", "[", "[]", '{"a": 5}', '{"a": "someday"}'])
def test_a_file_that_makes_no_sense(file: Path, text: str) -> None:
    """It is begun anew."""
    file.parent.mkdir()
    file.write_text(text)
    assert on(TODAY, file).last(Secret(KEY)) is None
    on(TODAY, file).note(Secret(KEY))
    assert on(TODAY, file).idle(Secret(KEY)) == 0


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """Nobody's work fails for that."""
    (tmp_path / "taken").write_text("")
    use = KeyUse(tmp_path / "taken" / "keys.json")
    use.note(Secret(KEY))
    assert use.last(Secret(KEY)) is None


@pytest.mark.parametrize(
    ("environ", "platform", "end"),
    [
        ({"XDG_STATE_HOME": "/s"}, "linux", "/s/itglue-publisher"),
        ({}, "linux", ".local/state/itglue-publisher"),
        ({}, "darwin", "Library/Application Support/itglue-publisher"),
        ({"LOCALAPPDATA": "/l"}, "win32", "/l/itglue-publisher"),
        ({}, "win32", "AppData/Local/itglue-publisher"),
    ],
)
def test_where_the_file_lies(environ: dict[str, str], platform: str, end: str) -> None:
    """By the rules of each platform."""
    assert state_folder(environ, platform).as_posix().endswith(end)


@pytest.fixture
def default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> KeyUse:
    """The file that a client finds by itself."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("ITGLUE_API_KEY", KEY)
    return KeyUse(tmp_path / "itglue-publisher" / "keys.json")


def use(status: int, **more: str) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, json={"data": []}))
    with ITGlueClient(base_url="https://x.test", transport=transport, **more) as itglue:
        list(itglue.organizations.list())


def test_a_client_notes_that_its_key_was_accepted(default: KeyUse) -> None:
    """Not a key that is refused, nor one that was handed over."""
    with pytest.raises(BadKey):
        use(403)
    use(200, api_key="another")
    assert default.last(Secret(KEY)) is None
    assert default.last(Secret("another")) is None
    use(200)
    assert default.idle(Secret(KEY)) == 0


@pytest.mark.parametrize(("days", "warned"), [(79, False), (80, True), (95, True)])
def test_a_client_warns_of_a_key_that_is_not_used(
    default: KeyUse,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    days: int,
    warned: bool,
) -> None:
    """From day 80 of the 90, once, when it starts."""
    long_ago = dt.datetime.now(dt.UTC).date() - dt.timedelta(days)
    on(long_ago, tmp_path / "itglue-publisher" / "keys.json").note(Secret(KEY))
    with caplog.at_level(logging.WARNING):
        use(200)
        assert (f"days={days}" in caplog.text) == warned
        caplog.clear()
        use(200)
    assert KEY not in caplog.text
    assert "days" not in caplog.text
