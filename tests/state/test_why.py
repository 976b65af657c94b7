"""``publisher why``: the rule, default, hash or link behind what the plan says of a document."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from local_docs import DocsRepository

DEFAULTS = """\
[docs]
id = "small"
exclude = ["**/README.md", "drafts/**"]
[publish]
max_change_percent = 100
[[defaults]]
path = "sops/**"
type = "SOP"
traits = { category = "Patching" }
[[defaults]]
path = "**"
org = "Internal"
"""


@pytest.fixture
def docs(tmp_path: Path) -> DocsRepository:
    made = DocsRepository(tmp_path / "docs", ["b"])
    made.write("publisher.toml", DEFAULTS)
    made.write("sops/a.md", "---\nid: a1\norg: Acme Corp\n---\n# A\n\nSee [b](../b.md).\n")
    made.write("README.md", "# Read me\n")
    made.write("drafts/c.md", "# C\n")
    made.commit()
    done = made.run("apply", "--yes")
    assert done.exit_code == 0, done.output
    return made


def only(why: Any) -> Any:
    (target,) = why["targets"]
    return target


def test_each_key_names_the_place_that_gave_it(docs: DocsRepository) -> None:
    """The document's own line, or the default that reaches it; what is overridden is not named."""
    why = docs.json("why", "sops/a.md")
    assert (why["format_version"], why["skipped"], why["origin"]["include"]) == (1, "", "**/*.md")
    given = {g["name"]: (g["line"], g["default"], g["path"]) for g in why["origin"]["given"]}
    assert given == {
        "id": (2, None, ""),
        "org": (3, None, ""),
        "type": (None, 1, "sops/**"),
        "traits.category": (None, 1, "sops/**"),
    }
    text = docs.run("why", "sops/a.md").output
    assert "[[defaults]] number 1 (sops/**)" in text
    assert "line 3" in text


def test_an_unchanged_target_is_named_with_its_asset(docs: DocsRepository) -> None:
    """Also when it is asked for by its key."""
    target = only(docs.json("why", "b.md"))
    assert (target["decision"], target["differences"]) == ("unchanged", [])
    assert (target["organization"]["name"], target["type_name"]) == ("Acme Corp", "SOP")
    assert target["asset_id"] in {str(asset["id"]) for asset in docs.assets()}
    assert docs.json("why", target["key"])["document"] == "b.md"
    assert target["url"] in docs.run("why", "b.md").output


def test_a_change_names_the_hashes_that_differ(docs: DocsRepository) -> None:
    """Git's against what was sent; of the field that changed, and of no other."""
    docs.write_document("b", "Other text.")
    docs.commit()
    target = only(docs.json("why", "b.md"))
    assert (target["decision"], target["reasons"]) == ("update", ["field body changed"])
    (difference,) = target["differences"]
    assert difference["subject"] == "body"
    assert difference["desired"] != difference["sent"]
    assert difference["seen"] == difference["existing"]
    text = docs.run("why", "b.md").output
    assert f"Git says {difference['desired'][:10]}, sent was {difference['sent'][:10]}" in text
    assert "Other text" not in text


def test_an_edit_in_it_glue_is_drift(docs: DocsRepository) -> None:
    """IT Glue's hash against what was seen, and when the asset last changed."""
    docs.edit("Document b", body="<p>Theirs.</p>")
    target = only(docs.json("why", "b.md"))
    (difference,) = target["differences"]
    assert (target["decision"], difference["subject"]) == ("drift", "body")
    assert difference["seen"] != difference["existing"]
    assert difference["desired"] == difference["sent"]
    assert target["updated_at"] in docs.run("why", "b.md").output


def test_a_link_that_leads_elsewhere_is_why(docs: DocsRepository) -> None:
    """The asset that it leads to was deleted in IT Glue, and is created again."""
    docs.write("publisher.toml", DEFAULTS.replace("[publish]", '[publish]\non_drift = "overwrite"'))
    docs.commit()
    docs.delete("Document b")
    assert only(docs.json("why", "b.md"))["decision"] == "create"
    target = only(docs.json("why", "sops/a.md"))
    assert target["decision"] == "update"
    (difference,) = target["differences"]
    assert difference["subject"].startswith("ref:doc:b1@")
    assert (difference["desired"], difference["sent"].isdigit()) == ("?", True)


def test_a_warning_of_a_published_document_is_shown(docs: DocsRepository) -> None:
    """Also when nothing changed and a plan need not read it."""
    docs.write_document("b", "See [nothing](nothing.md).")
    docs.commit()
    assert docs.run("apply", "--yes").exit_code == 0
    why = docs.json("why", "b.md")
    assert [found["code"] for found in why["diagnostics"]] == ["broken-link"]
    assert only(why)["decision"] == "unchanged"


def test_a_moved_document_names_where_it_came_from(docs: DocsRepository) -> None:
    """And the path that it left explains itself no more."""
    docs.git("mv", "b.md", "new.md")
    docs.commit()
    target = only(docs.json("why", "new.md"))
    assert (target["decision"], target["former_document"]) == ("move", "b.md")
    assert "moved from b.md" in docs.run("why", "new.md").output
    assert docs.json("why", "b.md")["targets"] == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("README.md", "[docs] exclude has '**/README.md'"),
        ("drafts/c.md", "[docs] exclude has 'drafts/**'"),
        ("publisher.toml", "no glob of [docs] include matches it"),
        ("draft.md", "a draft (publish: false)"),
        ("typeless.md", "it has errors"),
        ("broken.md", "it has errors"),
        ("link.md", "a symlink is not followed"),
    ],
)
def test_what_is_not_published_says_why(docs: DocsRepository, path: str, reason: str) -> None:
    """Excluded files, others, drafts, errors and symlinks."""
    docs.write_document("draft", more="publish: false\n")
    docs.write("typeless.md", "---\norg: Acme Corp\n---\n")
    docs.write("broken.md", "---\norg: [\n---\n")
    (docs.root / "link.md").symlink_to("b.md")
    docs.commit()
    why = docs.json("why", path)
    assert (why["skipped"], why["targets"]) == (reason, [])
    assert f"Not published: {reason}." in docs.run("why", path).output


def test_a_document_that_became_a_draft_keeps_its_asset(docs: DocsRepository) -> None:
    """It is held, and says so."""
    docs.write_document("b", more="publish: false\n")
    docs.commit()
    assert only(docs.json("why", "b.md"))["decision"] == "held"


def test_a_document_that_is_gone_is_explained_by_the_state(docs: DocsRepository) -> None:
    """What happens to its asset, before and after."""
    (docs.root / "b.md").unlink()
    docs.commit()
    why = docs.json("why", "b.md")
    assert (why["origin"]["kind"], only(why)["decision"]) == ("missing", "archive")
    assert docs.run("apply", "--yes").exit_code == 0
    assert only(docs.json("why", "b.md"))["decision"] == "kept"


def test_paths_are_taken_from_here_and_near_ones_are_named(
    docs: DocsRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the folder that the user stands in first, then from the docs root."""
    monkeypatch.chdir(docs.root / "sops")
    assert docs.json("why", "a.md")["document"] == "sops/a.md"
    assert docs.json("why", os.path.join("..", "b.md"))["document"] == "b.md"  # noqa: PTH118 (as a shell completes it)
    assert docs.json("why", "./sops/a.md")["document"] == "sops/a.md"
    unknown = docs.run("why", "sops/aa.md")
    assert (unknown.exit_code, "Did you mean sops/a.md?" in unknown.output) == (1, True)
