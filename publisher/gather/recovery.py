"""Brings what is known up to what IT Glue shows: targets, later writes and uploads of ours.

Finds out only; nothing is committed before an apply begins.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.gather.behind import Behind, behind, caught_up, caught_up_gone
from publisher.gather.documents import caught_up_document
from publisher.gather.fingerprint import Seen, existing_file
from publisher.gather.recover import Form, missing, ours, recognise, recover, recover_gone
from publisher.gather.recover_document import orphan, read_pictures, recover_document
from publisher.gather.related import place_of, read_links, recognise_items
from publisher.gather.sections import NativeContent
from publisher.gather.uploads import found_upload
from publisher.itglue import ITGlue
from publisher.model import NATIVE, digest
from publisher.render import canonical
from publisher.render.formatted import formatted
from publisher.state import Store
from publisher.targets import Existing, ExistingFile, Known, KnownFile, KnownItem

if TYPE_CHECKING:
    from publisher.gather.session import Planned

EXAMINED = "examined"
"""The state's note of texts that turned out to be somebody's edits, so that they are not read
again at every plan."""


class Recovery:
    """One look at what a plan knows."""

    def __init__(
        self,
        planned: Planned,
        *,
        repository: str,
        itglue: ITGlue,
        store: Store,
        look: Callable[[str, str], Awaitable[Seen | None]],
        read: Callable[[Iterable[str]], Awaitable[None]],
        now: float,
        settle_seconds: float,
    ) -> None:
        """
        Args:
            planned: what was gathered so far; what is found goes into it.
            repository: this repository's name inside the markers.
            itglue, store: asked and read, never written to but for a note.
            look: (asset id, type id) -> the asset with its values, unless this run has them.
            read: reads the documents of these keys, whatever the state says of them.
            now: seconds since the epoch, on the state's clock.
            settle_seconds: how long an upload whose answer was lost is given to appear.
        """
        self.planned, self.repository = planned, repository
        self.itglue, self.store, self.look, self.read = itglue, store, look, read
        self.now, self.settle_seconds = now, settle_seconds

    async def run(self) -> None:
        await self._unknown()
        self._orphans()
        self._begun()
        await self._behind()
        await self._uploads()

    # Targets that the state does not know

    async def _unknown(self) -> None:
        planned = self.planned
        lost = missing(planned.corpus.desired, planned.known, planned.remote, self.repository)
        if not lost:
            return
        await self.read(lost)
        paths = {document.identity: path for path, document in planned.corpus.documents.items()}
        addresses = self._addresses()
        for key, asset in lost.items():
            if self._wants(key, asset):
                told = await self._told(key, asset, None, addresses)
            else:
                told = None if asset.archived else recover_gone(asset, paths)
            if told:
                self._know(told)

    # Native documents, which tell less of themselves

    def _orphans(self) -> None:
        """Documents of creates whose answer was lost, before they carry a marker."""
        planned = self.planned
        bound = {known.asset_id for known in planned.known.values()}
        for (key, _), intent in self.store.intents().items():
            desired = planned.corpus.desired.get(key)
            if intent.kind != "asset" or key in planned.known or desired is None:
                continue
            if desired.type_id == NATIVE.id:
                told = orphan(desired, intent, planned.remote.fresh.values(), bound)
                if told:
                    self._know(told)

    def _begun(self) -> None:
        """Documents that a run of ours had begun to write."""
        for known in list(self.planned.known.values()):
            seen = self.planned.remote.fresh.get(known.asset_id)
            if known.writing and seen and (told := caught_up_document(known, seen)):
                self._know(told)

    # Later writes than the state knows of

    async def _behind(self) -> None:
        planned = self.planned
        found = [
            one
            for one in behind(
                planned.known, planned.corpus.desired, planned.remote, self.repository
            )
            if one.key not in planned.recovered
        ]
        if not found:
            return
        # Also what was examined before: a document that is read has warnings, each time or never.
        await self.read([one.key for one in found])
        addresses = self._addresses()
        for one in filter(self._unexamined, found):
            if not self._wants(one.key, one.asset):
                if one.sure:
                    self._know(caught_up_gone(one))
                continue
            # A marker that was sent later proves our write. Without that proof only the very text
            # that we would have sent is ours: a word that somebody made bold is an edit.
            form = canonical if one.sure else formatted
            told = await self._told(one.key, one.asset, one.known.files, addresses, form)
            now = caught_up(one, told) if told else None
            if now:
                self._know(now, former=one.known.key)
            elif told:
                self._note(one)

    def _unexamined(self, one: Behind) -> bool:
        examined = self.store.meta(EXAMINED) or {}
        return one.sure or examined.get(one.asset.asset_id) != self._text_of(one)

    def _note(self, one: Behind) -> None:
        examined = self.store.meta(EXAMINED) or {}
        self.store.set_meta(EXAMINED, {**examined, one.asset.asset_id: self._text_of(one)})

    def _text_of(self, one: Behind) -> str:
        wanted = self.planned.corpus.desired.get(one.key)
        sent = dict(wanted.sent) if wanted else {}
        return digest([one.asset.traits.get(one.known.body), sent])[:16]

    # Uploads whose answer was lost

    async def _uploads(self) -> None:
        planned = self.planned
        for (key, _), intent in self.store.intents().items():
            known = planned.known.get(key)
            if intent.kind != "attachment" or intent in planned.settled:
                continue
            settled = self.now - intent.at >= self.settle_seconds
            if known is not None and known.asset_id in planned.remote.existing:
                wanted = planned.corpus.desired.get(key)
                there = await self._attachments(known.asset_id)
                planned.remote.attached(known.asset_id, there)
                found = found_upload(known, intent, wanted.files if wanted else {}, there)
                if found:
                    self._know(found)
                settled = settled or found is not None
            if settled:
                planned.settled.append(intent)

    async def _attachments(self, asset_id: str) -> dict[str, ExistingFile]:
        """What the asset has right now: a list does not always tell of new attachments."""
        listed = self.itglue.attachments(*place_of(asset_id)).list()
        return {record.id: existing_file(record) async for record in listed}

    # What an asset tells

    async def _told(
        self,
        key: str,
        asset: Existing,
        files: Mapping[str, KnownFile] | None,
        addresses: Callable[[str], list[tuple[str, str]]],
        form: Form = canonical,
    ) -> Known | None:
        found = await self.look(asset.asset_id, asset.type_id)
        if found is None:
            return None
        desired = self.planned.corpus.desired[key]
        there: Mapping[str, ExistingFile] = found.existing.files or {}
        if found.existing.files is None and desired.files:
            there = await self._attachments(asset.asset_id)
        attached = recognise(desired.files, there, files)
        if desired.type_id == NATIVE.id:
            found = replace(found, existing=replace(found.existing, files=there))
            return await self._told_document(key, found, attached, addresses)
        content = self.planned.corpus.contents[key]
        told = recover(desired, content, found, attached, addresses, form)
        return replace(told, related=await self._items(key, told)) if desired.related else told

    async def _told_document(
        self,
        key: str,
        found: Seen,
        attached: Mapping[str, KnownFile],
        addresses: Callable[[str], list[tuple[str, str]]],
    ) -> Known:
        planned = self.planned
        desired, content = planned.corpus.desired[key], planned.corpus.contents[key]
        if not isinstance(content, NativeContent):
            raise TypeError(content)
        shown = {name: desired.files[name] for name in desired.pictures}
        pictures = await read_pictures(self.itglue, shown, found) if shown else {}
        told, there = recover_document(desired, content, found, {**attached, **pictures}, addresses)
        planned.remote.look(there)
        return replace(told, related=await self._items(key, told)) if desired.related else told

    async def _items(self, key: str, told: Known) -> dict[str, KnownItem]:
        """The related items that are there, ours or not."""
        there = await read_links(self.itglue, told)
        wanted = {ref: self._place(ref) for ref in self.planned.corpus.desired[key].related}
        absent = {ref: KnownItem("") for ref, to in wanted.items() if not to}
        return absent | recognise_items(wanted, there, self.repository, key)

    def _place(self, ref: str) -> str:
        """Where a reference of a related item leads now: ``COLLECTION/ID`` or ''."""
        if not ref.startswith("doc:"):
            return ref
        marked = ours(self.planned.remote, self.repository).get(ref[4:], [])
        return "/".join(place_of(marked[0].asset_id)) if marked else ""

    def _wants(self, key: str, asset: Existing) -> bool:
        desired = self.planned.corpus.desired.get(key)
        return desired is not None and desired.type_id == asset.type_id

    def _addresses(self) -> Callable[[str], list[tuple[str, str]]]:
        """Where a reference may lead: to the asset of its key, or to a former one of it."""
        marked = ours(self.planned.remote, self.repository)

        def addresses(ref: str) -> list[tuple[str, str]]:
            key = ref.removeprefix("doc:")
            known = self.planned.known.get(key)
            now = [(known.asset_id, known.url)] if known else []
            return now + [(asset.asset_id, asset.url) for asset in marked.get(key, [])]

        return addresses

    def _know(self, told: Known, *, former: str = "") -> None:
        planned = self.planned
        if former and former != told.key:
            planned.known.pop(former, None)
        planned.known[told.key] = planned.recovered[told.key] = told
