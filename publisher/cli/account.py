"""What the preview is told of IT Glue: the catalog, what a plan says, one asset. Only reads.

Plans are made by `publisher plan --worktree` in a process of its own: the first one of a large
repository computes for many seconds, in which a save would wait to be shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from publisher.cli.context import Context
from publisher.cli.failures import explain
from publisher.cli.open import Opened, opened
from publisher.errors import NoKey
from publisher.gather.catalog import read_catalog
from publisher.model import Catalog, Json
from publisher.preview.model import Asset, Standing, Standings, Word

_WORDS: Mapping[str, Word] = {
    "create": "new",
    "update": "changed",
    "move": "changed",
    "adopt": "changed",
    "conflict": "held",
}
"""What an action means for the document that it is about; a removal is about none."""
_SPECIAL = frozenset("*?[]{}\\")
"""Characters that a glob does not take as they are."""


class PlannedAccount:
    """See `publisher.preview.model.Account`."""

    def __init__(self, context: Context, docs: Opened, keyless: str = "") -> None:
        """*keyless*: why nothing can be asked; then what the state remembers has to do."""
        self._docs, self._keyless = docs, keyless
        self._command = _command(context, docs)

    async def catalog(self) -> Catalog:
        """The account's organizations and asset types.

        Raises:
            PublisherError: they cannot be read.
        """
        docs = self._docs
        return await read_catalog(docs.itglue, docs.store, refresh=not self._keyless)

    async def standings(self, only: Sequence[str] = ()) -> Standings:
        """How the targets stand; of *only* these documents, trusting what was read before."""
        only = [] if any(_SPECIAL.intersection(path) for path in only) else only
        narrowed = [word for path in only for word in ("--only", path)]
        if only or self._keyless:
            narrowed.append("--no-refresh")
        output, errors = await _run([*self._command, *narrowed])
        try:
            plan = json.loads(output)
        except ValueError:
            said = errors.strip().removeprefix("Error: ") or "the plan could not be made"
            return Standings(problem=said)
        return Standings(dict(standings(plan)), self._keyless, dt.datetime.now(dt.UTC))

    async def asset(self, asset_id: str) -> Asset | None:
        """One flexible asset as it is now; None if it is no more, or nobody can be asked.

        Raises:
            PublisherError: it cannot be read.
        """
        if self._keyless:
            return None
        record = await self._docs.itglue.flexible_assets.get(asset_id)
        if record is None:
            return None
        found = record.attributes
        return Asset(
            found.name or "", found.updated_at or "", found.resource_url or "", found.traits or {}
        )


@contextlib.asynccontextmanager
async def open_account(context: Context) -> AsyncIterator[PlannedAccount]:
    """Open the instance of the docs repository at hand.

    Without a key, it tells what the state remembers of an earlier run.

    Raises:
        PublisherError: no usable state; or no key, and the state remembers nothing.
    """
    async with contextlib.AsyncExitStack() as stack:
        try:
            docs, keyless = await stack.enter_async_context(opened(context)), ""
        except NoKey as error:
            docs = await stack.enter_async_context(opened(context, offline=True))
            keyless = f"It goes by what an earlier run read: {explain(error)}"
        yield PlannedAccount(context, docs, keyless)


def standings(plan: Json) -> Iterator[tuple[str, Standing]]:
    """How the targets of a plan stand, by key: those that are not simply unchanged.

    A target that is to be changed and was edited as well is shown as edited.
    """
    for action in plan["actions"]:
        word = _WORDS.get(action["action"])
        if word:
            asset, reasons = action["asset_id"] or "", tuple(action["reasons"])
            yield action["key"], Standing(word, action["document"], reasons, asset)
    held = {action["key"] for action in plan["actions"] if action["action"] == "conflict"}
    for drift in plan.get("drift", ()):
        word = "held" if drift["key"] in held else "drift"
        what = tuple(drift["what"])
        yield (
            drift["key"],
            Standing(word, drift["document"], what, drift["asset_id"], drift["url"]),
        )


def _command(context: Context, docs: Opened) -> list[str]:
    where = ["--repo", str(docs.project.root), "--instance", docs.instance]
    if context.config:
        where += ["--config", str(context.config.resolve())]
    plan = ["--quiet", "plan", "--worktree", "--format", "json"]
    nice = shutil.which("nice")  # the window, where somebody waits for what was saved, comes first
    return [*([nice, "-n", "10"] if nice else []), sys.executable, "-m", "publisher", *where, *plan]


async def _run(command: Sequence[str]) -> tuple[str, str]:
    """Run a command to its end; it is killed if nobody waits for it any more."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")
