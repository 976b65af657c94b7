"""What the URL of a Git remote says: which host it is, and where that shows a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

Kind = Literal["github", "gitlab", "azure"]

_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>[^:/\s]+):(?P<path>[^/].*)")


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository on one of the hosts that are known."""

    kind: Kind
    web: str
    """Where people look at it; without user name or token."""

    def file(self, path: str, commit: str) -> str:
        """The page that shows *path* (from the top of the work tree) at *commit*."""
        if self.kind == "azure":
            return f"{self.web}?path={quote('/' + path, safe='')}&version=GC{commit}"
        blob = "/-/blob/" if self.kind == "gitlab" else "/blob/"
        return f"{self.web}{blob}{commit}/{quote(path)}"


def parse_remote(url: str, environ: Mapping[str, str] = os.environ) -> Remote | None:
    """Tell the host by a remote's URL; None for one that is not known.

    GitHub Enterprise and GitLab servers of one's own are known by their name, or by what the
    pipeline that runs there says of itself (``GITHUB_SERVER_URL``, ``CI_SERVER_URL``).
    """
    host, path = _parted(url.strip())
    if not host or not path:
        return None
    if host.endswith((".visualstudio.com", "dev.azure.com")):
        return _azure(host, path)
    kind = _kind(host, environ)
    return Remote(kind, f"https://{host}/{quote(unquote(path))}") if kind else None


def _parted(url: str) -> tuple[str, str]:
    """Host (with a port, over HTTP) and path without ``.git``."""
    if "://" in url:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http", "ssh", "git"):
            return "", ""
        web = parts.scheme in ("https", "http") and parts.port
        host = f"{parts.hostname}:{parts.port}" if web else parts.hostname or ""
        path = parts.path
    else:
        found = _SCP.fullmatch(url)
        host, path = (found["host"], found["path"]) if found else ("", "")
    return host.lower(), path.strip("/").removesuffix(".git")


def _kind(host: str, environ: Mapping[str, str]) -> Kind | None:
    names: dict[Kind, str] = {"github": "GITHUB_SERVER_URL", "gitlab": "CI_SERVER_URL"}
    for kind, variable in names.items():
        if kind in host or host == urlsplit(environ.get(variable, "")).netloc.lower():
            return kind
    return None


def _azure(host: str, path: str) -> Remote | None:
    """``dev.azure.com/ORG/PROJECT/_git/REPO``, over ssh ``v3/ORG/PROJECT/REPO``."""
    parts = [unquote(part) for part in path.split("/")]
    if parts[0] == "v3" and len(parts) == 4:
        organization, project, name = parts[1:]
    elif "_git" in parts[:-1]:
        before, name = parts[: parts.index("_git")], parts[parts.index("_git") + 1]
        organization = host.split(".")[0] if host.endswith(".visualstudio.com") else before.pop(0)
        before = [part for part in before if part != "DefaultCollection"]
        project = before[0] if before else name
    else:
        return None
    return Remote(
        "azure",
        f"https://dev.azure.com/{quote(organization)}/{quote(project)}/_git/{quote(name)}",
    )
