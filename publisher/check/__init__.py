"""Rules over documents, with no network. One rule, one file, one function."""

from __future__ import annotations

from publisher.check.rules import run

__all__ = ["run"]
