"""``publisher check`` as its users call it: by hand, in pre-commit, in CI."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from publisher.cli.main import group

GOOD = '---\nid: a1b2c3d4\ntitle: A\norg: "Acme Corp"\ntype: SOP\n---\nText.\n'
SECRET = "Xk9#mQ2$vL7p"  # what a finding must never show


def run(*words: str, folder: Path) -> Result:
    return CliRunner().invoke(group, ["--repo", str(folder), *words])


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "change")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A docs root below the top of a repository, with one good document; nothing committed."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "publisher.toml").write_text('[docs]\nid = "mine"\n')
    (docs / "a.md").write_text(GOOD)
    git(tmp_path, "init", "-q")
    return docs


def found(result: Result) -> list[dict[str, Any]]:
    return list(json.loads(result.stdout)["diagnostics"])


def test_a_good_repository(repo: Path) -> None:
    """Exit 0 and one line, without a commit, a key or an instance."""
    done = run("check", folder=repo)
    assert (done.exit_code, done.stdout) == (0, "1 document: nothing to complain about.\n")


def test_all_problems_come_in_one_run(repo: Path) -> None:
    """Each with file, line, column, severity, a sentence, its code and the fix; then a count."""
    (repo / "b.md").write_text("---\norg: Acme Corp\n---\n")
    (repo / "c.md").write_text("---\norg: a\norg: b\n---\n")
    (repo / "d.md").write_text(
        GOOD.replace("a1b2c3d4", "d4").replace("e: A", "e: D") + "\n[x](none.md)\n"
    )
    done = run("check", folder=repo)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("b.md:2: error: the document has an organization, but no type")
    assert lines[1].startswith("c.md:3:1: error: this key is given twice")
    assert lines[2].startswith("d.md:9: warning: the link to none.md leads to no file. Add")
    assert lines[3] == "4 documents, 2 errors, 1 warning."


def test_json(repo: Path) -> None:
    """One document on stdout, with the diagnostics as in a plan."""
    (repo / "b.md").write_text("---\norg: Acme Corp\n---\n")
    (repo / "c.md").write_text("Notes.\n")
    done = run("check", "--format", "json", folder=repo)
    data = json.loads(done.stdout)
    assert (done.exit_code, data["format_version"], data["documents"]) == (1, 1, 2)
    (one,) = data["diagnostics"]
    assert (one["severity"], one["code"], one["document"]) == ("error", "no-type", "b.md")
    assert [skipped["path"] for skipped in data["skipped"]] == ["c.md"]


@pytest.mark.parametrize("words", [("-v", "check"), ("check", "-v")], ids=["global", "own"])
def test_verbose_lists_what_is_no_document(repo: Path, words: tuple[str, ...]) -> None:
    """With the reason; without -v not."""
    (repo / "notes.md").write_text("Just notes.\n")
    assert "notes.md: no document: neither its front" in run(*words, folder=repo).stdout
    assert "notes.md" not in run("check", folder=repo).stdout


def test_warnings_alone_are_no_failure(repo: Path) -> None:
    """An overdue review does not stop a commit."""
    (repo / "a.md").write_text(GOOD.replace("type:", "review_by: 2020-01-01\ntype:"))
    assert run("check", folder=repo).exit_code == 0


def test_a_commit_can_be_checked(repo: Path) -> None:
    """--ref looks at that, without it the files count as they are."""
    commit(repo)
    (repo / "a.md").write_text("---\ntype: SOP\n---\n")
    assert run("check", folder=repo).exit_code == 1
    assert run("check", "--ref", "HEAD", folder=repo).exit_code == 0
    assert run("check", "--ref", "nothing", folder=repo).exit_code == 1
    assert run("check", "--ref", "HEAD", "--fix", folder=repo).exit_code == 2


def test_github_annotations(repo: Path) -> None:
    """Paths start at the repository's top; what would end a command early is escaped."""
    odd = repo / "x, 100%: y.md"
    odd.write_text("---\norg: Acme Corp\ntitle: 50% off\n---\n")
    done = run("check", "--format", "github", folder=repo)
    head, _, message = done.stdout.removesuffix("\n")[2:].partition("::")
    assert head == "error file=docs/x%2C 100%25%3A y.md,line=2,title=no-type"
    assert message.startswith("the document has an organization, but no type. Add `type: NAME`")


