"""What ``publisher types`` does: reads files and account, compares, applies, exports."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from publisher.apply.lease import leased
from publisher.cli.context import Context
from publisher.cli.open import Opened, opened
from publisher.errors import BadConfig, ITGlueError
from publisher.model import Json
from publisher.plan.output import finding
from publisher.state import Store
from publisher.types.apply import Applier
from publisher.types.compare import Change, TypesPlan, compare
from publisher.types.export import as_yaml, file_name
from publisher.types.files import read_types
from publisher.types.live import LiveType, read_live
from publisher.types.model import TypeSpec


@dataclass(slots=True)
class Outcome:
    """What an apply did."""

    plan: TypesPlan
    done: list[Change] = field(default_factory=list)
    error: ITGlueError | None = None

    def as_json(self) -> dict[str, Json]:
        failed = str(self.error) if self.error else None
        done = [change.as_json() for change in self.done]
        return {"format_version": 1, "applied": len(done), "changes": done, "error": failed}


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one type's file."""

    name: str
    path: str
    outcome: str
    """``written``, ``unchanged`` or ``kept``."""

    def as_json(self) -> dict[str, Json]:
        return {"name": self.name, "path": self.path, "outcome": self.outcome}


def _specs(docs: Opened) -> list[TypeSpec]:
    """The type files of the work tree.

    Raises:
        BadConfig: one of them has an error; all have been shown.
    """
    specs, found = read_types(docs.project.repository.worktree())
    for one in found:
        click.echo(finding(one), err=True)
    wrong = next((one for one in found if one.severity == "error"), None)
    if wrong:
        raise BadConfig(wrong.place, wrong.message, "Nothing was asked of IT Glue.")
    return specs


async def both(context: Context) -> tuple[list[LiveType], list[TypeSpec]]:
    """The account's types, and the files."""
    async with opened(context) as docs:
        specs = _specs(docs)
        return await read_live(docs.itglue), specs


async def plan(context: Context) -> TypesPlan:
    """Compare the files with the account."""
    async with opened(context) as docs:
        specs = _specs(docs)
        return compare(specs, await read_live(docs.itglue), docs.settings.marker)


async def apply(context: Context, agreed: Callable[[TypesPlan], bool]) -> Outcome | None:
    """Plan, ask and apply; None when *agreed* says no."""
    async with opened(context) as docs, leased(docs.store, docs.instance):
        specs, live = _specs(docs), await read_live(docs.itglue)
        outcome = Outcome(compare(specs, live, docs.settings.marker))
        if not agreed(outcome.plan):
            return None
        journal = StateJournal(docs.store, docs.settings.settle_seconds)
        try:
            await Applier(docs.itglue, live, journal, outcome.done.append).run(outcome.plan)
        except ITGlueError as error:
            outcome.error = error
        if outcome.done:
            docs.store.set_meta("catalog", None)  # what `plan --no-refresh` would trust
        return outcome


@dataclass(frozen=True, slots=True)
class StateJournal:
    """Creates whose outcome is not known, in the state: name -> when they left."""

    store: Store
    settle_seconds: float

    def waits(self, name: str) -> float:
        begun = self._all().get(name)
        return 0.0 if begun is None else begun + self.settle_seconds - time.time()

    def begin(self, name: str) -> None:
        self.store.set_meta("types-begun", {**self._all(), name: time.time()})

    def settle(self, name: str) -> None:
        left = {other: at for other, at in self._all().items() if other != name}
        self.store.set_meta("types-begun", left)

    def _all(self) -> dict[str, float]:
        return dict(self.store.meta("types-begun") or {})


async def export(
    context: Context, names: Sequence[str], folder: str, *, force: bool
) -> list[Written]:
    """Write files, but over no other content unless forced.

    Raises:
        BadConfig: the account has no type of a name, or the folder lies outside the docs root.
    """
    async with opened(context) as docs:
        live = await read_live(docs.itglue)
        root = docs.project.root.resolve()
        home = (root / folder).resolve()
        if not home.is_relative_to(root):
            raise BadConfig("--dir", f"{folder} lies outside the docs root")
        described = {
            spec.name: Path(spec.path).name
            for spec in read_types(docs.project.repository.worktree())[0]
        }
    taken = {file: name for name, file in described.items()}
    written = []
    for each in _chosen(names, live):
        name = described.get(each.spec.name) or file_name(each.spec, taken)
        taken[name] = each.spec.name
        outcome = _write(home / name, as_yaml(each.spec), force=force)
        path = (home / name).relative_to(root).as_posix()
        written.append(Written(each.spec.name, path, outcome))
    return written


def _chosen(names: Sequence[str], live: Sequence[LiveType]) -> list[LiveType]:
    by_name = {each.spec.name.casefold(): each for each in live}
    unknown = [name for name in names if name.casefold() not in by_name]
    if unknown:
        known = ", ".join(each.spec.name for each in live) or "none"
        raise BadConfig("NAME", f"the account has no type called {unknown[0]!r}", f"It has {known}")
    return [by_name[name.casefold()] for name in names] if names else [*live]


def _write(path: Path, text: str, *, force: bool) -> str:
    if path.exists():
        if path.read_text("utf-8") == text:
            return "unchanged"
        if not force:
            return "kept"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return "written"
