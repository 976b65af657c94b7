"""publisher.toml and the environment -> one frozen Config. Holds no secret: keys live elsewhere."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from publisher.errors import BadConfig

FILE_NAME = "publisher.toml"
LOCAL = "local"
"""The built-in instance: the embedded IT Glue simulator."""
RESERVED = "simulator"
"""No instance's name: the local one is kept in .publisher/simulator.db, where a state would lie."""

REGIONS = {
    "us": "https://api.itglue.com",
    "eu": "https://api.eu.itglue.com",
    "au": "https://api.au.itglue.com",
}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Docs(_Table):
    """``[docs]``: which files of the repository are looked at."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] | None = Field(
        None, description="This repository's name inside the markers; `publisher init` writes one."
    )
    include: tuple[str, ...] = Field(
        ("**/*.md",), description="Globs of documents, relative to this file."
    )
    exclude: tuple[str, ...] = Field(
        ("**/README.md",), description="Globs of files that are no documents."
    )
    ignore_keys: tuple[str, ...] = Field(
        (), description="Foreign frontmatter keys (Hugo's, Jekyll's) that give no warning."
    )
    web_view: Annotated[str, Field(pattern=r"^(https://[^{}\s]*\{path\}[^{}\s]*)?$")] = Field(
        "",
        description="Where the Git host shows a file, as https://git.example/docs/blob/main/{path}:"
        " links to files that are no documents lead there, instead of attaching them.",
    )


class Publish(_Table):
    """``[publish]``: what happens to assets."""

    instance: str = Field(LOCAL, description="The instance used when none is named.")
    on_delete: Literal["archive", "delete", "keep"] = Field(
        "archive", description="What becomes of an asset whose document is gone."
    )
    on_drift: Literal["keep", "overwrite", "refuse"] = Field(
        "keep", description="What becomes of a colleague's edit in IT Glue."
    )
    max_deletes: int = Field(10, ge=0, description="Refuse to remove more assets than this.")
    max_change_percent: int = Field(
        30, ge=0, le=100, description="Refuse to change a larger share of the known targets."
    )


class RateLimit(_Table):
    """At most *requests* in any window of *seconds*."""

    requests: int = Field(3000, ge=1)
    seconds: float = Field(300, gt=0)


class Instance(_Table):
    """``[instances.NAME]``: one IT Glue account."""

    region: Literal["us", "eu", "au"] | None = None
    base_url: str | None = Field(None, description="Instead of a region; https but for loopback.")
    rate_limit: RateLimit = RateLimit()
    budget_share: float = Field(
        1.0,
        gt=0,
        le=1,
        description="The part of the rate limit that runs with this state may use, where others"
        " that publish to the same account have a state of their own.",
    )
    concurrency: int = Field(8, ge=1, le=16, description="Requests in flight at most.")
    settle_seconds: float = Field(
        240, ge=0, description="How long a create with an unknown outcome is given to appear."
    )
    bulk_size: int = Field(
        1, ge=1, le=50, description="Flexible assets that one request creates, changes or deletes."
    )
    marker: str = Field(
        "publisher-key",
        description="The trait that carries the key, where a type has it; else the body does.",
    )

    @property
    def budget(self) -> RateLimit:
        """The part of the rate limit that may be used, never less than one request."""
        limit = self.rate_limit
        return RateLimit(
            requests=max(1, int(limit.requests * self.budget_share)), seconds=limit.seconds
        )

    @property
    def url(self) -> str:
        return self.base_url or REGIONS[self.region or "us"]


class State(_Table):
    """``[state]``: where the state lies."""

    url: str = Field(
        "sqlite:///.publisher/{instance}.db",
        description="sqlite:///PATH (relative to this file) or postgresql://…",
    )


class Secrets(_Table):
    """``[secrets]``: what looks for passwords and keys in documents, before they are sent."""

    scanner: Literal["own", "kingfisher"] = Field(
        "own",
        description="own: the rules for what runbooks hold. kingfisher: these and Kingfisher's, for"
        " the keys of some hundred services; needs the extra `secrets`.",
    )


class Config(_Table):
    """The whole of publisher.toml."""

    docs: Docs = Docs()
    defaults: tuple[dict[str, Any], ...] = Field(
        (), description="Frontmatter for a part of the tree: `path` (a glob) and any keys."
    )
    publish: Publish = Publish()
    instances: dict[str, Instance] = Field(default_factory=dict)
    state: State = State()
    secrets: Secrets = Secrets()

    def instance(self, name: str) -> Instance:
        """The settings of one instance.

        Raises:
            BadConfig: no instance has that name.
        """
        if name in self.instances:
            return self.instances[name]
        if name == LOCAL:
            return Instance()
        known = sorted({LOCAL, *self.instances})
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known ones: {', '.join(known)}"
        raise BadConfig(name, f"no instance is called {name!r}", hint)


def load(path: Path) -> Config:
    """Read *path* (a publisher.toml).

    Raises:
        BadConfig: it is no TOML, or holds something unknown; the place is ``file:line``.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(str(path), f"cannot be read: {error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f"{path}:{line[1]}" if line else str(path)
        raise BadConfig(place, f"not valid TOML: {error}") from error
    return parse(data, text, str(path))


def parse(data: Mapping[str, Any], text: str, place: str) -> Config:
    """Turn TOML data into a Config; *text* serves to find the line of what is wrong."""
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        names = [str(part) for part in first["loc"]]
        line = _line_of(text, names)
        where = f"{place}:{line}" if line else place
        raise BadConfig(where, _problem(first, names), _hint(first, names)) from None
    for number, entry in enumerate(config.defaults, 1):
        if not isinstance(entry.get("path"), str):
            where = f"{place}:{_line_of(text, ['[[defaults]]']) or 1}"
            raise BadConfig(where, f"[[defaults]] number {number} has no `path` (a glob)")
    for name, instance in config.instances.items():
        where = f"{place}:{_line_of(text, ['instances', name]) or 1}"
        check_name(name, where)
        if instance.region and instance.base_url:
            raise BadConfig(where, f"instance {name!r} has both a region and a base_url")
        check_url(instance.url, f"{place}: instances.{name}")
    return config


def check_name(name: str, place: str) -> None:
    """Refuse a *name* that cannot be the name of an instance's files.

    Raises:
        BadConfig: it is empty, reserved, or holds what separates folders.
    """
    if name.casefold() == RESERVED:
        hint = f"the local instance's own data lies in .publisher/{RESERVED}.db: take another name"
        raise BadConfig(place, f"no instance can be called {name!r}", hint)
    if not name or re.search(r"[/\\\0]", name):
        hint = "its files are named after it: letters, digits, - and _ will do"
        raise BadConfig(place, f"no instance can be called {name!r}", hint)


def check_url(url: str, place: str) -> str:
    """Return *url* without a trailing slash, if it is https, or http on loopback.

    Raises:
        BadConfig: it is something else, or carries a user name, query or fragment.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not secure or not parts.hostname:
        raise BadConfig(place, f"{url!r} is no https URL", "http is taken on loopback alone")
    if parts.username or parts.query or parts.fragment:
        raise BadConfig(place, "a base URL has no user name, query or fragment")
    return url.rstrip("/")


def choose_instance(
    flag: str | None, config: Config, environ: Mapping[str, str] = os.environ
) -> str:
    """Flag, environment, file, default, in this order."""
    return flag or environ.get("PUBLISHER_INSTANCE") or config.publish.instance


def choose_settings(
    flag: str | None, config: Config, environ: Mapping[str, str] = os.environ
) -> tuple[str, Instance]:
    """The instance that is meant, and its settings.

    Raises:
        BadConfig: nobody knows it, or it cannot be one. With ITGLUE_BASE_URL set, any other will
            do.
    """
    name = choose_instance(flag, config, environ)
    check_name(name, "instance")
    if name not in config.instances and name != LOCAL and environ.get("ITGLUE_BASE_URL"):
        return name, Instance()
    return name, config.instance(name)


def state_url(name: str, config: Config, environ: Mapping[str, str] = os.environ) -> str:
    """The state's URL for the instance *name*; ``{instance}`` is filled in."""
    return (environ.get("PUBLISHER_STATE") or config.state.url).replace("{instance}", name)


def _line_of(text: str, names: list[str]) -> int | None:
    """The line on which the last of *names* is written, as far as a text search can tell."""
    for name in reversed(names):
        found = re.search(rf"^.*(?<![\w-]){re.escape(name)}(?![\w-])", text, re.MULTILINE)
        if found:
            return text.count("\n", 0, found.start()) + 1
    return None


def _problem(error: Any, names: list[str]) -> str:
    dotted = ".".join(names)
    if error["type"] == "extra_forbidden":
        return f"unknown setting {dotted}"
    return f"{dotted}: {str(error['msg']).lower()}"


def _hint(error: Any, names: list[str]) -> str:
    if error["type"] != "extra_forbidden":
        return ""
    tables: dict[str, type[BaseModel]] = {
        "docs": Docs, "publish": Publish, "state": State, "secrets": Secrets,
        "instances": Instance,
    }  # fmt: skip
    table = tables.get(names[0], Config) if len(names) > 1 else Config
    near = difflib.get_close_matches(names[-1], table.model_fields, 1)
    return f"did you mean {near[0]}?" if near else f"known ones: {', '.join(table.model_fields)}"