MINIMAL_SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"required": ["id"]},
                                    }
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "ruleId"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"required": ["text"]},
                                "locations": {
                                    "items": {
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "region": {
                                                        "properties": {
                                                            "startLine": {"minimum": 1},
                                                            "startColumn": {"minimum": 1},
                                                        }
                                                    }
                                                },
                                            }
                                        }
                                    }
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def test_sarif(repo: Path) -> None:
    """Valid as far as SARIF 2.1.0 demands it; rules are those that results point to."""
    (repo / "b c.md").write_text("---\norg: a\norg: b\n---\n")
    (repo / "publisher.toml").write_text('[[defaults]]\npath = "a.md"\ntitel = "x"\n')
    data = json.loads(run("check", "--format", "sarif", folder=repo).stdout)
    jsonschema.validate(data, MINIMAL_SARIF)
    (only,) = data["runs"]
    for result in only["results"]:
        assert only["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    twice = next(r for r in only["results"] if r["ruleId"] == "duplicate-key")
    (place,) = twice["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "docs/b%20c.md", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 1},
    }


def test_fix_mends_and_says_so(repo: Path) -> None:
    """What is left decides the exit code; a second run has nothing to do."""
    (repo / "b.md").write_text("---\nTitle: B\norg: Acme Corp\ntype: SOP\n---\n[x](y.md)\n")
    done = run("check", "--fix", folder=repo)
    assert done.exit_code == 0
    assert "b.md: Title is now title; added id: " in done.stderr
    mended = (repo / "b.md").read_text()
    assert (repo / "a.md").read_text() == GOOD
    assert run("check", "--fix", folder=repo).stderr == ""
    assert (repo / "b.md").read_text() == mended


def test_traits_are_checked_against_type_files(repo: Path) -> None:
    """Unknown ones, options and dates, at their lines; nothing is asked of IT Glue."""
    (repo / "types").mkdir()
    fields = [
        {"name": "Title", "kind": "Text", "use_for_title": True},
        {"name": "Category", "kind": "Select", "options": ["Patching", "Backup, daily"]},
        {"name": "Reviewed", "kind": "Date"},
        {"name": "Owner", "kind": "Tag", "tag_type": "Contacts"},
        {"name": "Body", "kind": "Textbox"},
    ]
    (repo / "types" / "sop.yaml").write_text(yaml.safe_dump({"name": "SOP", "fields": fields}))
    traits = (
        "traits:\n  category: Patchin\n  reviewed: 31.12.2026\n  ownr: x\n  owner: {location: HQ}\n"
    )
    (repo / "a.md").write_text(GOOD.replace("---\nText", f"{traits}---\nText"))
    got = found(run("check", "--format", "json", folder=repo))
    assert [(one["line"], one["code"]) for one in got] == [
        (7, "bad-option"), (8, "bad-date"), (9, "unknown-trait"), (10, "bad-tag"),
    ]  # fmt: skip
    assert "2026-12-31" in got[1]["fix"]
    run("check", "--fix", folder=repo)
    assert "  reviewed: 2026-12-31\n" in (repo / "a.md").read_text()


def test_type_files_are_checked_themselves(repo: Path) -> None:
    """With file and line."""
    (repo / "types").mkdir()
    (repo / "types" / "x.yaml").write_text("name: X\nfields:\n  - name: A\n    kind: Txt\n")
    (one,) = found(run("check", "--format", "json", folder=repo))
    assert (one["document"], one["line"], one["code"]) == ("types/x.yaml", 4, "bad-type-file")
    assert "Text?" in one["message"]


def test_secrets_stay_out(repo: Path) -> None:
    """check exits 1, plan and apply 3, before any write; the value is nowhere to be seen."""
    (repo / "s.md").write_text(
        GOOD.replace("a1b2c3d4", "s1").replace("title: A", "title: S")
        + f"\nThe admin password: {SECRET}\n"
    )
    commit(repo)
    for words, code in (
        (("check",), 1),
        (("check", "--format", "json"), 1),
        (("check", "--format", "sarif"), 1),
        (("plan",), 3),
        (("plan", "--format", "json"), 3),
        (("apply", "--yes"), 3),
        (("apply", "--yes", "--skip-invalid"), 3),
    ):
        done = run(*words, folder=repo)
        assert done.exit_code == code, (words, done.output)
        assert SECRET not in done.stdout + done.stderr
    assert "s.md:9: error: this seems to hold" in run("plan", folder=repo).stdout
    assert "IT Glue password" in run("check", folder=repo).stdout
    (repo / "s.md").unlink()
    commit(repo)
    assert "1 to create" in run("plan", folder=repo).stdout, "nothing was written before"


def test_one_bad_file_never_stops_the_rest(repo: Path) -> None:
    """The plan shows the others; apply publishes them on --skip-invalid alone."""
    (repo / "bad.md").write_text("---\ntitle: [\n---\n")
    (repo / "worse.md").write_bytes(b"---\norg: Acme Corp\ntype: SOP\n---\n\xff\xfe\n")
    commit(repo)
    planned = run("plan", "--format", "json", folder=repo)
    assert planned.exit_code == 1
    plan = json.loads(planned.stdout)
    assert [action["document"] for action in plan["actions"]] == ["a.md"]
    assert {one["document"] for one in plan["diagnostics"]} == {"bad.md", "worse.md"}
    refused = run("apply", "--yes", "--format", "json", folder=repo)
    assert refused.exit_code == 1
    assert "--skip-invalid" in refused.stderr
    done = run("apply", "--yes", "--skip-invalid", "--format", "json", folder=repo)
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["applied"] == 1


def test_the_pre_commit_hooks_call_what_there_is() -> None:
    """Their entries are commands that this package has."""
    top = Path(__file__).parents[2]
    hooks = yaml.safe_load((top / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        program, command, *options = hook["entry"].split()
        assert program == "publisher"
        assert not hook["pass_filenames"]
        done = CliRunner().invoke(group, [command, *options, "--help"])
        assert done.exit_code == 0
