"""``publisher new``: from a template to a document that check has nothing to say against."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher import data
from publisher.cli.main import group
from publisher.source.frontmatter import read
from publisher.source.templates import fill

TEMPLATES = [path.stem for path in sorted(data.templates().glob("*.md")) if path.stem != "README"]


def run(*words: str, folder: Path) -> Result:
    return CliRunner().invoke(group, ["--repo", str(folder), *words])


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A docs repository with the types that the templates are for."""
    (tmp_path / "publisher.toml").write_text('[docs]\nid = "mine"\n')
    (tmp_path / "types").mkdir()
    for path in (data.templates() / "types").glob("*.yaml"):
        (tmp_path / "types" / path.name).write_bytes(path.read_bytes())
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_makes_a_good_document(repo: Path, name: str) -> None:
    """Valid as it is, against its own type too; the path is the last line on stdout."""
    done = run("new", name, "--org", "Acme Corp", "--path", f"docs/{name}.md", folder=repo)
    assert done.exit_code == 0, done.stderr
    assert Path(done.stdout.strip()).resolve() == repo / "docs" / f"{name}.md"
    text = read((repo / "docs" / f"{name}.md").read_bytes())
    assert text.values["org"] == "Acme Corp"
    assert len(str(text.values["id"])) == 8
    checked = json.loads(run("check", "--format", "json", folder=repo).stdout)
    errors = [one for one in checked["diagnostics"] if one["severity"] == "error"]
    assert (checked["documents"], errors) == (1, [])


def test_title_and_path(repo: Path) -> None:
    """The title makes the file's name; quotes in it do no harm."""
    done = run("new", "sop", "--org", 'A: "B"', "--title", 'Say "hi"\\ #now: {{ id }}', folder=repo)
    assert done.stdout.strip().endswith("say-hi-now-id.md")
    values = read((repo / "say-hi-now-id.md").read_bytes()).values
    assert values["title"] == 'Say "hi"\\ #now: {{ id }}'
    assert values["org"] == 'A: "B"'
    assert values["traits"]["reviewed"] == dt.datetime.now().astimezone().date().isoformat()
    sub = repo / "runbooks"
    sub.mkdir()
    assert run("new", "runbook", folder=sub).exit_code == 0
    assert (sub / "runbook.md").is_file()
    assert run("new", "runbook", "--path", "x/", folder=repo).exit_code == 0
    assert (repo / "x" / "runbook.md").is_file()


def test_nothing_is_written_over_or_outside(repo: Path) -> None:
    """The file that is there stays as it is."""
    (repo / "a.md").write_text("mine")
    (repo / "link.md").symlink_to(repo / "nowhere.md")
    for place in ("a.md", "a", "link.md", "../a.md", "x/../../b.md"):
        done = run("new", "sop", "--path", place, folder=repo)
        assert done.exit_code == 1, place
    assert (repo / "a.md").read_text() == "mine"
    assert not (repo / "nowhere.md").exists()


def test_without_an_organization(repo: Path) -> None:
    """A default fills it in; else the line is left for the author, who is told."""
    done = run("new", "sop", folder=repo)
    assert "Fill in `org:` in sop.md" in done.stderr
    with (repo / "publisher.toml").open("a") as file:
        file.write('[[defaults]]\npath = "acme/**"\norg = "Acme Corp"\n')
    done = run("new", "sop", "--path", "acme/", folder=repo)
    assert done.stderr == ""
    (repo / "sop.md").unlink()
    assert run("check", folder=repo).exit_code == 0


def test_list_and_near_names(repo: Path) -> None:
    """All templates with their types; a slip is met with what was meant."""
    listed = run("new", "--list", folder=repo).stdout
    assert [line.split()[0] for line in listed.splitlines()] == TEMPLATES
    assert "Did you mean runbook?" in run("new", "runbok", folder=repo).stderr
    assert "There are application-profile" in run("new", "zzz", folder=repo).stderr
    assert run("new", folder=repo).exit_code == 2


def test_own_templates_come_first(repo: Path) -> None:
    """And are no documents themselves, though they lie where documents do."""
    (repo / "templates").mkdir()
    head = '---\nid: {{ id }}\ntitle: {{ title }}\norg: "{{ org }}"\ntype: SOP\n---\n'
    own = head + "Our {{ title }}, {{ x }}\n"
    (repo / "templates" / "sop.md").write_text(own)
    (repo / "templates" / "ours.md").write_text(own)
    assert "ours" in run("new", "--list", folder=repo).stdout
    assert run("new", "sop", "--org", "A", "--title", "T", folder=repo).exit_code == 0
    assert (repo / "t.md").read_text().endswith("Our T, {{ x }}\n")
    checked = json.loads(run("check", "--format", "json", folder=repo).stdout)
    assert {one["path"]: one["reason"] for one in checked["skipped"]} == {
        "templates/ours.md": "a template for `publisher new`",
        "templates/sop.md": "a template for `publisher new`",
    }


def test_what_looks_like_a_placeholder_stays() -> None:
    """Only the four are filled in; the braces of others belong to the document."""
    values = {"id": "1", "org": "", "title": 'T "x"', "date": "2027-01-01"}
    head = (
        '---\norg: "{{ org }}"\ntitle: "{{ title }}, {{ date }}"\nof: {{ title }} # {{ x }}\n---\n'
    )
    filled = fill(head + "{{org.name}} {{ title }} {{ date }}\n", values)
    assert filled == (
        '---\norg: \ntitle: "T \\"x\\", 2027-01-01"\nof: "T \\"x\\"" # {{ x }}\n---\n'
        '{{org.name}} T "x" 2027-01-01\n'
    )


def test_the_type_of_a_template_can_be_written_and_applied(tmp_path: Path) -> None:
    """Where there is none, new says so; --type writes it once, and the document can be planned."""
    (tmp_path / "publisher.toml").write_text('[docs]\nid = "mine"\n')
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    done = run("new", "site-summary", "--org", "Acme Corp", folder=tmp_path)
    assert "publisher new site-summary --type" in done.stderr
    assert run("plan", "--worktree", folder=tmp_path).exit_code == 1
    done = run("new", "site-summary", "--type", folder=tmp_path)
    assert Path(done.stdout.strip()).resolve() == tmp_path / "types" / "site-summary.yaml"
    assert run("new", "site-summary", "--type", folder=tmp_path).exit_code == 1
    assert run("types", "apply", "--yes", folder=tmp_path).exit_code == 0
    assert run("plan", "--worktree", folder=tmp_path).exit_code == 0
    assert not run("new", "site-summary", "--title", "B", folder=tmp_path).stderr.count("--type")
