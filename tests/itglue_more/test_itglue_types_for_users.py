"""Whoever installs the client gets its types: a script under `mypy --strict`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
SCRIPT = """
from typing_extensions import assert_type
from publisher.itglue import Done, ITGlue, ITGlueClient, Record
from publisher.itglue.models import Document, Organization, RelatedItem

with ITGlueClient(instance="sandbox", region="eu") as itglue:
    for organization in itglue.organizations.list(filter={"name": "A"}):
        assert_type(organization.attributes.short_name, str | None)
    assert_type(itglue.list_documents(5, search="x"), list[Record[Document]])
    assert_type(itglue.link(("contacts", 1), ("documents", 2)), Record[RelatedItem] | None)
    done = itglue.for_each_organization(lambda each: len(each.id))
    assert_type(done, Done[Record[Organization], int])

async def main() -> None:
    async with ITGlue() as glue:
        assert_type(await glue.list_documents("Acme"), list[Record[Document]])
        record = await glue.organizations.get(5)
        assert_type(record, Record[Organization] | None)
"""
WRONG = """
from publisher.itglue import ITGlueClient
itglue = ITGlueClient()
itglue.list_documents()
itglue.organizations.create("name")
itglue.upload_document(5, "a string")
itglue.organisations
"""


def check(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """mypy's own run on one script outside of the checkout, with no configuration of ours."""
    script = folder / "script.py"
    script.write_text(text, "utf-8")
    words = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "script.py"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_script_is_checked(tmp_path: Path) -> None:
    """What is right passes, what is wrong is found, line by line; twins have their types."""
    right = check(tmp_path, SCRIPT)
    assert (right.returncode, right.stdout) == (0, "Success: no issues found in 1 source file\n")
    wrong = check(tmp_path, WRONG)
    lines = re.findall(r"^script\.py:(\d+): error:", wrong.stdout, re.MULTILINE)
    assert sorted(set(lines)) == ["4", "5", "6", "7"]


@pytest.mark.slow
def test_the_snippets_of_the_page_are_typed(tmp_path: Path) -> None:
    """docs/client.md passes mypy --strict as one script."""
    page = PAGE.read_text("utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    done = check(tmp_path, code)
    assert done.returncode == 0, done.stdout
