"""The one comment of an instance on a pull request: found by its marker, updated in place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from publisher.errors import NoPullRequest
from publisher.hosts import azure, github, gitlab
from publisher.hosts.host import Host

Done = Literal["added", "updated", "unchanged"]


def find_host(environ: Mapping[str, str] = os.environ) -> Host:
    """The pull request that this pipeline runs for, on whichever host that is.

    Raises:
        NoPullRequest: it runs for none, or this is no pipeline.
        NoToken: the host's token is not in the environment.
    """
    for module in (github, gitlab, azure):
        host: Host | None = module.from_environment(environ)
        if host is not None:
            return host
    raise NoPullRequest


def put_comment(host: Host, marker: str, body: str) -> Done:
    """Make *body*, which begins with *marker*, the pull request's comment of that marker.

    Only a comment that begins with the marker is taken for ours: one that quotes it is not.

    Raises:
        HostRefused, HostOutOfReach: the host does not let us, or cannot be reached.
    """
    mine = next((found for found in host.comments() if found.body.startswith(marker)), None)
    if mine is None:
        host.create(body)
        return "added"
    # Hosts give bodies back with other line ends, or without the last one.
    if mine.body.replace("\r\n", "\n").rstrip() == body.rstrip():
        return "unchanged"
    host.update(mine, body)
    return "updated"
