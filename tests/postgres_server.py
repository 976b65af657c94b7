"""A throw-away PostgreSQL server: a cluster of its own in a temporary folder, no TCP port."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

OWNER = "postgres"
"""The server refuses to run as root, so root runs it as the user that Debian's package makes."""


def server_programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``: the newest of Debian's, else what is on PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parts[-3]),
    )
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


@contextlib.contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """Run a server; yield the URL of its one database."""
    with tempfile.TemporaryDirectory(prefix="publisher-postgres-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER, OWNER)
        cluster, quick = (
            folder / "data",
            "-c fsync=off -c listen_addresses='' -c max_connections=20",
        )
        _run(programs / "initdb", "-D", cluster, "-U", OWNER, "-A", "trust", "-E", "UTF8", "-N")
        options = f"{quick} -k {folder}"
        log = folder / "log"
        _run(programs / "pg_ctl", "start", "-w", "-D", cluster, "-l", log, "-o", options)
        try:
            yield f"postgresql://{OWNER}@/postgres?host={folder}"
        finally:
            _run(programs / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", cluster)


def _run(program: Path, *words: str | Path) -> None:
    as_owner = {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [program, *words],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **as_owner,  # type: ignore[call-overload]  # its overloads do not know a dict
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stdout}")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database that lives as long as the tests do; skips where no server is installed."""
    programs = server_programs()
    if programs is None:
        pytest.skip(
            "no PostgreSQL server is installed (Debian, Ubuntu: apt-get install postgresql)"
        )
    pytest.importorskip("psycopg", reason="psycopg is not installed (the extra `postgres`)")
    with postgres(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def state_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a state lies: the same tests run over both stores."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
