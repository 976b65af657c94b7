"""What the global options say, handed to every command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Context:
    """The global options, as given."""

    repo: Path
    config: Path | None
    instance: str | None
    log_format: Literal["text", "json"]
    verbosity: int
    """-1 quiet, 0 normal, 1 or more: verbose."""
