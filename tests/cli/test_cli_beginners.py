"""The errors that a beginner makes first: one clear message each, that says what to type next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli.main import COMMANDS, group

DOCUMENT = '---\ntitle: A\norg: "Acme Corp"\ntype: SOP\n---\nText.\n'


def run(*words: str, folder: Path) -> Result:
    """Run the command in this process, as a user in *folder* would."""
    return CliRunner().invoke(group, ["--repo", str(folder), *words])


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A docs repository with one good document, committed."""
    (tmp_path / "publisher.toml").write_text('[docs]\nid = "mine"\n')
    (tmp_path / "a.md").write_text(DOCUMENT)
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    return tmp_path


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "change")


def test_no_git_repository(tmp_path: Path) -> None:
    """Says to make one."""
    done = run("plan", folder=tmp_path)
    assert done.exit_code == 1
    assert "git init" in done.stderr


def test_no_configuration(tmp_path: Path) -> None:
    """Says to type init, or where a configuration lies further down."""
    git(tmp_path, "init", "-q")
    done = run("plan", folder=tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "publisher init" in done.stderr
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "publisher.toml").write_text("")
    assert f"--repo {tmp_path / 'docs'}" in run("plan", folder=tmp_path).stderr


def test_no_commit(tmp_path: Path) -> None:
    """Says to commit, or to plan from the files."""
    git(tmp_path, "init", "-q")
    (tmp_path / "publisher.toml").write_text("")
    done = run("plan", folder=tmp_path)
    assert done.exit_code == 1
    assert "--worktree" in done.stderr


def test_broken_configuration(repo: Path) -> None:
    """Named with file and line, and with the setting that was meant."""
    (repo / "publisher.toml").write_text("[docs]\nincldue = []\n")
    done = run("plan", folder=repo)
    assert done.exit_code == 1
    assert f"{repo / 'publisher.toml'}:2: unknown setting docs.incldue" in done.stderr
    assert "did you mean include?" in done.stderr
    (repo / "publisher.toml").write_text("[docs\n")
    assert f"{repo / 'publisher.toml'}:1: not valid TOML" in run("plan", folder=repo).stderr


def test_unknown_organization(repo: Path) -> None:
    """An error at the line that names it, with the name that was meant; the rest is planned."""
    (repo / "b.md").write_text(DOCUMENT.replace("Acme Corp", "Acme Crop"))
    commit(repo)
    done = run("plan", "--format", "json", folder=repo)
    assert done.exit_code == 1
    plan = json.loads(done.stdout)
    assert plan["summary"]["create"] == 1
    (found,) = plan["diagnostics"]
    assert (found["code"], found["document"], found["line"]) == ("unknown-organization", "b.md", 3)
    assert "Acme Corp" in found["fix"]
    applied = run("apply", "--yes", folder=repo)
    assert applied.exit_code == 1
    assert "--skip-invalid" in applied.stderr
    assert run("apply", "--yes", "--skip-invalid", folder=repo).exit_code == 0


def test_unknown_type(repo: Path) -> None:
    """The same for types."""
    (repo / "a.md").write_text(DOCUMENT.replace("SOP", "SPO"))
    commit(repo)
    done = run("plan", folder=repo)
    assert done.exit_code == 1
    assert (
        "a.md:4: error: no asset type is called 'SPO'. Did you mean 'SOP'? (unknown-type)"
        in done.stdout
    )


def test_bad_yaml(repo: Path) -> None:
    """With file, line and column."""
    (repo / "a.md").write_text("---\ntitle: A\norg: [x\n---\n")
    commit(repo)
    done = run("plan", folder=repo)
    assert done.exit_code == 1
    assert "a.md:" in done.stdout
    assert "(bad-yaml)" in done.stdout


def test_no_key(repo: Path) -> None:
    """Names the variable and the keyring entry."""
    (repo / "publisher.toml").write_text('[instances.production]\nregion = "us"\n')
    done = run("--instance", "production", "plan", folder=repo)
    assert done.exit_code == 1
    assert "ITGLUE_API_KEY_PRODUCTION" in done.stderr


def test_unknown_instance(repo: Path) -> None:
    """With the names there are."""
    done = run("--instance", "prod", "plan", folder=repo)
    assert done.exit_code == 1
    assert "known ones: local" in done.stderr


def test_unknown_revision(repo: Path) -> None:
    """Not a traceback of git."""
    done = run("plan", "--ref", "no-such", folder=repo)
    assert done.exit_code == 1
    assert "'no-such' is no revision" in done.stderr


def test_http_is_taken_on_loopback_alone(repo: Path) -> None:
    """A key never travels in the clear."""
    text = '[instances.p]\nbase_url = "http://itglue.example"\n'
    (repo / "publisher.toml").write_text(text)
    done = run("--instance", "p", "plan", folder=repo)
    assert done.exit_code == 1
    assert "loopback" in done.stderr


def test_wrong_usage_exits_2(repo: Path) -> None:
    """As click does."""
    assert run("plan", "--no-refresh", "--full-refresh", folder=repo).exit_code == 2
    assert run("plan", "--no-such", folder=repo).exit_code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    """And the group lists the command with one line."""
    done = CliRunner().invoke(group, [name, "--help"])
    assert done.exit_code == 0
    assert "Example" in done.stdout
    assert name in CliRunner().invoke(group, ["--help"]).stdout


