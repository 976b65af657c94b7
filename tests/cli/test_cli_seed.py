"""The docs repository's own simulator.yaml: what the local instance starts with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docs_desk import Docs

SEED = """\
organizations:
  - name: Acme Corp
contacts:
  - {organization: Acme Corp, first_name: Jane, last_name: Doe}
types:
  - name: Contract
    fields:
      - {name: Name, kind: Text, required: true, use_for_title: true}
      - {name: Owner, kind: Tag, tag_type: Contacts}
      - {name: Terms, kind: Textbox}
"""


def test_records_and_types_of_the_seed_are_there(tmp_path: Path) -> None:
    """Whatever the account is to hold, not organizations alone: a tag can name it."""
    docs = Docs(tmp_path)
    docs.save("simulator.yaml", SEED)
    head = "title: Lease\norg: Acme Corp\ntype: Contract\ntraits: {owner: Jane Doe}\n"
    docs.save("a.md", f"---\n{head}---\n\nText.\n")
    docs.apply()
    (made,) = json.loads(docs.run("api", "contacts", "list", "--format", "json").stdout)
    assert made["attributes"]["name"] == "Jane Doe"
    assert docs.live() == ["Lease"]


@pytest.mark.parametrize(
    "wrong",
    ["nonsense: [{name: x}]", "contacts: [{organization: Nobody, first_name: J}]", "contacts: [1]"],
)
def test_a_seed_that_is_none_is_named_and_can_be_mended(tmp_path: Path, wrong: str) -> None:
    """No traceback, and the next run starts from the mended file."""
    docs = Docs(tmp_path)
    docs.save("simulator.yaml", f"organizations: [{{name: Acme Corp}}]\n{wrong}\n")
    assert "simulator.yaml" in docs.run("plan", code=1).output
    docs.save("simulator.yaml", SEED)
    docs.plan()
