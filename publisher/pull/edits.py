"""What was edited in IT Glue, brought back into the documents that it belongs to.

Three sides again: what was last published, what the document says now, what the asset says. Where
both changed, their texts are merged line by line; lines that clash are marked as Git marks them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from publisher.gather.agree import PULLED
from publisher.gather.fingerprint import Seen
from publisher.gather.session import Planned, Session
from publisher.model import Organization
from publisher.plan.compare import Change, remote_changes
from publisher.pull.base import planned_before
from publisher.pull.body import body_of
from publisher.pull.canvas import Canvas, Studio, studio
from publisher.pull.fields import Unwritable, edited, field_edit, written
from publisher.pull.files import download, named, shown, strangers
from publisher.pull.merge import merge
from publisher.pull.names import Names
from publisher.pull.write import Unwritten, encoded, is_committed, write
from publisher.source.frontmatter import decode, read
from publisher.targets import Existing


@dataclass(slots=True, repr=False)  # it holds texts
class Pulled:
    """What became of one document."""

    path: str
    before: bytes
    after: bytes
    brought: list[str] = field(default_factory=list)
    """What was brought back: ``the text``, ``title``, ``traits.owner``."""
    lost: list[str] = field(default_factory=list)
    """What Markdown cannot say."""
    hints: list[str] = field(default_factory=list)
    """What could be brought back too."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Attachments that were added, by path."""
    left: list[str] = field(default_factory=list)
    """What was not brought back, and why."""
    conflicts: int = 0
    """Places where both changed the same lines, marked in the text."""
    others: tuple[Organization, ...] = ()
    """Organizations that the next apply gives the change to as well."""
    notes: dict[str, dict[str, str]] = field(default_factory=dict)
    """Key -> name-key -> fingerprint of the edits that are in the document now."""

    @property
    def changed(self) -> bool:
        return self.before != self.after


async def pull_edits(
    session: Session, planned: Planned, only: Collection[str] = (), *, attachments: bool = False
) -> list[Pulled]:
    """Bring back what was edited; nothing is written yet.

    Args:
        session: over the work tree.
        planned: its plan.
        only: paths of documents; empty: all.
        attachments: bring those too that somebody added.

    Raises:
        BadConfig: html-to-markdown is not installed.
    """
    edits = _edits(planned, only, attachments=attachments)
    gone = [drift for drift in planned.plan.drifts if drift.asset_id not in planned.remote.existing]
    result = [_gone(session, d.document) for d in gone if not only or d.document in only]
    if not edits:
        return result
    await session.read_documents(planned, edits)
    before, then, unknown = await planned_before(session, planned, [*edits])
    past, now = studio(before, then), studio(session, planned)
    names = Names(session.tree.entries, "") if attachments else None
    by_document: defaultdict[str, list[str]] = defaultdict(list)
    for key in edits:
        by_document[planned.corpus.desired[key].document].append(key)
    for path, keys in sorted(by_document.items()):
        pulled = _start(session, path)
        if path in unknown:
            pulled.left.append("what was published last is not known here: compare with care")
        for key in keys:
            known = planned.known[key]
            found = await session.look(planned, known.asset_id, known.type_id)
            if found:
                canvas = Canvas(now, key)
                _bring(pulled, Canvas(past, key), canvas, found, edits[key])
                await _attach(session, pulled, canvas, found.existing, names)
        _finish(pulled, session, now, keys)
        result.append(pulled)
    return result


def _edits(
    planned: Planned, only: Collection[str], *, attachments: bool
) -> dict[str, list[Change]]:
    """What was edited, of every target that Git still wants; with *attachments*, or got files."""
    found = {}
    for key, desired in sorted(planned.corpus.desired.items()):
        known = planned.known.get(key)
        there = planned.remote.existing.get(known.asset_id) if known else None
        if known is None or there is None or (only and desired.document not in only):
            continue
        changes = [c for c in remote_changes(known, there) if c.subject not in desired.seeds]
        if changes or (attachments and strangers(known, there)):
            found[key] = changes
    return found


def _start(session: Session, path: str) -> Pulled:
    raw = next(iter(session.tree.read([path])))[1]
    return Pulled(path, raw, raw)


def _gone(session: Session, path: str) -> Pulled:
    pulled = _start(session, path)
    pulled.left.append("its asset was deleted in IT Glue: remove the document, or apply with "
                       "--overwrite")  # fmt: skip
    return pulled


