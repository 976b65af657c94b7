"""When each API key was last used: IT Glue revokes one after 90 days without use.

(So two authors of clients say; one says that keys do not expire; no page of the vendor was found.)
A small file in the user's state folder holds a day for each key, by the key's fingerprint.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from publisher.itglue.events import Exchange, Listener
from publisher.itglue.keys import Secret

REVOKED_AFTER, WARN_AFTER = 90, 80
"""Days without use."""
KEPT = 400
"""Days after which a key that nobody uses is forgotten here too."""


def today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def state_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where programs keep what should outlive them, by the platform's own rules."""
    home = Path.home()
    if platform == "win32":
        base = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(environ.get("XDG_STATE_HOME") or home / ".local" / "state")
    return base / "itglue-publisher"


class KeyUse:
    """Knows on which day a key was last used. What cannot be read or written is let be."""

    def __init__(self, file: Path | None = None, day: Callable[[], dt.date] = today) -> None:
        self._file, self._day = file or state_folder() / "keys.json", day

    def last(self, key: Secret) -> dt.date | None:
        """The day (UTC) of the last use from this account of the machine; None: not known."""
        return self._read().get(_fingerprint(key))

    def idle(self, key: Secret) -> int | None:
        """Days since the last use."""
        last = self.last(key)
        return None if last is None else (self._day() - last).days

    def note(self, key: Secret) -> None:
        """IT Glue has accepted the key today."""
        days, now = self._read(), self._day()
        if days.get(_fingerprint(key)) == now:
            return
        days[_fingerprint(key)] = now
        recent = {name: day for name, day in days.items() if (now - day).days <= KEPT}
        with contextlib.suppress(OSError):
            self._write(recent)

    def _read(self) -> dict[str, dt.date]:
        try:
            data = json.loads(self._file.read_text("utf-8"))
            return {str(name): dt.date.fromisoformat(day) for name, day in data.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _write(self, days: Mapping[str, dt.date]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({name: day.isoformat() for name, day in sorted(days.items())}, indent=1)
        # Whole or not at all; of two programs that write at once, the later one wins.
        draft = self._file.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._file)


class Noting(Listener):
    """Notes the use of a key when IT Glue first accepts it."""

    def __init__(self, use: KeyUse, key: Secret) -> None:
        self._use, self._key = use, key
        self._noted = False

    def exchanged(self, exchange: Exchange) -> None:
        if exchange.status and 200 <= exchange.status < 300 and not self._noted:
            self._noted = True
            self._use.note(self._key)


def _fingerprint(key: Secret) -> str:
    """Tells keys apart, and is no way back to one: they are random, and longer than any guess."""
    return hashlib.sha256(key.reveal().encode()).hexdigest()[:16]
