"""Repositories as they come: at commits, on disk, nested, odd, hostile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from git_sandbox import Sandbox

from publisher.errors import GitFailed, NoCommit, NoConfig, NoRepository, UnknownRevision
from publisher.source.git import find_root, open_repository

ODD_NAMES = [
    'quo"te.md',
    "new\nline.md",
    "emoji \U0001f600.md",
    "ümlaut.md",
    "-dash.md",
    "tab\t.md",
]


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A repository without a commit."""
    top = tmp_path / "repo"
    top.mkdir()
    made = Sandbox(top)
    made.git("init", "-q")
    return made


def test_root_is_the_nearest_folder_with_a_configuration(sandbox: Sandbox) -> None:
    """The search goes upwards from where the user stands, and stops at the first."""
    sandbox.write({"publisher.toml": "", "docs/publisher.toml": "", "docs/a/b/c.md": ""})
    assert find_root(sandbox.top / "docs/a/b") == sandbox.top / "docs"


def test_root_is_where_the_named_configuration_lies(sandbox: Sandbox, tmp_path: Path) -> None:
    """--config FILE settles the root, wherever the user stands."""
    assert find_root(tmp_path, sandbox.top / "other.toml") == sandbox.top


def test_no_configuration_names_those_below(sandbox: Sandbox, tmp_path: Path) -> None:
    """Whoever stands too high is told where to go; what lies above the work tree is not taken."""
    (tmp_path / "publisher.toml").touch()
    sandbox.write({"x/docs/publisher.toml": "", "a/publisher.toml": "", "1/2/3/publisher.toml": ""})
    with pytest.raises(NoConfig) as caught:
        find_root(sandbox.top)
    assert caught.value.below == (sandbox.top / "a", sandbox.top / "x/docs")


def test_no_repository(tmp_path: Path) -> None:
    """A plain folder, a missing one and a bare repository are no work trees."""
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NoRepository):
            open_repository(folder)
    bare = tmp_path / "bare"
    bare.mkdir()
    Sandbox(bare).git("init", "-q", "--bare")
    with pytest.raises(NoRepository):
        open_repository(bare)


