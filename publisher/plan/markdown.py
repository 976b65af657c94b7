"""A plan as the comment on a pull request: GitHub-flavoured Markdown of a bounded size.

What matters most comes first and is cut last: the verdict, the numbers by organization, errors,
removals, what is held back and what somebody edited, then the other changes, then how texts change
(folded). What does not fit is counted and named, never silently left out.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias, TypeVar
from urllib.parse import quote

from publisher.model import Diagnostic
from publisher.plan.difference import Wording, difference, side
from publisher.plan.groups import Group, counted, fan_outs, named
from publisher.plan.model import Action, Drift, FileChange, Plan, called
from publisher.plan.output import ALWAYS, SIGNS, Wordings, is_drawn, sums

LIMIT = 60_000
"""Characters. GitHub takes 65,536, GitLab a million, Azure DevOps 150,000."""
_TAIL = 400
"""Kept free for the sentence that says what was folded away."""
_SHARE = 0.5
"""The share of what is left that one part may take, so that no part starves the next."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")

T = TypeVar("T")

Link = Callable[[str], str]
"""Path in the docs root -> the URL at which the host shows it; '' for none."""


def comment_marker(instance: str) -> str:
    """The hidden first line by which the comment for an instance is found again."""
    return f"<!-- publisher-plan: {quote(instance)} -->"


def as_markdown(
    plan: Plan,
    wordings: Wordings | None = None,
    *,
    link: Link = lambda path: "",
    limit: int = LIMIT,
) -> str:
    """Write *plan* as Markdown.

    Args:
        plan: the plan.
        wordings: the texts, to show what changes in them; without, no differences are shown.
        link: where the host shows a file of the docs.
        limit: characters at most.
    """
    page = _Page(limit)
    groups, others = fan_outs(plan.actions)
    every = groups + [Group((action,)) for action in others]
    first = [group for group in every if group.first.verb in ALWAYS]
    rest = [group for group in every if group.first.verb not in ALWAYS]
    page.add("\n".join(_head(plan)))
    page.part("By organization", [*_table(plan)], str, table=True)
    page.part("Errors", plan.errors, _finding)
    page.part("Removed or held back", first, partial(_item, link=link))
    page.part("Drift: edited in IT Glue", plan.drifts, _drift)
    page.part("Changes", rest, partial(_item, link=link))
    warnings = [f for f in plan.diagnostics if f.severity == "warning" and f.code != "drift"]
    page.part("Warnings", warnings, _finding)
    page.part("Texts", _texts(plan, first + rest, wordings or Wordings()), _details, last=True)
    return page.text()


class _Page:
    """Collects parts as long as there is room, and notes what had none."""

    def __init__(self, limit: int) -> None:
        self.left = limit - _TAIL
        self.written: list[str] = []
        self.folded: list[str] = []

    def add(self, text: str) -> None:
        self.written.append(text)
        self.left -= len(text) + 1

    def part(
        self,
        heading: str,
        entries: Sequence[T],
        write: Callable[[T], str],
        *,
        table: bool = False,
        last: bool = False,
    ) -> None:
        """Write a heading and as many entries as its share of the room holds."""
        rows = 2 if table else 0
        if len(entries) <= rows:
            return
        room = self.left if last else int(self.left * _SHARE)
        kept: list[str] = []
        used = len(heading) + 8
        for entry in entries:
            text = write(entry)
            used += len(text) + 1
            if used > room:
                break
            kept.append(text)
        if len(kept) > rows:
            self.add("\n".join(["", f"### {heading}", "", *kept]))
        if len(kept) < len(entries):
            self.folded.append(f"{len(entries) - max(len(kept), rows)} of “{heading}”")

    def text(self) -> str:
        if self.folded:
            said = ", ".join(self.folded)
            self.add(f"\n_Folded away for length: {said}. The plan file lists everything._")
        return "\n".join(self.written) + "\n"


def _head(plan: Plan) -> Iterator[str]:
    yield comment_marker(plan.instance)
    yield f"## Publishing to {plain(plan.instance)}: {plain(_verdict(plan))}"
    yield ""
    yield f"{sums(plan)[0].upper()}{sums(plan)[1:]}."
    at = f"commit {code(plan.commit[:10])}" if plan.commit else "the work tree"
    yield ""
    yield f"Planned from {at} against {code(plan.base_url)}. {cost(plan.requests)}"


def _verdict(plan: Plan) -> str:
    if plan.errors:
        return f"{len(plan.errors)} {_words(len(plan.errors), 'error')}"
    if not plan.changes:
        return "nothing to do"
    count = len(plan.changes)
    return f"{count} {_words(count, 'change')}"


