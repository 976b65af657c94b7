"""Where the data that comes with the package lies: the templates and the example documents.

In a checkout both are top-level folders beside the package; in an installed wheel the build puts
them into ``publisher/_data/`` (``force-include`` in pyproject.toml). Nothing else looks for them.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def templates(package: Path = PACKAGE) -> Path:
    """The folder of Markdown templates for `publisher new`, with their asset types in ``types/``.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    return _folder("templates", package)


def example_docs(package: Path = PACKAGE) -> Path:
    """The docs repo of an invented MSP, which `publisher demo` publishes.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    return _folder("example-docs", package)


def _folder(name: str, package: Path) -> Path:
    # A wheel's own folder comes first: beside an installed package lies site-packages, where any
    # other distribution may have left a `templates` of its own.
    places = package / "_data" / name, package.parent / name
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"{name} is neither at {places[0]} nor at {places[1]}")
