"""Whether somebody is there, and what the streams can carry."""

from __future__ import annotations

import io
import json
import sys


def on_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def lenient_streams() -> None:
    """Print a ``?`` for what the streams' encoding lacks (cp1252 in a pipe on Windows)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def json_text(value: object) -> str:
    """JSON for stdout; with escapes where its encoding is not UTF-8, so that nothing is lost."""
    utf8 = (sys.stdout.encoding or "").replace("-", "").casefold() == "utf8"
    return json.dumps(value, indent=2, ensure_ascii=not utf8)
