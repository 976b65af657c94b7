"""Makes a folder a Git repository: for the demo and for nothing else."""

from __future__ import annotations

from pathlib import Path

from publisher.source.driver import Driver

_IDENTITY = ("-c", "user.name=publisher", "-c", "user.email=publisher@localhost")


def create_repository(folder: Path, message: str) -> None:
    """Turn *folder* into a repository with one commit of all that is in it.

    Raises:
        GitFailed: git says no.
    """
    driver = Driver(folder)
    driver.run("init", "--quiet")
    driver.run("add", "--all")
    driver.run(*_IDENTITY, "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", message)
