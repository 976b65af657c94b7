"""A plan in words, for a terminal; the JSON form is `Plan.as_json`, Markdown has its own module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from publisher.model import Diagnostic
from publisher.plan.difference import Wording, difference, marked
from publisher.plan.groups import Group, counted, fan_outs, named
from publisher.plan.model import Action, Drift, FileChange, Plan, Verb, called

SIGNS: dict[Verb, str] = {
    "create": "+",
    "update": "~",
    "move": ">",
    "adopt": "=",
    "archive": "-",
    "delete": "-",
    "conflict": "!",
}
MOST_ACTIONS = 40
"""Of one organization; removals and what is held back are always shown."""
MOST_LINES = 12
"""Of one target's difference."""
ALWAYS = ("delete", "archive", "conflict")


@dataclass(frozen=True, slots=True)
class Wordings:
    """What targets say and are to say, as far as it is at hand; by key."""

    actions: Mapping[str, Sequence[Wording]] = field(default_factory=dict)
    """From what IT Glue holds to what the document says."""
    drifts: Mapping[str, Sequence[Wording]] = field(default_factory=dict)
    """From what the document says to what IT Glue holds."""


EDITED = "Take it into Git: publisher pull. Write over it: publisher apply --overwrite KEY."
"""What can be done about an edit."""


def as_text(plan: Plan, wordings: Wordings | None = None, *, full: bool = False) -> Iterator[str]:
    """The plan line by line: by organization, removals first; then drift, findings and counts.

    Args:
        plan: the plan.
        wordings: the texts, to show what changes in them.
        full: show everything: each organization of a document that goes to many, every line.
    """
    text = _Text(wordings or Wordings(), full)
    groups, others = ([], list(plan.actions)) if full else fan_outs(plan.actions)
    if groups:
        yield from text.section("Several organizations", groups)
    for name, actions in groupby(others, lambda a: a.organization.name):
        yield from text.section(name, [Group((action,)) for action in actions])
    if plan.drifts:
        yield "Drift: edited in IT Glue"
        for drift in plan.drifts:
            yield from text.drift(drift)
        yield f"  {EDITED}"
        yield ""
    findings = [found for found in plan.diagnostics if found.code != "drift"]
    if findings:
        yield "Findings"
        yield from (f"  {line}" for line in map(finding, findings))
        yield ""
    yield verdict(plan)


class _Text:
    """Writes parts of a plan."""

    def __init__(self, wordings: Wordings, full: bool) -> None:
        self.wordings, self.full = wordings, full

    def section(self, name: str, groups: Sequence[Group]) -> Iterator[str]:
        yield f"{name}  ({counted(action for group in groups for action in group.actions)})"
        shown, folded = self._parted(groups)
        for group in shown:
            yield from self._group(group)
        if folded:
            said = counted(action for group in folded for action in group.actions)
            yield f"  … and {said} more; --full shows them"
        yield ""

    def _parted(self, groups: Sequence[Group]) -> tuple[list[Group], list[Group]]:
        if self.full:
            return list(groups), []
        kept = [g for g in groups if g.first.verb in ALWAYS]
        others = [g for g in groups if g.first.verb not in ALWAYS]
        return kept + others[:MOST_ACTIONS], others[MOST_ACTIONS:]

    def _group(self, group: Group) -> Iterator[str]:
        action, count = group.first, len(group.actions)
        sign = f"{SIGNS[action.verb]} {action.verb:<8}"
        where = f"  in {count} organizations" if count > 1 else ""
        yield f"  {sign} {group.title}  [{action.type_name}]  {action.document}{where}"
        if count > 1:
            yield f"      {named(org.name for org in group.organizations)}"
        yield from (f"      {line}" for line in explained(action))
        yield from self._wording(self.wordings.actions.get(action.key, ()))

    def drift(self, drift: Drift) -> Iterator[str]:
        yield f"  ! {drift.document}  {'; '.join(drift.what)}"
        asset = f"{called(drift.asset_id)}, key {drift.key}"
        yield f"      {asset}, last changed {drift.updated_at}  {drift.url}"
        yield from self._wording(self.wordings.drifts.get(drift.key, ()))

    def _wording(self, wordings: Iterable[Wording]) -> Iterator[str]:
        lines = [line for wording in wordings for line in differing(wording)]
        most = len(lines) if self.full else MOST_LINES
        yield from (f"        {line}" for line in lines[:most])
        if lines[most:]:
            yield f"        … {len(lines) - most} more lines; --full shows them"


def explained(action: Action) -> Iterator[str]:
    """Why an action is there, and what becomes of its attachments."""
    if action.reasons != ("new document",):
        yield from action.reasons
    changed = {file.name for file in action.files if file.old and file.new}
    yield from map(replacement, (file for file in action.files if file.name in changed))
    paths = {file.path for file in action.files if file.name in changed}
    yield from (f"attach {placed(path)}" for path in action.add if path not in paths)
    yield from (f"detach {name}" for name in action.remove if name not in changed)


def replacement(file: FileChange) -> str:
    """A file whose bytes change, by their hashes as git shows them."""
    return f"replace {placed(file.path)}  {file.old[:8]} -> {file.new[:8]}"


def placed(path: str) -> str:
    """Where a file lies; of a picture that was drawn from the document, that it was."""
    return f"{path.rpartition('/')[2]} (drawn)" if is_drawn(path) else path


def is_drawn(path: str) -> bool:
    """Whether a file is in no repository, since publisher drew it."""
    return path.startswith(".publisher/")


def differing(wording: Wording) -> Iterator[str]:
    """What changes in one field, line by line, below the heading where it does."""
    heading = None
    for hunk in difference(wording.old, wording.new):
        if hunk.heading != heading:
            heading = hunk.heading
            yield f"{wording.field}, {heading}:" if heading else f"{wording.field}:"
        yield from (f"  {marked(line)}" for line in hunk.lines)


def finding(found: Diagnostic) -> str:
    """One diagnostic on one line."""
    place = f"{found.place}: " if found.place else ""
    return f"{place}{found.severity}: {found.advice} ({found.code})"


def verdict(plan: Plan) -> str:
    """The one line that says how it stands."""
    broken = len({error.document for error in plan.errors})
    left = f"; {broken} left out for errors" if broken else ""
    return f"Plan for {plan.instance}: {sums(plan)}{left}."


def sums(plan: Plan) -> str:
    """How many targets are changed, held back and left alone."""
    summary = plan.summary
    changes = [
        f"{summary[verb]} to {verb}"
        for verb in ("create", "update", "move", "adopt", "archive", "delete")
        if summary[verb]
    ]
    rest = [
        f"{summary[name]} {words}"
        for name, words in (
            ("conflict", "held back"),
            ("pending", "with an unknown outcome"),
            ("drift", "drifted (edited in IT Glue)"),
            ("unchanged", "unchanged"),
            ("skip", "skipped"),
        )
        if summary[name]
    ]
    return "; ".join([", ".join(changes) or "nothing to do", *rest])
