"""Frontmatter for the eye: each key, its value, and whether the document or a default says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import yaml

from publisher.config import Config
from publisher.model import Json
from publisher.preview.model import Fact
from publisher.source.defaults import defaults_for, overlay
from publisher.source.frontmatter import read
from publisher.source.strictyaml import Malformed


def facts_of(path: str, raw: bytes, config: Config) -> tuple[Fact, ...]:
    """What holds for the document at *path*, what it says itself first; nothing if unreadable."""
    defaults = defaults_for(path, config.defaults)
    try:
        text = read(raw)
    except Malformed:
        return ()
    values = overlay(defaults, text.values)
    facts = (_fact(name, value, text.lines) for name, value in values.items())
    return tuple(sorted(facts, key=lambda fact: (fact.line is None, fact.line or 0)))


def _fact(name: str, value: Json, lines: Mapping[str, int]) -> Fact:
    return Fact(name, written(value), lines.get(name))


def written(value: Json) -> str:
    """A value as YAML has it, on as few lines as it takes."""
    if isinstance(value, str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return "\n".join(map(written, value))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {written(one)}" for key, one in value.items())
    text: str = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)
    return text.removesuffix("...\n").strip()