def _words(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def cost(requests: int) -> str:
    """What carrying a plan out takes, as an estimate.

    Eight requests in flight of about half a second each; and no more than 3,000 in 5 minutes,
    which is IT Glue's limit (IT Glue API documentation).
    """
    if not requests:
        return "It takes no request."
    windows = (requests - 1) // 3000
    seconds = max(requests * 0.5 / 8, windows * 300.0)
    about = "a few seconds" if seconds < 10 else _duration(seconds)
    return f"It takes about {requests:,} {_words(requests, 'request')}, {about}."


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{round(seconds / 10) * 10} seconds"
    return f"{round(seconds / 60)} minutes"


def _table(plan: Plan) -> Iterator[str]:
    """One row an organization, the ones that lose something first."""
    yield "| Organization | Changes |"
    yield "| --- | --- |"
    rows: defaultdict[str, list[Action]] = defaultdict(list)
    for action in plan.actions:
        rows[action.organization.name].append(action)

    def order(name: str) -> tuple[bool, str]:
        return not any(action.verb in ALWAYS for action in rows[name]), name.casefold()

    for name in sorted(rows, key=order):
        yield f"| {plain(name)} | {counted(rows[name])} |"


def _finding(found: Diagnostic) -> str:
    place = f"{code(found.place)}: " if found.place else ""
    return f"- {place}{plain(found.advice)} ({code(found.code)})"


def _item(group: Group, link: Link) -> str:
    action = group.first
    lines = [f"- {SIGNS_MARKDOWN[action.verb]} {_name(group, link)} → {_where(group)}"]
    if action.reasons != ("new document",):
        lines[0] += f": {plain('; '.join(action.reasons))}"
    lines += [f"  - {_file(file, link)}" for file in action.files]
    return "\n".join(lines)


SIGNS_MARKDOWN = {verb: f"`{sign}` **{verb}**" for verb, sign in SIGNS.items()}


def _name(group: Group, link: Link) -> str:
    action = group.first
    gone = action.verb in ("archive", "delete")
    url = "" if gone else link(action.document)
    path = code(action.document)
    return f"{plain(group.title)} ({f'[{path}]({url})' if url else path})"


def _where(group: Group) -> str:
    names = [plain(org.name) for org in group.organizations]
    return names[0] if len(names) == 1 else f"{len(names)} organizations: {named(names)}"


def _file(file: FileChange, link: Link) -> str:
    url = link(file.path) if file.path and not is_drawn(file.path) else ""
    name = f"[{code(file.name)}]({url})" if url else code(file.name)
    if file.old and file.new:
        return f"{name} changes from {code(file.old[:8])} to {code(file.new[:8])}"
    if file.new:
        return f"{name} is attached ({code(file.new[:8])})"
    return f"{name} is removed (was {code(file.old[:8])})"


def _drift(drift: Drift) -> str:
    asset = f"{called(drift.asset_id)}, last changed {drift.updated_at}"
    where = f"[{asset}](<{drift.url}>)" if re.match(r"https?://[^<>\s]+$", drift.url) else asset
    return f"- {code(drift.document)}: {plain('; '.join(drift.what))} ({where})"


Text: TypeAlias = tuple[str, Sequence[Wording]]
"""What to call a text, and how its fields change."""


def _texts(plan: Plan, groups: Sequence[Group], wordings: Wordings) -> list[Text]:
    """The texts that change, or were edited in IT Glue."""
    edited = [
        (f"{drift.document}, as edited in IT Glue", wordings.drifts.get(drift.key, ()))
        for drift in plan.drifts
    ]
    changed = [
        (
            f"{group.first.document} ({group.first.organization.name}): {group.title}",
            wordings.actions.get(group.first.key, ()),
        )
        for group in groups
    ]
    return [(name, fields) for name, fields in edited + changed if fields]


def _details(text: Text) -> str:
    """How one text changes, folded."""
    name, wordings = text
    # Each line begins with '+', '-' or '@', so none can end the fence.
    lines = [line for wording in wordings for line in _diff(wording)]
    body = "\n".join(["```diff", *lines, "```"])
    said = _unmentioned(html.escape(_CONTROL.sub(" ", name)).replace("[", "&#91;"))
    return f"<details><summary>{said}</summary>\n\n{body}\n\n</details>\n"


def _diff(wording: Wording) -> Iterator[str]:
    heading = None
    for hunk in difference(wording.old, wording.new):
        if hunk.heading != heading:
            heading = hunk.heading
            below = f", {heading}" if heading else ""
            yield _CONTROL.sub(" ", f"@@ {wording.field}{below} @@")
        for line in hunk.lines:
            for kind, sign in (("old", "-"), ("new", "+")):
                said = side(line, kind)  # type: ignore[arg-type]  # the two literals above
                if said is not None:
                    yield _CONTROL.sub(" ", f"{sign} {said}")


def plain(text: str) -> str:
    """*text* as itself: no markup, no mention of a user, no reference to an issue."""
    escaped = _SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", text))
    return _unmentioned(html.escape(escaped, quote=False))


def _unmentioned(text: str) -> str:
    """Keep hosts from notifying whoever is called like that; a space of no width does."""
    return re.sub(r"([@#!])(?=[\w&])", "\\1\u200b", text)


def code(text: str) -> str:
    """*text* as a code span, whatever it holds."""
    clean = _CONTROL.sub(" ", text)
    ticks = max((len(run) for run in re.findall(r"`+", clean)), default=0)
    fence, pad = "`" * (ticks + 1), " " if "`" in clean or clean != clean.strip() else ""
    return f"{fence}{pad}{clean}{pad}{fence}"