def test_init_writes_what_plan_and_apply_can_use_at_once(tmp_path: Path) -> None:
    """init, commit, plan, apply, plan: one document published, then nothing to do."""
    git(tmp_path, "init", "-q")
    assert run("init", folder=tmp_path).exit_code == 0
    commit(tmp_path)
    plan = json.loads(run("plan", "--format", "json", folder=tmp_path).stdout)
    assert (plan["summary"]["create"], plan["diagnostics"]) == (1, [])
    assert run("apply", "--yes", folder=tmp_path).exit_code == 0
    assert run("plan", "--detailed-exitcode", folder=tmp_path).exit_code == 0
    again = run("init", folder=tmp_path)
    assert "kept" in again.stdout


def test_apply_asks_and_takes_no_for_an_answer(repo: Path) -> None:
    """Nothing is written; with y it is."""
    runner = CliRunner()
    words = ["--repo", str(repo), "apply"]
    refused = runner.invoke(group, words, input="n\n")
    assert (refused.exit_code, refused.stderr) == (0, "Nothing was written.\n")
    assert run("plan", "--detailed-exitcode", folder=repo).exit_code == 2
    assert "Applied 1 of 1 changes" in runner.invoke(group, words, input="y\n").stdout


def test_apply_without_anybody_to_ask_writes_nothing_and_says_how_to_go_on(repo: Path) -> None:
    """A pipeline that forgot --yes must not look as if it had published."""
    done = run("apply", folder=repo)
    assert done.exit_code == 1
    assert "nothing was written" in done.stderr
    assert "--yes" in done.stderr
    assert run("plan", "--detailed-exitcode", folder=repo).exit_code == 2


def test_the_program_starts_without_heavy_imports() -> None:
    """--help loads nothing but click; so it is there at once."""
    code = (
        "import sys; from publisher.cli.main import group\n"
        "heavy = {'httpx', 'pydantic', 'git', 'markdown', 'starlette', 'rich', 'yaml', 'asyncio'}\n"
        "try: group(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_schemas_describe_what_is_taken(tmp_path: Path) -> None:
    """Both are JSON Schema."""
    for what in ("frontmatter", "config"):
        schema = json.loads(run("schema", what, folder=tmp_path).stdout)
        assert schema["type"] == "object"


def test_status_says_how_it_stands(repo: Path) -> None:
    """Before and after a publish, in words and as JSON."""
    assert "Published  never" in run("status", folder=repo).stdout
    run("apply", "--yes", folder=repo)
    status = json.loads(run("status", "--format", "json", folder=repo).stdout)
    assert (status["format_version"], status["documents"], status["targets"]) == (1, 1, 1)
    assert status["last_publish"]["applied"] == 1
    assert "nothing to do" in run("status", "--no-refresh", folder=repo).stdout


def test_a_plan_from_the_work_tree_needs_no_commit(repo: Path) -> None:
    """And says so by its commit, which is null."""
    (repo / "b.md").write_text(DOCUMENT.replace("title: A", "title: B"))
    plan = json.loads(run("plan", "--worktree", "--format", "json", folder=repo).stdout)
    assert (plan["commit"], plan["summary"]["create"]) == (None, 2)


def test_the_environment_names_instance_configuration_and_state(
    repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Flag, environment, file, default, in this order."""
    other = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("PUBLISHER_STATE", f"sqlite:///{other}/{{instance}}.db")
    monkeypatch.setenv("PUBLISHER_INSTANCE", "local")
    assert run("apply", "--yes", folder=repo).exit_code == 0
    assert (other / "local.db").exists()
    assert not (repo / ".publisher" / "local.db").exists()
    monkeypatch.setenv("PUBLISHER_INSTANCE", "nobody")
    assert run("plan", folder=repo).exit_code == 1
    assert run("--instance", "local", "plan", folder=repo).exit_code == 0
    assert os.environ["PUBLISHER_INSTANCE"] == "nobody"


def test_unknown_safety_check(repo: Path) -> None:
    """``--force`` takes the checks that there are, and names them."""
    done = run("apply", "--yes", "--force", "max-delete", folder=repo)
    assert done.exit_code == 2
    assert "max-deletes" in done.stderr
    assert run("apply", "--yes", "--force", "max_deletes", folder=repo).exit_code == 0


def test_what_is_named_and_not_there(repo: Path) -> None:
    """A glob that no file matches, and a key of no target, are warnings."""
    done = run("plan", "--only", "nope/**", "--overwrite", "a.md@0", folder=repo)
    assert done.exit_code == 0
    assert "--only nope/**: no file matches" in done.stderr
    assert "--overwrite a.md@0: there is no such target" in done.stderr
    assert run("plan", "--only", "a*", folder=repo).stderr == ""


def test_apply_looks_before_it_creates(repo: Path) -> None:
    """Also where it shall trust the state, and the state was lost: nothing is there twice."""
    assert run("apply", "--yes", folder=repo).exit_code == 0
    for file in (repo / ".publisher").glob("local.db*"):
        file.unlink()
    done = run("apply", "--yes", "--no-refresh", "--format", "json", folder=repo)
    result = json.loads(done.stdout)
    assert (done.exit_code, result["applied"], result["unchanged"]) == (0, 0, 1)


def test_no_color(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR counts on a terminal, too."""
    words = ["--repo", str(repo), "plan"]
    assert "\x1b[" in CliRunner().invoke(group, words, color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in CliRunner().invoke(group, words, color=True).stdout
