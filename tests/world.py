"""A small world to publish in: a real Git repository, a real state, the embedded IT Glue.

Everything is what production uses; only the connection is in process, and time can be turned.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import subprocess
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from publisher.apply.publish import publish
from publisher.apply.result import Result
from publisher.check import run as check
from publisher.config import Instance
from publisher.gather.project import open_project
from publisher.gather.session import Options, Planned, Session
from publisher.itglue import ITGlue, RateLimit, Secret
from publisher.plan import Plan, Policy
from publisher.plan.model import Action
from publisher.simulator import Site, Switches, create_app, load_seed
from publisher.state import Store, open_store

BASE_URL = "http://127.0.0.1:8090"
SEED: dict[str, Any] = {
    "organizations": [
        {"name": "Acme Corp", "short_name": "ACME"},
        {"name": "Baker, Stone & Partners", "short_name": "BSP"},
        {"name": "Internal", "short_name": "INT"},
    ],
    "types": [
        {
            "name": "SOP",
            "fields": [
                {"name": "Title", "kind": "Text", "required": True, "use_for_title": True},
                {"name": "Category", "kind": "Select", "options": ["Patching", "Backup"]},
                {"name": "Body", "kind": "Textbox"},
                {"name": "Reviewed", "kind": "Date"},
                {"name": "Notes", "kind": "Text"},
                {"name": "Servers", "kind": "Tag", "tag_type": "Configurations"},
                {"name": "Scan", "kind": "Upload"},
                {"name": "Publisher key", "kind": "Text"},
            ],
        },
        {
            "name": "Note",
            "fields": [
                {"name": "Name", "kind": "Text", "required": True, "use_for_title": True},
                {"name": "Text", "kind": "Textbox"},
                {"name": "Hint", "kind": "Text"},
            ],
        },
    ],
}
CONFIG = """\
[docs]
id = "test-docs"
[publish]
max_deletes = 1000
max_change_percent = 100
"""


def document(
    text: str = "Some text.",
    *,
    id: str | None = None,  # noqa: A002 (frontmatter's own word)
    title: str = "A document",
    org: str = "Acme Corp",
    type: str = "SOP",  # noqa: A002 (frontmatter's own word)
    more: str = "",
) -> str:
    """The text of one document."""
    name = f"id: {id}\n" if id else ""
    return f'---\n{name}title: {title}\norg: "{org}"\ntype: {type}\n{more}---\n\n{text}\n'


class World:
    """One docs repository and one IT Glue."""

    def __init__(self, folder: Path, *, switches: Switches | None = None) -> None:
        self.root = folder / "docs"
        self.root.mkdir(parents=True)
        self.ahead = 0.0
        """Seconds that the world's clock is ahead of the machine's."""
        self.site = Site.open(folder / "itglue.db", switches=switches, clock=self.now)
        weakref.finalize(self, self.site.store.close)  # Python 3.13 warns of open ones
        load_seed(self.site, SEED)
        self.state = folder / "state.db"
        self.settings = Instance(settle_seconds=240)
        self.git("init", "--quiet")
        self.write("publisher.toml", CONFIG)
        self.commit()

    def now(self) -> float:
        return time.time() + self.ahead

    # The writer

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self) -> str:
        """Commit everything, and say which commit that is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def save(self, path: str, content: str | bytes) -> str:
        """Write one file and commit it."""
        self.write(path, content)
        return self.commit()

    def remove(self, path: str) -> str:
        (self.root / path).unlink()
        return self.commit()

    # The publisher

    @contextlib.contextmanager
    def open_state(self) -> Iterator[Store]:
        store = open_store(f"sqlite:///{self.state}", self.root, {"instance": "test"})
        try:
            yield store
        finally:
            store.close()

    def lose_state(self) -> None:
        for path in self.state.parent.glob(self.state.name + "*"):
            path.unlink()

    def client(self) -> ITGlue:
        return ITGlue(
            base_url=BASE_URL,
            api_key=Secret("test"),
            instance="test",
            transport=httpx.ASGITransport(create_app(self.site)),
            rate_limit=RateLimit(3000, 300.0),
        )

    async def session(
        self, store: Store, itglue: ITGlue, policy: Policy, **options: Any
    ) -> Session:
        ref, worktree = options.pop("ref", "HEAD"), options.pop("worktree", False)
        project = open_project(self.root, None)
        tree = project.repository.worktree() if worktree else project.repository.tree(ref)
        return Session(
            project,
            tree,
            "test",
            self.settings,
            store,
            itglue,
            dataclasses.replace(policy, settle_seconds=self.settings.settle_seconds),
            lambda parsed, pages, raw: check(tree, parsed.values(), project.config, pages, raw=raw),
            Options(**options),
            self.now,
        )

    def planned(self, policy: Policy = Policy(), **options: Any) -> Planned:  # noqa: B008 (frozen)
        async def run() -> Planned:
            async with self.client() as itglue:
                with self.open_state() as store:
                    return await (await self.session(store, itglue, policy, **options)).plan()

        return asyncio.run(run())

    def plan(self, policy: Policy = Policy(), **options: Any) -> Plan:  # noqa: B008 (frozen)
        return self.planned(policy, **options).plan

    def apply(self, policy: Policy = Policy(), **options: Any) -> Result:  # noqa: B008 (frozen)
        async def run() -> Result:
            async with self.client() as itglue:
                with self.open_state() as store:
                    session = await self.session(store, itglue, policy, **options)
                    return await publish(session, await session.plan())

        return asyncio.run(run())

    # The colleague, and what is there to see

    def assets(self, **where: Any) -> list[dict[str, Any]]:
        """All flexible assets with id, name, traits and so on; kebab-case as on the wire."""
        records = self.site.all("flexible_assets")
        found = [
            values | {"id": record.id}
            for record, values in zip(records, self.site.attributes(records), strict=True)
        ]
        return [
            asset
            for asset in found
            if all(asset.get(name.replace("_", "-")) == value for name, value in where.items())
        ]

    def attachments(self) -> list[dict[str, Any]]:
        """All attachments with id and parent."""
        records = self.site.all("attachments")
        plain = self.site.attributes(records)
        return [v | {"id": r.id} for r, v in zip(records, plain, strict=True)]

    def edit(self, name: str, **traits: Any) -> int:
        """A colleague edits an asset in IT Glue; a minute passes before and after."""
        asset_id = int(self.asset(name)["id"])
        self.ahead += 60
        self.site.edit(asset_id, {key.replace("_", "-"): v for key, v in traits.items()})
        self.ahead += 60
        return asset_id

    def asset(self, name: str) -> dict[str, Any]:
        (one,) = self.assets(name=name)
        return one

    def requests(self, since: int = 0) -> list[str]:
        """``METHOD path`` of all requests so far, oldest first."""
        rows = self.site.store.rows("SELECT method, path FROM request ORDER BY id")
        return [f"{method} {path}" for method, path in rows][since:]

    def writes(self, since: int = 0) -> list[str]:
        return [line for line in self.requests(since) if not line.startswith("GET ")]


def brief(actions: tuple[Action, ...]) -> list[tuple[str, str]]:
    """(verb, document) of actions."""
    return [(action.verb, action.document) for action in actions]
