"""publisher.toml: what is taken, and what is refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.config import (
    Config,
    Instance,
    check_url,
    choose_instance,
    choose_settings,
    load,
    state_url,
)
from publisher.errors import BadConfig


def read(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "publisher.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    """The ones that the contract names."""
    config = read(tmp_path, "")
    assert (config.publish.instance, config.publish.on_delete) == ("local", "archive")
    assert (config.publish.max_deletes, config.publish.max_change_percent) == (10, 30)
    assert config.docs.include == ("**/*.md",)
    assert config.instance("local").settle_seconds == 240


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("[docs]\nincldue = []\n", 2, "unknown setting docs.incldue"),
        ('[publish]\n\non_drift = "shout"\n', 3, "publish.on_drift"),
        ("[publish]\nmax_deletes = -1\n", 2, "publish.max_deletes"),
        ("[[defaults]]\norg = 'x'\n", 1, "has no `path`"),
        ("[instances.p]\nregion = 'us'\nbase_url = 'https://x.example'\n", 1, "both a region"),
        ("[docs\n", 1, "not valid TOML"),
        ("\n[instances.simulator]\nregion = 'us'\n", 2, "can be called 'simulator'"),
        ("[instances.'a/b']\nregion = 'us'\n", 1, "can be called 'a/b'"),
        ("[docs]\nid = 'has space'\n", 2, "docs.id"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    """File, line, and what is wrong there."""
    with pytest.raises(BadConfig) as caught:
        read(tmp_path, text)
    assert caught.value.place == f"{tmp_path / 'publisher.toml'}:{line}"
    assert problem in caught.value.problem


def test_an_unknown_instance_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    """Or with all there are."""
    config = read(tmp_path, "[instances.production]\nregion = 'eu'\n")
    assert config.instance("production").url == "https://api.eu.itglue.com"
    with pytest.raises(BadConfig) as caught:
        config.instance("prodution")
    assert caught.value.hint == "did you mean production?"


def test_a_name_that_the_local_instance_needs_is_refused_wherever_it_comes_from() -> None:
    """Its state would be the file in which the embedded IT Glue lies."""
    with pytest.raises(BadConfig) as caught:
        choose_settings("Simulator", Config(), {"ITGLUE_BASE_URL": "https://x.example"})
    assert "take another name" in caught.value.hint


@pytest.mark.parametrize("url", ["https://x.example", "http://127.0.0.1:1", "http://[::1]:80/a"])
def test_https_or_loopback_is_taken(url: str) -> None:
    """Without a slash at the end."""
    assert check_url(url + "/", "here") == url


@pytest.mark.parametrize(
    "url",
    ["http://x.example", "ftp://x", "x.example", "https://u:p@x.example", "https://x/?a=1", ""],
)
def test_any_other_url_is_refused(url: str) -> None:
    """A key never travels in the clear, and never in a URL."""
    with pytest.raises(BadConfig):
        check_url(url, "here")


def test_flag_before_environment_before_file_before_default(tmp_path: Path) -> None:
    """The order that the contract gives."""
    config = read(
        tmp_path, "[publish]\ninstance = 'file'\n[state]\nurl = 'sqlite:///s/{instance}'\n"
    )
    assert choose_instance("flag", config, {"PUBLISHER_INSTANCE": "env"}) == "flag"
    assert choose_instance(None, config, {"PUBLISHER_INSTANCE": "env"}) == "env"
    assert choose_instance(None, config, {}) == "file"
    assert choose_instance(None, Config(), {}) == "local"
    assert state_url("x", config, {}) == "sqlite:///s/x"
    assert state_url("x", config, {"PUBLISHER_STATE": "sqlite:///e"}) == "sqlite:///e"


@pytest.mark.parametrize(
    ("share", "requests"), [(1, 3000), (0.25, 750), (0.0001, 1)], ids=["all", "a part", "one"]
)
def test_a_share_of_the_budget_is_never_nothing(share: float, requests: int) -> None:
    """And never more than the account has."""
    budget = Instance(budget_share=share).budget
    assert (budget.requests, budget.seconds) == (requests, 300)
    for wrong in (0, 1.5, -1):
        with pytest.raises(ValueError, match="budget_share"):
            Instance(budget_share=wrong)


@pytest.mark.parametrize("wrong", [0, 51])
def test_fifty_at_once_at_most(wrong: int) -> None:
    """Of assets in one request."""
    with pytest.raises(ValueError, match="bulk_size"):
        Instance(bulk_size=wrong)
