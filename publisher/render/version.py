"""What the renderer is, to be told without loading it: a plan of nothing new renders nothing."""

from __future__ import annotations

from importlib.metadata import version

_VERSION = 2
"""Goes up whenever the same document would come out differently."""

RENDERER = "/".join(
    [f"publisher-{_VERSION}"]
    + [f"{name}-{version(name)}" for name in ("markdown", "pymdown-extensions", "nh3", "pygments")]
)
"""Identity of the renderer: same body, same RENDERER, same HTML."""
