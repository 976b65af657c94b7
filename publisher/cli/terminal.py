"""Whether somebody is there."""

from __future__ import annotations

import sys


def on_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()
