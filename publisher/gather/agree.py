"""Where both sides changed and yet need no decision: they say the same, or one holds the other.

`publisher pull` brings an edit back into Git. Then document and asset have both changed since the
last write, which else would be a conflict. Three things settle that:

* What the document says now is what the asset says (in the same formatting): nobody has to write
  anything, whoever changed it and whichever state is asked.
* The asset is as the last pull read it, by the fingerprint that it noted: the edit has gone into
  the document, so what the document says on top of it may be written. A document that was not
  changed since is no such case: the edit remains drift until it is committed.
* The asset was made into a document by ``pull --adopt``, which noted its id: that is the consent
  to take it over, and nothing is written as long as nothing differs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from publisher.gather.content import MARKER, Content
from publisher.gather.fingerprint import Seen
from publisher.gather.recover import recognise, says
from publisher.marker import content_digest, new_attempt
from publisher.model import Json
from publisher.render import split_footer
from publisher.render.formatted import formatted
from publisher.state import Store
from publisher.targets import Desired, Existing, Known

if TYPE_CHECKING:
    from publisher.gather.session import Planned

PULLED = "pulled"
"""The state's note of edits that were brought back: key -> name-key -> fingerprint."""
ADOPTED = "adopted"
"""The state's note of assets that were made into documents: key -> asset id."""

Look: TypeAlias = Callable[[str, str], Awaitable[Seen | None]]
Read: TypeAlias = Callable[[Iterable[str]], Awaitable[None]]


async def agree(planned: Planned, store: Store, look: Look, read: Read, *, ask: bool) -> None:
    """Settle in *planned* what needs no decision.

    Args:
        planned: what was gathered so far.
        store: has the notes.
        look, read: as for `Recovery`.
        ask: IT Glue may be asked for an asset; else only those that were read already count.
    """
    _know_files(planned)
    pulled = store.meta(PULLED) or {}
    both = {key: names for key in planned.corpus.desired if (names := _changed(planned, key))}
    adopted = _adopted(planned, store.meta(ADOPTED) or {})
    await read([*both, *adopted])
    for key, names in both.items():
        found = await _seen(planned, planned.known[key].asset_id, key, look, ask)
        if found and key in planned.corpus.contents:
            _settle(planned, key, names, found, pulled.get(key, {}))
    taken: dict[str, Seen] = {}
    for key, asset_id in adopted.items():
        found = await _seen(planned, asset_id, key, look, ask)
        if found and key in planned.corpus.contents and _has_told(planned, key, found):
            taken[key] = found
            planned.known[key] = _taken_over(planned, key, found.existing)
    for key, found in taken.items():  # now each has an address for the links of the others
        planned.known[key] = planned.recovered[key] = _compared(planned, key, found)


async def _seen(planned: Planned, asset_id: str, key: str, look: Look, ask: bool) -> Seen | None:
    if asset_id in planned.remote.fresh or not ask:
        return planned.remote.fresh.get(asset_id)
    return await look(asset_id, planned.corpus.desired[key].type_id)


def _know_files(planned: Planned) -> None:
    """Take attachments for ours that a document names now and its asset has already.

    They are told by name and size, which is all that IT Glue tells of them: no second upload.
    """
    for key, desired in planned.corpus.desired.items():
        known = planned.known.get(key)
        there = planned.remote.existing.get(known.asset_id) if known else None
        if known is None or there is None or not there.files or not desired.files:
            continue
        new = {n: f for n, f in desired.files.items() if n not in known.files}
        if not new:
            continue
        found = recognise(new, there.files, known.files)
        same = {name: found[name] for name in new if name in found and found[name].blob}
        if same:
            now = replace(known, files={**known.files, **same})
            planned.known[key] = planned.recovered[key] = now


def _changed(planned: Planned, key: str) -> list[str]:
    """The fields of a target that changed on both sides."""
    desired, known = planned.corpus.desired[key], planned.known.get(key)
    there = planned.remote.existing.get(known.asset_id) if known else None
    if known is None or there is None or known.type_id != desired.type_id:
        return []
    if desired.sent is known.sent or there.traits is known.seen:
        return []
    return [
        name
        for name, value in known.seen.items()
        if there.traits.get(name, "") != value
        and desired.sent.get(name) != known.sent.get(name)
        and name not in desired.seeds
    ]


