"""The templates for `publisher new` are documents as soon as their placeholders are filled in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher import data

ROOT = data.templates()
TEMPLATES = [path for path in sorted(ROOT.glob("*.md")) if path.name != "README.md"]
TYPES: dict[str, dict[str, Any]] = {
    asset_type["name"]: asset_type
    for asset_type in (
        yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / "types").glob("*.yaml"))
    )
}
PLACEHOLDERS = {"id": "f00dfeed", "title": "A title", "org": "Acme Corp", "date": "2026-11-24"}
each_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)


def _fill(text: str) -> str:
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: PLACEHOLDERS[found[1]], text)


def _split(path: Path) -> tuple[dict[str, Any], str]:
    _, front, body = _fill(path.read_text(encoding="utf-8")).split("---\n", 2)
    return yaml.safe_load(front), body


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")


def test_the_usual_documents_are_there() -> None:
    """What an MSP writes most often has a template."""
    wanted = {"sop", "runbook", "network-documentation", "client-onboarding", "offboarding"}
    wanted |= {"post-incident-review", "compliance-report", "disaster-recovery-plan"}
    wanted |= {"application-profile", "site-summary"}
    assert {path.stem for path in TEMPLATES} == wanted


@each_template
def test_a_filled_template_names_all_that_a_document_needs(path: Path) -> None:
    """Id, title and organization come from the placeholders; the type is one of those beside it."""
    meta, body = _split(path)
    assert (meta["id"], meta["title"], meta["org"]) == ("f00dfeed", "A title", "Acme Corp")
    assert meta["type"] in TYPES
    assert not re.match(r"\s*# ", body), "the title would stand there twice"
    assert "{{" not in body


@each_template
def test_a_template_guides(path: Path) -> None:
    """Guidance stands in HTML comments, every one of which is closed."""
    _, body = _split(path)
    assert body.count("<!--") == body.count("-->") >= 1
    assert len(re.findall(r"^## ", body, re.M)) >= 3


@each_template
def test_the_traits_fit_the_type(path: Path) -> None:
    """Every trait is a field of the type, and a Select's value is one of its options."""
    meta, _ = _split(path)
    fields = {_key(field["name"]): field for field in TYPES[meta["type"]]["fields"]}
    for key, value in meta["traits"].items():
        assert value in fields[key].get("options", [value])
    boxes = [key for key, field in fields.items() if field["kind"] == "Textbox"]
    assert len(boxes) == 1 or meta["body"] in boxes


@pytest.mark.parametrize("name", TYPES)
def test_types_carry_the_key(name: str) -> None:
    """Types that publisher brings have the field for the key, hidden from lists."""
    keys = [field for field in TYPES[name]["fields"] if field["name"] == "Publisher key"]
    assert [(field["kind"], field.get("show_in_list", False)) for field in keys] == [
        ("Text", False)
    ]


def test_the_example_uses_the_same_types() -> None:
    """A type file that both folders have is the same in both, to the byte."""
    for path in (data.example_docs() / "types").glob("*.yaml"):
        twin = ROOT / "types" / path.name
        assert not twin.exists() or twin.read_bytes() == path.read_bytes(), path.name


def test_every_template_is_in_the_table() -> None:
    """README.md lists each template with its type."""
    rows = dict(
        re.findall(r"^\| `([\w-]+)` \| ([^|]+) \|", (ROOT / "README.md").read_text("utf-8"), re.M)
    )
    assert rows == {path.stem: _split(path)[0]["type"] for path in TEMPLATES}
