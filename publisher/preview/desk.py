"""What the window knows at any time: the library, how its documents stand, and who is looking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from publisher.errors import PublisherError
from publisher.preview.changes import Change, changes
from publisher.preview.feed import Feed
from publisher.preview.model import Account, Asset, Library, Standing, Standings, View

OpenAccount = Callable[[], AbstractAsyncContextManager[Account]]

_QUIET = 0.4
"""Seconds without a save before it is looked up how the saved documents stand."""
_FRESH = 10.0
"""Seconds for which an asset that was read is shown again without asking."""


class Desk:
    """Brings the documents and the account together, and tells the pages about news."""

    def __init__(
        self,
        library: Library,
        *,
        instance: str,
        account: OpenAccount,
        explain: Callable[[PublisherError], str] = str,
    ) -> None:
        """
        Args:
            library: the documents.
            instance: the account's name.
            account: opens it; it may raise, for want of a key.
            explain: an error in words.
        """
        self.library, self.instance = library, instance
        self.feed = Feed()
        self.standings = Standings()
        self.looking = True
        """Whether it is being found out how the documents stand, or is about to be."""
        self.problem = ""
        """Why the docs root cannot be looked at."""
        self._open, self._explain = account, explain
        self._account: Account | None = None
        self._wanted = asyncio.Event()
        self._all, self._some = True, set[str]()
        self._assets: dict[str, tuple[float, Asset | None]] = {}

    # The documents

    async def saved(self) -> None:
        """Something happened on disk: look again, and say so."""
        try:
            changed = await asyncio.to_thread(self.library.refresh)
            problem = ""
        except PublisherError as error:
            changed, problem = frozenset[str](), self._explain(error)
        if changed or problem != self.problem:
            self.problem = problem
            self.feed.tell("list", "view")
            self._some |= changed
            self._wanted.set()

    # How they stand

    def look_again(self) -> None:
        """Ask the account once more how everything stands."""
        self._all = True
        self._assets.clear()
        self._wanted.set()

    async def follow(self) -> None:
        """Keep up with the account, until cancelled; without one, say why and return."""
        self._busy(True)
        try:
            async with self._open() as account:
                await self._resolve(account)
                self._account = account
                while True:
                    await self._look(account)
                    await self._news()
        except PublisherError as error:
            self.standings = Standings(problem=self._explain(error))
        finally:
            self._account = None
            self._busy(False)

    async def _resolve(self, account: Account) -> None:
        catalog = await account.catalog()
        if await asyncio.to_thread(self.library.use, catalog):
            self.feed.tell("list", "view")

    async def _look(self, account: Account) -> None:
        everything = self._all or self.standings.at is None
        documents = tuple(sorted(self._some))
        self._all, self._some = False, set()
        if not everything and not documents:
            return
        self._busy(True)
        try:
            found = await account.standings(() if everything else documents)
        except PublisherError as error:
            found = Standings(problem=self._explain(error))
        self._assets.clear()
        if everything and found.at is not None:
            self.standings = found
        else:
            self.standings = self.standings.with_newer(found, documents)
        self._busy(False)

    async def _news(self) -> None:
        await self._wanted.wait()
        while self._wanted.is_set():
            self._wanted.clear()
            await asyncio.sleep(_QUIET)

    def _busy(self, busy: bool) -> None:
        self.looking = busy
        self.feed.tell(*(("view",) if busy else ("list", "view")))

    def standing(self, view: View) -> Standing:
        """How one target stands."""
        return self.standings.of(view.key) if view.key else Standing("unknown")

    async def changes(self, view: View) -> tuple[Change, ...] | None:
        """What differs between the account's asset and the document; None: it cannot be read."""
        asset_id = self.standing(view).asset_id
        asset = await self._asset(asset_id) if asset_id else None
        return None if asset is None else await asyncio.to_thread(changes, view, asset)

    async def _asset(self, asset_id: str) -> Asset | None:
        at, asset = self._assets.get(asset_id, (0.0, None))
        if self._account and time.monotonic() - at > _FRESH:
            try:
                asset = await self._account.asset(asset_id)
            except PublisherError:
                return None
            self._assets[asset_id] = time.monotonic(), asset
        return asset
