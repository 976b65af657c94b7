"""One comment an instance on the pull request, on each host, against its API on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hosts_doubles import Fake, environment, served

from publisher.cli.failures import exit_code, explain
from publisher.cli.main import group
from publisher.errors import HostOutOfReach, HostRefused, NoPullRequest, NoToken
from publisher.hosts.comment import find_host, put_comment
from publisher.model import Organization
from publisher.plan import Action, Plan

MARKER = "<!-- publisher-plan: production -->"
KINDS = ("github", "gitlab", "azure")


@pytest.fixture(params=KINDS)
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    with served(Fake(request.param)) as running:
        yield running


@pytest.fixture
def environ(fake: Fake, tmp_path: Path) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"number": 12, "pull_request": {"number": 12}}))
    return environment(fake, str(event))


def test_the_comment_is_added_once_and_updated_in_place(
    fake: Fake, environ: dict[str, str]
) -> None:
    """A second run changes it; a third with the same plan writes nothing."""
    fake.comments[500] = "A colleague's own words."
    host = find_host(environ)
    assert put_comment(host, MARKER, f"{MARKER}\none") == "added"
    assert put_comment(host, MARKER, f"{MARKER}\ntwo\n") == "updated"
    before = len(fake.requests)
    assert put_comment(host, MARKER, f"{MARKER}\ntwo\n") == "unchanged"
    assert [line.split()[0] for line in fake.requests[before:]] == ["GET"]
    assert list(fake.comments.values()) == ["A colleague's own words.", f"{MARKER}\ntwo\n"]


def test_each_instance_has_its_own_comment(fake: Fake, environ: dict[str, str]) -> None:
    """Two accounts, two comments; a comment that only quotes a marker is nobody's."""
    fake.comments[500] = f"> {MARKER}\n\nWhat is this?"
    host = find_host(environ)
    other = "<!-- publisher-plan: test -->"
    assert put_comment(host, MARKER, MARKER + "\na") == "added"
    assert put_comment(host, other, other + "\nb") == "added"
    assert len(fake.comments) == 3


@pytest.mark.parametrize("fake", ["github", "gitlab"], indirect=True)
def test_a_comment_on_a_later_page_is_found(fake: Fake, environ: dict[str, str]) -> None:
    """A pull request with hundreds of comments still has one of ours."""
    fake.comments |= {number: f"comment {number}" for number in range(1, 251)}
    fake.comments[300] = f"{MARKER}\nold"
    assert put_comment(find_host(environ), MARKER, f"{MARKER}\nnew") == "updated"
    assert fake.comments[300].endswith("new")
    assert len([line for line in fake.requests if line.startswith("GET")]) == 3


def test_a_refusal_is_explained_without_the_token(fake: Fake, environ: dict[str, str]) -> None:
    """Wrong token: what to look at, and not a letter of it."""
    wrong = {name: "wr0ng" if "TOKEN" in name else value for name, value in environ.items()}
    with pytest.raises(HostRefused) as caught:
        put_comment(find_host(wrong), MARKER, MARKER)
    words = explain(caught.value)
    assert "wr0ng" not in words + repr(caught.value)
    assert "refuses GET" in words
    assert exit_code(caught.value) == 1


def test_a_failing_host_is_out_of_reach(fake: Fake, environ: dict[str, str]) -> None:
    """5xx: try again later, exit code 5."""
    fake.status = 503
    with pytest.raises(HostOutOfReach) as caught:
        put_comment(find_host(environ), MARKER, MARKER)
    assert exit_code(caught.value) == 5
    assert "503" in explain(caught.value)


def test_a_missing_token_says_how_to_have_one(fake: Fake, environ: dict[str, str]) -> None:
    """The variable's name, and the line that sets it."""
    without = {name: value for name, value in environ.items() if "TOKEN" not in name}
    with pytest.raises(NoToken) as caught:
        find_host(without | {"CI_JOB_TOKEN": "job"})
    assert "TOKEN is not set" in explain(caught.value)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "a/b", "GITHUB_EVENT_NAME": "push"},
        {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "a/b", "GITHUB_EVENT_PATH": "/nowhere"},
        {"GITLAB_CI": "true", "CI_PROJECT_ID": "1"},
        {"TF_BUILD": "True"},
        {"TF_BUILD": "True", "BUILD_REPOSITORY_PROVIDER": "GitHub"},
    ],
    ids=["no pipeline", "push", "no event", "branch pipeline", "azure push", "azure on github"],
)
def test_no_pull_request_is_said(environ: dict[str, str]) -> None:
    """What is missing, in words."""
    with pytest.raises(NoPullRequest) as caught:
        find_host(environ)
    assert len(explain(caught.value)) > 40


def test_a_token_never_travels_in_the_open() -> None:
    """A host's API that is neither https nor loopback is refused before anything is sent."""
    environ = environment(Fake("gitlab", url="http://gitlab.acme.test/api/v4"))
    with pytest.raises(Exception, match="no https URL"):
        find_host(environ)


# The command


@pytest.fixture
def planfile(tmp_path: Path) -> Path:
    acme = Organization("1", "Acme Corp")
    action = Action("create", "a@1", "a.md", acme, "2", "SOP", None, "A", ("new document",))
    plan = Plan("production", "https://api.itglue.com", "c" * 40, (action,), (), 3, 0, (), 3)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan.as_json()))
    return file


def test_comment_posts_a_plan_file(
    fake: Fake, environ: dict[str, str], planfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the plan file alone; the body begins with the hidden marker."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(group, ["--repo", str(planfile.parent), "comment", str(planfile)])
    assert (done.exit_code, done.output.split(":")[0]) == (0, "added")
    (body,) = fake.comments.values()
    assert body.startswith(f"{MARKER}\n## Publishing to production: 1 change")
    assert fake.token not in done.output


def test_a_dry_run_prints_and_sends_nothing(planfile: Path, tmp_path: Path) -> None:
    """Also without any pipeline; a body of one's own gets the marker."""
    body = tmp_path / "plan.md"
    body.write_text("Look at this.\n")
    words = ["comment", str(planfile), "--dry-run", "--body", str(body)]
    done = CliRunner().invoke(group, words)
    assert (done.exit_code, done.output) == (0, f"{MARKER}\nLook at this.\n")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format_version": 1}', '{"format_version": 2}'])
def test_what_is_no_plan_is_said(text: str, tmp_path: Path) -> None:
    """Exit code 1 and a sentence, no traceback."""
    file = tmp_path / "plan.json"
    file.write_text(text)
    done = CliRunner().invoke(group, ["comment", str(file), "--dry-run"])
    assert done.exit_code == 1
    assert "plan" in done.output
