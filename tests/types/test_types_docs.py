"""The page about asset types shows what works."""

from __future__ import annotations

import re
from pathlib import Path

from publisher.model import Field
from publisher.source.strictyaml import load
from publisher.types.files import read_type
from publisher.types.values import convert

PAGE = (Path(__file__).parents[2] / "docs" / "asset-types.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_type_file_is_one() -> None:
    """With no finding."""
    spec, found = read_type("types/runbook.yaml", BLOCKS[0].encode())
    assert spec is not None
    assert (spec.name, found) == ("Runbook", [])


def test_the_tags_are_understood() -> None:
    """Each by the kind that its field takes."""
    kinds = {
        "owner": "Contacts", "backup": "Contacts", "servers": "Configurations",
        "login": "Passwords", "vendor": "FlexibleAssetType: 7", "site": "Locations",
    }  # fmt: skip
    traits = load(BLOCKS[1])[0]["traits"]
    assert traits.keys() == kinds.keys()
    for key, value in traits.items():
        assert convert(Field(key, key, "Tag", tag_type=kinds[key]), value, "a.md")
