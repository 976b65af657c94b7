"""What targets say in IT Glue and what they are to say: the texts behind a plan's differences.

Read after the plan, for the few targets that are shown. A document's text is at hand when it was
read; an asset's is when this run's lists brought it, else it takes one GET.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from publisher.gather.fingerprint import Seen, tag_ids
from publisher.gather.sections import NativeContent
from publisher.gather.session import Planned, Session
from publisher.model import AssetType, Json
from publisher.plan.difference import Wording
from publisher.plan.groups import fan_outs
from publisher.plan.output import Wordings
from publisher.render import lines, split_footer

MOST = 50
"""Targets whose texts are read: a difference that nobody reads is worth no request."""
HIDDEN = "(a line that seems to hold a secret)"
_TEXTS = ("update", "move", "adopt", "conflict")
_SHOWN = ("Text", "Textbox", "Number", "Percent", "Date", "Checkbox", "Select", "Tag")


async def read_wordings(session: Session, planned: Planned, *, most: int = MOST) -> Wordings:
    """The texts of up to *most* targets of a plan; none are asked for when the state is trusted."""
    plan = planned.plan
    groups, others = fan_outs(plan.actions)
    firsts = [*(group.first for group in groups), *others]
    places = {a.key: (a.asset_id, a.type_id) for a in firsts if a.verb in _TEXTS and a.asset_id}
    drifted = [drift.key for drift in plan.drifts if drift.key not in places]
    keys = [*places, *drifted][:most]
    await session.read_documents(planned, keys)
    found: dict[str, list[Wording]] = {}
    for key in keys:
        known = planned.known.get(key)
        place = places.get(key) or (known.asset_id, known.type_id) if known else places.get(key)
        seen = await _seen(session, planned, place)
        if seen and key in planned.corpus.contents:
            found[key] = _wordings(planned, key, seen)
    return Wordings(
        {key: found[key] for key in places if key in found},
        {key: [_turned(w) for w in found[key]] for key in drifted if key in found},
    )


async def _seen(
    session: Session, planned: Planned, place: tuple[str | None, str] | None
) -> Seen | None:
    asset_id, type_id = place or ("", "")
    if not asset_id:
        return None
    if session.options.refresh == "none":
        return planned.remote.fresh.get(asset_id)
    return await session.look(planned, asset_id, type_id)


def _turned(wording: Wording) -> Wording:
    return replace(wording, old=wording.new, new=wording.old)


def _wordings(planned: Planned, key: str, seen: Seen) -> list[Wording]:
    """Field by field: what the asset says, and what the document says."""
    content, desired = planned.corpus.contents[key], planned.corpus.desired[key]
    known = planned.known.get(key)
    if isinstance(content, NativeContent):
        sections = content.composed(_address(planned, key), None)
        return _of_sections(content, sections, seen)
    kind = planned.kinds[desired.type_id]
    managed = {*desired.sent, *(known.sent if known else ())} - desired.seeds
    ours = dict(content.values)
    if content.body:
        ours[content.body] = content.addressed(_address(planned, key))
    found = []
    for field in kind.fields:
        if field.key in managed and field.kind in _SHOWN:
            old, new = _lines(field.key, seen.traits, kind), _lines(field.key, ours, kind)
            found.append(Wording(field.key, _safe(old), _safe(new)))
    return [wording for wording in found if wording.old != wording.new]


def _of_sections(
    content: NativeContent, ours: Mapping[str, Mapping[str, Json]], seen: Seen
) -> list[Wording]:
    """Section by section: what the document in IT Glue says, and what Git's does."""
    found = [Wording("title", _safe((seen.title,)), _safe((content.title,)))]
    for name, label in content.labels.items():
        if name not in ours:  # where it lies, in which order
            continue
        old, new = _section(seen.traits.get(name)), _section(ours[name])
        found.append(Wording(label, _safe(old), _safe(new)))
    return [wording for wording in found if wording.old != wording.new]


def _section(value: Json) -> Sequence[str]:
    if not isinstance(value, dict):
        return ()
    text = str(value.get("content") or "")
    return text.splitlines() if value["kind"] == "Heading" else lines(split_footer(text)[0])


def _address(planned: Planned, key: str) -> Callable[[str], str]:
    def address(ref: str) -> str:
        kind, _, name = ref.partition(":")
        if kind == "doc":
            other = planned.known.get(name)
            return other.url if other else ""
        known = planned.known.get(key)
        file = known.files.get(name) if known else None
        # Where a new picture will be is not known; that there is one is.
        return file.url if file and file.url else f"https://publisher.invalid/{name}"

    return address


def _lines(name: str, traits: Mapping[str, Json], kind: AssetType) -> Sequence[str]:
    value, field = traits.get(name), kind.field(name)
    if value is None:
        return ()
    if field and field.kind == "Textbox":
        return lines(split_footer(str(value))[0])
    tags = tag_ids(value) if isinstance(value, dict) else value
    if isinstance(tags, list):
        return [str(tag) for tag in tags]
    return str(tags).splitlines()


def _safe(said: Iterable[str]) -> tuple[str, ...]:
    """The lines, without those that seem to hold a secret: a comment is read by many."""
    from publisher.check.secrets.scan import UNREASONED, scan  # late: its patterns take 80 ms

    text = list(said)
    secret = {found.line - 1 for found in scan("\n".join(text)) if found.kind != UNREASONED}
    return tuple(HIDDEN if at in secret else line for at, line in enumerate(text))
