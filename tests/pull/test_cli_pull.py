"""`publisher pull` as people type it."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_desk import Docs


@pytest.fixture
def docs(tmp_path: Path) -> Docs:
    made = Docs(tmp_path)
    made.write("a", "One two.")
    made.commit()
    made.run("apply", "--yes")
    return made


def test_pull_says_what_it_wrote_and_what_to_do(docs: Docs) -> None:
    """Exit 0; after a commit the next plan is empty."""
    _edit(docs, "One two.", "One three.")
    done = docs.run("pull")
    assert "a.md: the text" in done.stdout
    assert "git diff" in done.stdout
    assert "One three." in (docs.root / "a.md").read_text()
    docs.commit()
    docs.run("plan", "--detailed-exitcode")
    assert "Nothing to pull." in docs.run("pull").stdout


def test_diff_writes_nothing(docs: Docs) -> None:
    """It prints what would be written."""
    _edit(docs, "One two.", "One three.")
    assert "-One two.\n+One three.\n" in docs.run("pull", "--diff", "a.md").stdout
    assert docs.git("status", "--porcelain") == ""


def test_conflicts_exit_4_and_are_named(docs: Docs) -> None:
    """The rest is written all the same."""
    _edit(docs, "One two.", "One three.")
    docs.write("a", "One four.")
    docs.commit()
    done = docs.run("pull", code=4)
    assert "a.md: 1 conflict, marked with <<<<<<<" in done.stderr


def test_an_unknown_document_is_a_mistake(docs: Docs) -> None:
    """The nearest one is named."""
    done = docs.run("pull", "b.md", code=1)
    assert "b.md" in done.stderr


def _edit(docs: Docs, old: str, new: str) -> None:
    """A colleague edits the one asset there is."""
    with docs.site() as site:
        (record,) = site.all("flexible_assets")
        (asset,) = site.attributes([record])
        traits = {k: v.replace(old, new) for k, v in asset["traits"].items() if old in str(v)}
        site.edit(record.id, traits)
