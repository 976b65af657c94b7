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


def test_adopt_makes_documents_that_the_next_plan_knows(docs: Docs) -> None:
    """Where --path says, and nothing is left to write."""
    _create(docs, "Made by hand")
    assert docs.run("pull", "--adopt", "--org", "Acme Corp", "--type", "SOP", "--diff").stdout
    assert docs.git("status", "--porcelain") == ""
    done = docs.run("pull", "--adopt", "--org", "Acme Corp", "--type", "SOP", "--path", "sops")
    assert "sops/made-by-hand.md: asset" in done.stdout
    docs.commit()
    docs.run("plan", "--detailed-exitcode")
    docs.apply()
    docs.run("plan", "--detailed-exitcode")


@pytest.mark.parametrize(
    "words",
    [
        ("--type", "SOP"),
        ("--adopt", "--org", "Acme Corp"),
        ("--adopt", "--org", "Acme Corp", "--type", "SOP", "a.md"),
    ],
    ids=["no-adopt", "no-type", "document"],
)
def test_options_that_do_not_fit_are_wrong_usage(docs: Docs, words: tuple[str, ...]) -> None:
    """Exit 2, as for any command."""
    docs.run("pull", *words, code=2)


def test_documents_go_nowhere_outside_of_the_docs_root(docs: Docs) -> None:
    """And an unknown type is named with what there is."""
    adopt = ("pull", "--adopt", "--org", "Acme Corp", "--type")
    assert "outside" in docs.run(*adopt, "SOP", "--path", "../x", code=1).stderr
    assert "SOP" in docs.run(*adopt, "SOPs", code=1).stderr


def _create(docs: Docs, title: str) -> None:
    """A colleague makes an asset."""
    with docs.site() as site:
        (ours,) = site.all("flexible_assets")
        (asset,) = site.attributes([ours])
        kind = site.get("flexible_asset_types", int(asset["flexible-asset-type-id"]))
        traits = {"title": title, "body": "<p>By hand.</p>"}
        site.create(
            "flexible_assets",
            {
                "organization-id": asset["organization-id"],
                "flexible-asset-type-id": kind.id,
                "traits": traits,
            },
        )
