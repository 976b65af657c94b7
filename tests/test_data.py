"""Packaged data is found in a checkout and in an installed wheel alike."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher import data

TOP = Path(__file__).resolve().parents[1]

FOLDERS = [
    pytest.param(data.templates, "templates", id="templates"),
    pytest.param(data.example_docs, "example-docs", id="example-docs"),
]
Finder = Callable[..., Path]


@pytest.mark.parametrize(("find", "name"), FOLDERS)
def test_a_checkout_has_it_beside_the_package(find: Finder, name: str, tmp_path: Path) -> None:
    """Without packaged data, the top-level folder of the checkout is taken."""
    folder = tmp_path / name
    folder.mkdir()
    assert find(tmp_path / "publisher") == folder


@pytest.mark.parametrize(("find", "name"), FOLDERS)
def test_a_wheel_has_it_inside(find: Finder, name: str, tmp_path: Path) -> None:
    """Packaged data wins over a folder of the same name that somebody left in site-packages."""
    (tmp_path / name).mkdir()
    packaged = tmp_path / "publisher" / "_data" / name
    packaged.mkdir(parents=True)
    assert find(tmp_path / "publisher") == packaged


@pytest.mark.parametrize(("find", "name"), FOLDERS)
def test_an_incomplete_installation_is_named(find: Finder, name: str, tmp_path: Path) -> None:
    """When neither place has it, the error says what was looked for, and where."""
    (tmp_path / name).write_text("a file, no folder")
    with pytest.raises(FileNotFoundError, match=f"{name} is neither at .*_data"):
        find(tmp_path / "publisher")


@pytest.mark.parametrize(("find", "name"), FOLDERS)
def test_it_is_found_here(find: Finder, name: str) -> None:
    """The folders that this very installation uses exist and hold something."""
    folder = find()
    assert folder.name == name
    assert any(folder.iterdir())


@pytest.mark.parametrize(("find", "name"), FOLDERS)
def test_the_build_puts_it_where_it_is_looked_for(find: Finder, name: str) -> None:
    """pyproject.toml packs the folder to exactly the place that an installed wheel is asked for."""
    pyproject = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    packed = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert packed[name] == f"publisher/_data/{name}"