def _settle(
    planned: Planned, key: str, names: list[str], found: Seen, pulled: Mapping[str, str]
) -> None:
    desired, content = planned.corpus.desired[key], planned.corpus.contents[key]
    known, there = planned.known[key], found.existing.traits
    address = address_of(planned, key)
    comparable = {content.body, *content.values, *(n for n in names if n not in desired.sent)}
    same = [n for n in names if n in comparable and same_trait(n, content, found, address)]
    if same:
        known = planned.recovered[key] = _agreed(planned, desired, known, found.existing, same)
    ours = [n for n in names if n not in same and n in pulled and pulled[n] == there.get(n, "")]
    # Not recovered: it is so only for as long as the document says something else.
    seen = {**known.seen, **{name: pulled[name] for name in ours}}
    planned.known[key] = replace(known, seen=seen)


def _agreed(
    planned: Planned, desired: Desired, known: Known, there: Existing, names: list[str]
) -> Known:
    """What is known once *names* are taken for published: they say what is there."""
    sent = {name: value for name, value in known.sent.items() if name not in names}
    seen = {name: value for name, value in known.seen.items() if name not in names}
    wanted = [name for name in names if name in desired.sent]
    agreed = replace(
        known,
        sent=sent | {name: desired.sent[name] for name in wanted},
        seen=seen | {name: there.traits.get(name, "") for name in wanted},
        updated_at=there.updated_at,
        content=known.content or content_digest(known.sent),
    )
    if desired.body in names:
        address = address_of(planned, known.key)
        agreed = replace(agreed, refs={ref: address(ref)[0] for ref in desired.refs})
    return agreed


def same_trait(
    name: str, content: Content, found: Seen, address: Callable[[str], tuple[str, str]]
) -> bool:
    """Whether a field of the asset says what the document says, in the same formatting."""
    have = found.traits.get(name)
    if name == content.body:
        ours = content.addressed(lambda ref: address(ref)[1])
        return formatted(ours) == formatted(split_footer(str(have or ""))[0])
    want: Json = content.values.get(name)
    return says(want, have) and (
        not isinstance(want, str) or not isinstance(have, str) or formatted(want) == formatted(have)
    )


def address_of(planned: Planned, key: str) -> Callable[[str], tuple[str, str]]:
    """Reference of a target -> (id, URL) of what it resolves to; ('', '') if to nothing (yet)."""

    def address(ref: str) -> tuple[str, str]:
        kind, _, name = ref.partition(":")
        if kind == "doc":
            other = planned.known.get(name)
            there = other and other.asset_id in planned.remote.existing
            return (other.asset_id, other.url) if other and there else ("", "")
        known = planned.known.get(key)
        file = known.files.get(name) if known else None
        return (file.id, file.url) if file else ("", "")

    return address


def _adopted(planned: Planned, notes: Mapping[str, str]) -> dict[str, str]:
    """The assets that were made into documents and are nobody's yet, by the document's key."""
    bound = {known.asset_id for known in planned.known.values()}
    found = {}
    for key, asset_id in notes.items():
        asset, desired = planned.remote.existing.get(asset_id), planned.corpus.desired.get(key)
        if asset is None or desired is None or key in planned.known or asset_id in bound:
            continue
        place = (desired.organization.id, desired.type_id)
        free = asset.marker is None and not asset.archived
        if free and (asset.organization_id, asset.type_id) == place:
            found[key] = asset_id
    return found


def _has_told(planned: Planned, key: str, found: Seen) -> bool:
    """Whether the asset says which attachments it has, if any are wanted."""
    return found.existing.files is not None or not planned.corpus.desired[key].files


def _taken_over(planned: Planned, key: str, asset: Existing) -> Known:
    """What is known of an asset that a document was made of, before their texts are compared."""
    desired, content = planned.corpus.desired[key], planned.corpus.contents[key]
    return Known(
        key=key,
        document=desired.document,
        blob=desired.blob,
        organization_id=asset.organization_id,
        type_id=asset.type_id,
        asset_id=asset.asset_id,
        url=asset.url,
        attempt=new_attempt(),
        commit=planned.tree.commit,
        published_at=0.0,
        updated_at=asset.updated_at,
        sent={},
        seen={},
        files=recognise(desired.files, asset.files or {}),
        body=content.body,
        footer=not content.carrier,
    )


def _compared(planned: Planned, key: str, found: Seen) -> Known:
    """What is known of it then: what differs is to be sent, and nothing else."""
    desired, content = planned.corpus.desired[key], planned.corpus.contents[key]
    address = address_of(planned, key)
    sent = {
        name: value if name == MARKER or same_trait(name, content, found, address) else ""
        for name, value in desired.sent.items()
    }
    refs = {ref: address(ref)[0] for ref in desired.refs}
    names = [*(name for name in sent if name != MARKER), *filter(None, [content.carrier])]
    seen = {name: found.existing.traits.get(name, "") for name in names}
    return replace(planned.known[key], sent=sent, seen=seen, refs=refs)
