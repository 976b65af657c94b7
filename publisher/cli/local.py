"""The `local` instance: the embedded IT Glue simulator, kept in a file beside publisher.toml."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.config import FILE_NAME
from publisher.data import example_docs
from publisher.errors import BadConfig
from publisher.state.folder import make_folder

if TYPE_CHECKING:
    import httpx

    from publisher.cli.context import Context
    from publisher.simulator import Site

PORT = 8090
BASE_URL = f"http://127.0.0.1:{PORT}"
"""Where `publisher simulator serve` answers; the local instance's links lead there."""
SEED = "simulator.yaml"


def local_database(context: Context) -> Path:
    """The file that holds the local instance of the docs repository at hand."""
    from publisher.source.git import find_root

    return database_in(find_root(context.repo, context.config))


def database_in(root: Path) -> Path:
    return root / ".publisher" / "simulator.db"


def open_local(root: Path) -> tuple[Site, httpx.AsyncBaseTransport]:
    """Open (and at first fill) the local instance of the docs root *root*."""
    import httpx

    from publisher.simulator import create_app

    site = open_site(root)
    return site, httpx.ASGITransport(create_app(site))


def open_site(root: Path) -> Site:
    """The local instance's simulator; a new one gets organizations and types to start with.

    Raises:
        BadConfig: its file is none of the simulator's, damaged, or cannot be written.
    """
    from publisher.simulator import Site

    path = database_in(root)
    fresh = not path.exists()
    try:
        make_folder(path.parent)
        site = Site.open(path)
    except (OSError, ValueError, sqlite3.Error) as error:
        raise BadConfig(
            str(path), f"the local instance cannot be opened ({error})", _HINT
        ) from error
    if fresh:
        _fill(site, root, path)
    return site


def _fill(site: Site, root: Path, path: Path) -> None:
    """Load the seed; a site that could not be filled is taken away again."""
    from publisher.simulator import load_seed
    from publisher.simulator.errors import ApiError

    try:
        load_seed(site, seed_for(root))
    except BaseException as error:
        site.close()
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        if not isinstance(error, ValueError | KeyError | AttributeError | TypeError | ApiError):
            raise
        problem = f"is no seed: {error.body if isinstance(error, ApiError) else error}"
        raise BadConfig(str(root / SEED), problem) from error


_HINT = (
    "See that you may write there and that there is room. If the file is damaged, move all of "
    ".publisher away: the next apply makes a new local instance and publishes everything to it."
)


def seed_for(root: Path) -> dict[str, Any]:
    """What a new local instance holds: the docs repository's own seed, else the example's."""
    home = root if (root / SEED).is_file() else example_docs()
    seed = _yaml(home / SEED)
    # The example's types always come along, so that `publisher init`'s sample can be published.
    files = {path.name: path for path in sorted((example_docs() / "types").glob("*.yaml"))}
    files |= {path.name: path for path in sorted((root / "types").glob("*.yaml"))}
    types = [_yaml(path) for path in files.values()] + list(seed.get("types") or ())
    return {"organizations": []} | seed | {"types": types}


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadConfig(str(path), f"cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise BadConfig(str(path), "holds no YAML mapping")
    return data


def is_docs_root(folder: Path) -> bool:
    return (folder / FILE_NAME).is_file()
