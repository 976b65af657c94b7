"""What the state does not know, read from the markers: after its loss, or a create cut short.

An asset that carries our marker is ours. Its digest tells whether Git has changed since it was
written; its text, compared in a form that a server's rewriting does not touch, tells whether
somebody has edited it since. So a lost state costs a scan, and no document and no edit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from publisher.gather.content import MARKER, Content
from publisher.gather.existing import Remote
from publisher.gather.fingerprint import Seen, fingerprint
from publisher.marker import Marker, content_digest
from publisher.model import Json
from publisher.plan.remove import age, originals
from publisher.render import canonical, split_footer
from publisher.targets import Desired, Existing, ExistingFile, File, Known, KnownFile

Form = Callable[[str], str]
"""HTML -> what two texts are compared by: `canonical`, or `formatted` where mark-up counts."""

EDITED = "edited"
"""A fingerprint that nothing has: what was seen of a trait that no longer says what was sent."""


def ours(remote: Remote, repository: str) -> dict[str, list[Existing]]:
    """The assets that carry our marker, by key, oldest first; live ones before archived ones.

    Without copies that people made: those are nobody's asset of that key.
    """
    first = originals(remote.existing.values(), repository)
    found: defaultdict[str, list[Existing]] = defaultdict(list)
    for asset in remote.existing.values():
        marker = asset.marker
        if marker is None or marker.repository != repository or not _at_home(asset, marker):
            continue
        if first[marker.attempt] == asset.asset_id:
            found[marker.key].append(asset)
    for group in found.values():
        if len(group) > 1:
            group.sort(key=lambda asset: (asset.archived, age(asset)))
    return found


def _at_home(asset: Existing, marker: Marker) -> bool:
    return marker.key.rpartition("@")[2] == asset.organization_id


def missing(
    desired: Mapping[str, Desired], known: Mapping[str, Known], remote: Remote, repository: str
) -> dict[str, Existing]:
    """The assets to recover, by key: marked as ours, and bound to by no known target."""
    bound = {k.asset_id for k in known.values() if k.asset_id in remote.existing}
    found: dict[str, Existing] = {}
    for key, group in ours(remote, repository).items():
        wanted = desired.get(key)
        asset = next((a for a in group if wanted is None or a.type_id == wanted.type_id), group[0])
        there = known.get(key)
        if asset.asset_id in bound or (wanted is None and asset.archived):
            continue
        # Known to be bound to a younger one: the older stays, whichever a state happens to know.
        if there is None or there.asset_id not in remote.existing or not asset.archived:
            found[key] = asset
    return found


def recover(
    desired: Desired,
    content: Content,
    seen: Seen,
    attached: Mapping[str, KnownFile],
    addresses: Callable[[str], Iterable[tuple[str, str]]],
    form: Form = canonical,
) -> Known:
    """What must have been published of *desired*, going by the asset itself.

    Args:
        desired, content: what Git says now.
        seen: the asset, with the values of its traits.
        attached: its attachments, as far as they are ours; see `recognise`.
        addresses: reference -> (id, URL) of what it resolves to now, or may have before.
        form: in which HTML is compared.
    """
    asset, marker = seen.existing, seen.existing.marker
    if marker is None:
        raise ValueError("only a marked asset can be recovered")
    html = str(seen.traits.get(content.body, "")) if content.body else ""
    refs = addresses_in(content, html, attached, addresses)
    same_git = marker.content == content_digest(desired.sent)
    sent = _sent(desired, content, seen, refs, same_git)
    # A marker of an older text, although all is said: it was agreed without a write. With no state
    # that knows of it, the next edit would be taken for that text, so the marker is written now.
    agreed = not same_git and all(sent[name] == desired.sent[name] for name in sent)
    told = _same_place(content, html, marker) and not agreed
    sent[MARKER] = desired.sent[MARKER] if told else ""
    return Known(
        key=desired.key,
        document=desired.document,
        blob=desired.blob if same_git else "",
        organization_id=asset.organization_id,
        type_id=asset.type_id,
        asset_id=asset.asset_id,
        url=asset.url,
        attempt=marker.attempt,
        commit=None,
        published_at=0.0,
        updated_at="",
        sent=sent,
        seen=_seen(desired, content, seen, refs, same_git, form),
        refs={ref: target for ref, (target, _) in refs.items()},
        files=dict(attached),
        archived=asset.archived and marker.archived,
        body=content.body,
        footer=not content.carrier,
        content="" if same_git else marker.content,
    )


def recover_gone(seen: Existing, paths: Mapping[str, str]) -> Known:
    """What is known of one of our assets that Git does not want, and the state with it.

    *paths*: identity -> document, of those that are there although nothing is published of them.
    """
    marker = seen.marker
    if marker is None:
        raise ValueError("only a marked asset can be recovered")
    identity = marker.key.rpartition("@")[0]
    document = paths.get(identity, identity)
    return Known(
        marker.key, document, "", seen.organization_id, seen.type_id, seen.asset_id, seen.url,
        marker.attempt, None, 0.0, seen.updated_at, sent={}, seen=seen.traits, rebuilt=True,
    )  # fmt: skip


def recognise(
    wanted: Mapping[str, File],
    there: Mapping[str, ExistingFile],
    known: Mapping[str, KnownFile] | None = None,
) -> dict[str, KnownFile]:
    """Attachments recognised by name and size, which is all that IT Glue tells of them.

    Args:
        wanted: what Git wants, by name.
        there: what the asset has, by id.
        known: what the state knows of them, which may be less than there is.
    """
    found = dict(known or {})
    bound = {id_ for file in found.values() for id_ in (file.id, *file.replaces)}
    for name, file in wanted.items():
        before = found.get(name)
        if before and before.id in there and before.blob == file.blob:
            continue
        same = [id_ for id_, f in there.items() if f.name == name and id_ not in bound]
        fits = [id_ for id_ in same if there[id_].size in (None, file.size)]
        if fits or (same and before is None):
            newest = max(fits or same, key=lambda id_: (len(id_), id_))
            former = (*before.replaces, before.id) if before and before.id in there else ()
            blob = file.blob if fits else ""
            found[name] = KnownFile(newest, blob, file.size, there[newest].url, former)
    return found


def addresses_in(
    content: Content,
    html: str,
    files: Mapping[str, KnownFile],
    addresses: Callable[[str], Iterable[tuple[str, str]]],
) -> dict[str, tuple[str, str]]:
    """What each reference resolved to when the body was sent: its address stands in it, or not."""
    found: dict[str, tuple[str, str]] = {}
    for ref in content.refs:
        file = files.get(ref.removeprefix("file:")) if ref.startswith("file:") else None
        places = [(file.id, file.url)] if file else addresses(ref)
        found[ref] = next((place for place in places if _stands(place[1], html)), ("", ""))
    return found


def _stands(url: str, html: str) -> bool:
    """Whether an attribute of *html* is that URL, alone or with a fragment."""
    written = {url, url.replace("&", "&amp;")} if url else set()
    return any(f'"{one}{end}' in html for one in written for end in ('"', "#"))


def _same_place(content: Content, html: str, marker: Marker) -> bool:
    """Whether the asset names the document by its present path and key."""
    return marker.key == content.key and bool(content.carrier or content.path in html)


def _composed(content: Content, refs: Mapping[str, tuple[str, str]]) -> dict[str, Json]:
    nothing = Marker(content.repository, content.key, "0", "0" * 16)
    return content.compose(lambda ref: refs.get(ref, ("", ""))[1], nothing, None)


def _sent(
    desired: Desired,
    content: Content,
    seen: Seen,
    refs: Mapping[str, tuple[str, str]],
    same_git: bool,
) -> dict[str, str]:
    if same_git:
        return dict(desired.sent)
    # Git changed: which traits did, the asset itself tells.
    composed = _composed(content, refs)
    return {
        name: value if _says(name, composed, seen, content) else ""
        for name, value in desired.sent.items()
    }


def _seen(
    desired: Desired,
    content: Content,
    seen: Seen,
    refs: Mapping[str, tuple[str, str]],
    same_git: bool,
    form: Form,
) -> dict[str, str]:
    there = seen.existing.traits
    names = [name for name in desired.sent if name[0] != "@"]
    if content.carrier:
        names.append(content.carrier)
    if not same_git:
        return {name: there.get(name, "") for name in names}
    composed = _composed(content, refs)
    return {
        name: there.get(name, "")
        if name == content.carrier or _says(name, composed, seen, content, form)
        else EDITED
        for name in names
    }


def says(want: Json, have: Json, form: Form = canonical) -> bool:
    """Whether a trait as IT Glue has it says what was (or would be) sent, however it is spelt."""
    if isinstance(want, str) and isinstance(have, str) and want != have:
        return form(want) == form(have)
    if isinstance(want, int | float) and not isinstance(want, bool) and isinstance(have, str):
        return have == str(want)
    return fingerprint(want) == fingerprint(have)


def _says(
    name: str, composed: Mapping[str, Json], seen: Seen, content: Content, form: Form = canonical
) -> bool:
    want, have = composed.get(name), seen.traits.get(name)
    if name == content.body and isinstance(want, str) and isinstance(have, str):
        want, have = split_footer(want)[0], split_footer(have)[0]
    return says(want, have, form)