def _bring(pulled: Pulled, before: Canvas, now: Canvas, found: Seen, changes: list[Change]) -> None:
    """Bring the edits of one target into the text as it is so far."""
    if now.document.template:
        pulled.left.append("it is a template, filled in for each organization: edit it by hand")
        return
    kind = now.studio.planned.kinds[now.desired.type_id]
    if not kind.fields:
        pulled.left.append("it is an IT Glue document, whose sections are for you to bring back")
        return
    subjects = [change.subject for change in changes]
    text, notes = decode(pulled.after), dict[str, str]()
    body = now.content.body
    for one in edited(kind, subjects):
        there = found.existing.traits.get(one.key, "")
        if one.key == body:
            text, taken = _text(pulled, before, found, text)
        else:
            text, taken = _value(pulled, before, now, found, text, one.key)
        if taken:
            notes[one.key] = there
    shown = {one.key for one in edited(kind, subjects)}
    pulled.left += [change.reason for change in changes if change.subject not in shown]
    pulled.after = encoded(text, pulled.before)
    if notes:
        pulled.notes[now.key] = notes


async def _attach(
    session: Session, pulled: Pulled, now: Canvas, there: Existing, names: Names | None
) -> None:
    """Bring the attachments that somebody added, or say that they are there."""
    new = strangers(now.studio.planned.known[now.key], there)
    kind = now.studio.planned.kinds[now.desired.type_id]
    if not new or now.document.template or not kind.fields:
        return
    if names is None:
        count = f"{len(new)} attachment{'s' * (len(new) != 1)}"
        pulled.hints.append(f"{count} added in IT Glue: --attachments brings them as files")
        return
    files, left = await download(session, pulled.path, there, new, names)
    pulled.left += left
    text, rest = shown(decode(pulled.after), pulled.path, files)
    listed = named(text, pulled.path, rest)
    if listed is None:
        pulled.left.append("its list of attachments is too odd to be changed by a program")
        return
    pulled.files |= {file.path: file.content for file in files}
    pulled.brought += [file.path for file in files]
    pulled.after = encoded(listed, pulled.before)


def _text(pulled: Pulled, before: Canvas, found: Seen, text: str) -> tuple[str, bool]:
    """The asset's body in the text; and whether it is wholly there."""
    body = body_of(before, str(found.traits.get(before.content.body) or ""))
    now = read(text.encode("utf-8", "surrogateescape")).body
    merged, conflicts = merge(before.document.body, now, body.markdown)
    pulled.lost += [one for one in body.lost if one not in pulled.lost]
    if body.wrong is not None:
        pulled.left.append(f"not all of its text could be written as Markdown, from: {body.wrong}")
    pulled.conflicts += conflicts
    if merged != now:
        pulled.brought.append("the text")
    return text[: len(text) - len(now)] + merged, body.wrong is None


def _value(
    pulled: Pulled, before: Canvas, now: Canvas, found: Seen, text: str, key: str
) -> tuple[str, bool]:
    """The asset's value of a field in the frontmatter; and whether it is there."""
    kind = now.studio.planned.kinds[now.desired.type_id]
    one = kind.field(key)
    if one is None or key == now.content.carrier:
        pulled.left.append(f"{key} is publisher's own, and was edited")
        return text, False
    edit = field_edit(one, before, now, found)
    if edit.clashes:
        pulled.left.append(f"{key}: the document says a third thing; set it by hand")
        return text, False
    try:
        new = written(text, now.document, kind, edit)
    except Unwritable as why:
        pulled.left.append(f"{key}: {why}")
        return text, False
    if new != text:
        pulled.brought.append(key)
    return new, True


def _finish(pulled: Pulled, session: Session, now: Studio, keys: list[str]) -> None:
    """Weigh what came of it: who else gets it, and whether it may be written."""
    if not pulled.changed:
        return
    clash = pulled.conflicts and not is_committed(session.project.repository, pulled.path)
    if clash:
        pulled.left.append("it has changes that are not committed and clash: commit them first")
        pulled.after, pulled.notes, pulled.brought, pulled.conflicts = pulled.before, {}, [], 0
        pulled.files = {}
        return
    wanted = now.planned.corpus.desired.values()
    fans = (d.organization for d in wanted if d.document == pulled.path and d.key not in keys)
    pulled.others = tuple(sorted(fans, key=lambda org: org.name))


def keep_edits(session: Session, planned: Planned, pulled: list[Pulled]) -> None:
    """Write the documents, and note which edits are in them now; what cannot be written is left."""
    notes = session.store.meta(PULLED) or {}
    notes = {key: value for key, value in notes.items() if key in planned.known}
    for one in pulled:
        try:
            for path, content in one.files.items():
                write(session.project.root, path, content, before=None)
            if one.changed:
                write(session.project.root, one.path, one.after, before=one.before)
        except Unwritten as why:
            one.left.append(why.problem)
            one.after, one.brought = one.before, []
        else:
            notes |= one.notes
    if any(one.notes for one in pulled):
        session.store.set_meta(PULLED, notes)