def test_ownership_is_explained_by_git(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git does not trust a folder, its own words reach the user."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitFailed) as caught:
        sandbox.open()
    assert "dubious ownership" in caught.value.output


def test_missing_git_is_said(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a git executable the error says so."""
    monkeypatch.setenv("GIT_PYTHON_GIT_EXECUTABLE", "no-such-git")
    with pytest.raises(GitFailed, match="not installed"):
        sandbox.open()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/docs.git", "docs"),
        ("git@github.com:acme/msp docs.git/", "msp-docs"),
        (r"C:\repos\docs", "docs"),
        ("host:docs", "docs"),
        ("https://host/-.git", "docs"),
        ("", "repo"),
    ],
)
def test_name(sandbox: Sandbox, url: str, name: str) -> None:
    """The repository's name comes from origin, else from its folder, and fits a marker."""
    if url:
        sandbox.git("config", "remote.origin.url", url)
    assert sandbox.open().name == name


def test_no_commit_and_unknown_revision(sandbox: Sandbox) -> None:
    """An empty repository and a wrong --ref are two different mistakes."""
    with pytest.raises(NoCommit):
        sandbox.open().tree()
    with pytest.raises(NoCommit):
        sandbox.open().tree("main")
    sandbox.commit({"a.md": ""})
    for ref in ("nope", "", "--all", "HEAD:a.md", "HEAD\n", "HEAD HEAD", "HEAD..HEAD", "\0"):
        with pytest.raises(UnknownRevision):
            sandbox.open().tree(ref)


def test_tree_at_a_commit(sandbox: Sandbox) -> None:
    """A tree holds what was committed then, with git's blob ids and sizes, below the root only."""
    first = sandbox.commit({"docs/a.md": "one", "outside.md": "", "docs.md": "near miss"})
    sandbox.commit({"docs/a.md": "two", "docs/b/c.md": "three"})
    repository = sandbox.open("docs")
    assert [*repository.tree().entries] == ["a.md", "b/c.md"]
    tree = repository.tree(first)
    assert tree.commit == first
    assert [*tree.read(["a.md"])] == [("a.md", b"one")]
    entry = tree.entries["a.md"]
    assert (entry.blob, entry.size) == (sandbox.git("rev-parse", f"{first}:docs/a.md"), 3)
    assert repository.tree("HEAD~1").commit == first


def test_a_root_that_the_commit_does_not_have(sandbox: Sandbox) -> None:
    """Before the docs folder existed, there were no documents; that is no error."""
    first = sandbox.commit({"a.md": ""})
    sandbox.commit({"docs/a.md": ""})
    assert sandbox.open("docs").tree(first).entries == {}


def test_odd_names(sandbox: Sandbox) -> None:
    """Names with quotes, line breaks and emoji are read at a commit and on disk alike."""
    commit = sandbox.commit({f"d/{name}": name for name in ODD_NAMES})
    repository = sandbox.open("d")
    for tree in (repository.tree(), repository.worktree()):
        assert sorted(tree.entries) == sorted(ODD_NAMES)
        assert dict(tree.read(ODD_NAMES)) == {name: name.encode() for name in ODD_NAMES}
    assert repository.last_commits(commit, ODD_NAMES) == dict.fromkeys(ODD_NAMES, commit)


def test_names_that_are_no_utf8(sandbox: Sandbox) -> None:
    """A Latin-1 name is carried through, undamaged, to where it is reported."""
    Path(os.fsdecode(os.fsencode(sandbox.top) + b"/caf\xe9.md")).write_bytes(b"x")
    sandbox.commit()
    repository = sandbox.open()
    for tree in (repository.tree(), repository.worktree()):
        assert [*tree.read(tree.entries)] == [("caf\udce9.md", b"x")]


def test_many_blobs_are_read_without_a_standstill(sandbox: Sandbox) -> None:
    """More ids and more bytes than any pipe holds; also when the reader leaves early."""
    content = {f"{number:04}.md": b"x" * (number % 500) for number in range(3000)}
    sandbox.commit({**content, "big.md": b"y" * 3_000_000, "empty.md": b""})
    tree = sandbox.open().tree()
    names = [*tree.entries] * 4
    assert sum(len(raw) for _, raw in tree.read(names)) == 4 * sum(
        entry.size or 0 for entry in tree.entries.values()
    )
    early = tree.read(names)
    assert next(early) == ("0000.md", b"")
    del early
    assert [*tree.read([])] == []


def test_symlinks_and_submodules_are_never_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    """They are listed as what they are, at a commit and on disk; reading one is a mistake."""
    other = tmp_path / "other"
    other.mkdir()
    Sandbox(other).git("init", "-q")
    Sandbox(other).commit({"inside.md": ""})
    (sandbox.top / "link.md").symlink_to(other / "inside.md")
    (sandbox.top / "folder").symlink_to(other)
    sandbox.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    sandbox.commit()
    shutil.copytree(other, sandbox.top / "untracked")
    repository = sandbox.open()
    expected = {"link.md": "symlink", "folder": "symlink", "sub": "submodule"}
    at_commit, on_disk = repository.tree(), repository.worktree()
    assert {p: e.kind for p, e in at_commit.entries.items() if e.kind != "file"} == expected
    expected["untracked"] = "submodule"
    assert {p: e.kind for p, e in on_disk.entries.items() if e.kind != "file"} == expected
    with pytest.raises(ValueError, match="symlink"):
        at_commit.read(["link.md"])


def test_work_tree(sandbox: Sandbox) -> None:
    """Edited, new and deleted files count as they are on disk; ignored ones do not."""
    sandbox.commit({"same.md": "same", "edit.md": "old", "gone.md": "", ".gitignore": "*.log"})
    sandbox.write({"edit.md": "new", "new.md": "untracked", "x.log": ""})
    (sandbox.top / "gone.md").unlink()
    repository = sandbox.open()
    tree = repository.worktree()
    assert tree.commit is None
    assert [*tree.entries] == [".gitignore", "edit.md", "new.md", "same.md"]
    assert tree.entries["same.md"] == repository.tree().entries["same.md"]
    assert dict(tree.read(["edit.md", "new.md"])) == {"edit.md": b"new", "new.md": b"untracked"}


def test_work_tree_hashes_as_git_does(tmp_path: Path) -> None:
    """Blob ids on disk equal git's own, in SHA-256 repositories too."""
    Sandbox(tmp_path).git("init", "-q", "--object-format=sha256", "s")
    sandbox = Sandbox(tmp_path / "s")
    sandbox.commit({"a.md": "text\n", "e.md": ""})
    repository = sandbox.open()
    assert repository.worktree().entries == repository.tree().entries
    assert [*repository.tree().read(["a.md"])] == [("a.md", b"text\n")]


def test_work_tree_behind_a_symlink(sandbox: Sandbox, tmp_path: Path) -> None:
    """A tracked folder replaced by a symlink holds nothing: git sees its files as deleted."""
    sandbox.commit({"d/a.md": "mine", "e.md": ""})
    repository = sandbox.open()
    before = repository.worktree()
    shutil.move(sandbox.top / "d", tmp_path / "elsewhere")
    (sandbox.top / "d").symlink_to(tmp_path / "elsewhere")
    assert [*repository.worktree().entries] == ["d", "e.md"]
    (sandbox.top / "e.md").unlink()
    (sandbox.top / "e.md").symlink_to("/etc/passwd")
    with pytest.raises(GitFailed):
        [*before.read(["e.md"])]


def test_work_tree_of_a_sparse_checkout_is_refused(sandbox: Sandbox) -> None:
    """What a sparse checkout leaves out must not look deleted."""
    sandbox.commit({"a/a.md": "", "b/b.md": ""})
    sandbox.git("sparse-checkout", "set", "a")
    with pytest.raises(GitFailed, match="sparse"):
        sandbox.open().worktree()


def test_last_commits(sandbox: Sandbox) -> None:
    """Each path gets the commit that touched it last, merges with own changes included."""
    first = sandbox.commit({"d/a.md": "a", "d/b.md": "b", "other.md": ""})
    sandbox.git("switch", "-q", "-c", "side")
    side = sandbox.commit({"d/c.md": "c"})
    sandbox.git("switch", "-q", "main")
    sandbox.commit({"other.md": "x"})
    sandbox.git("merge", "-q", "--no-commit", "side")
    merge = sandbox.commit({"d/b.md": "changed while merging"})
    for setting in ("log.follow", "log.showSignature", "diff.relative"):
        sandbox.git("config", setting, "true")
    found = sandbox.open("d").last_commits(merge, ["a.md", "b.md", "c.md", "never.md"])
    assert found == {"a.md": first, "b.md": merge, "c.md": side}
    assert sandbox.open().last_commits(merge, []) == {}


def test_last_commits_of_a_shallow_clone(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where history was cut off, no commit is named rather than a wrong one."""
    sandbox.commit({"old.md": ""})
    sandbox.commit({"middle.md": ""})
    last = sandbox.commit({"new.md": ""})
    Sandbox(tmp_path).git("clone", "-q", "--depth=2", sandbox.top.as_uri(), "clone")
    clone = Sandbox(tmp_path / "clone").open()
    assert clone.last_commits(last, ["old.md", "new.md"]) == {"new.md": last}


def test_renames(sandbox: Sandbox) -> None:
    """A moved and slightly edited file is followed; an unknown old commit follows nothing."""
    text = "".join(f"line {number}\n" for number in range(50))
    old = sandbox.commit({"d/a.md": text, "d/b.md": "b" * 50})
    sandbox.git("mv", "d/a.md", "d/new.md")
    new = sandbox.commit({"d/new.md": text + "more\n", "d/b.md": "b"})
    repository = sandbox.open("d")
    assert repository.renames(old, new) == {"new.md": "a.md"}
    for unknown in ("0" * 40, "--output=x", "HEAD", ""):
        assert repository.renames(unknown, new) == {}


def test_redirecting_variables_do_not_count(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside a git hook of another repository, --repo still decides; the variables stay set."""
    sandbox.commit({"a.md": ""})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nothing"))
    monkeypatch.setenv("GIT_ICASE_PATHSPECS", "1")
    repository = sandbox.open()
    assert [*repository.tree().entries] == [*repository.worktree().entries] == ["a.md"]
    assert os.environ["GIT_DIR"] == str(tmp_path / "nowhere")


def test_a_missing_blob_is_an_error(sandbox: Sandbox) -> None:
    """A damaged repository is reported, not read as empty."""
    sandbox.commit({"a.md": "x"})
    tree = sandbox.open().tree()
    blob = tree.entries["a.md"].blob
    (sandbox.top / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitFailed, match="missing"):
        [*tree.read(["a.md"])]
