"""``publisher pull``."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from publisher.cli.context import Context
from publisher.cli.failures import OK, PARTLY, explained
from publisher.cli.open import Opened, opened
from publisher.cli.options import PlanOptions
from publisher.cli.planning import plan_with
from publisher.errors import BadConfig
from publisher.gather.session import Planned
from publisher.pull.edits import Pulled, keep_edits, pull_edits


@click.command("pull")
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option("--diff", is_flag=True, help="Show what would be written as a diff; write nothing.")
@click.option("--org", metavar="NAME", help="Only this organization.")
@click.pass_obj
def command(context: Context, /, documents: tuple[str, ...], diff: bool, org: str | None) -> None:
    """Bring what was edited in IT Glue back into the documents of the work tree.

    Only the lines that say something else change. Nothing is written in IT Glue: look at the
    changes with git, correct and commit them.

    \b
    Examples:
      publisher pull
      publisher pull --diff sops/patching.md
    """
    with explained():
        pulled = asyncio.run(_edits(context, documents, org, diff=diff))
    click.echo("".join(_diff(pulled)) if diff else "\n".join(_said(pulled)), nl=not diff)
    left = _left(pulled)
    if left:
        click.echo("\n".join(left), err=True)
    raise SystemExit(PARTLY if any(one.left or one.conflicts for one in pulled) else OK)


async def _edits(
    context: Context, documents: tuple[str, ...], org: str | None, *, diff: bool
) -> list[Pulled]:
    options = PlanOptions("HEAD", True, False, False, (), org, None, ())
    async with opened(context) as docs:
        session, planned = await plan_with(docs, options)
        only = {_path(docs, planned, name) for name in documents}
        pulled = await pull_edits(session, planned, only)
        if not diff:
            keep_edits(session, planned, pulled)
        return pulled


def _path(docs: Opened, planned: Planned, named: str) -> str:
    """The path of a document below the docs root, as it is named from here or from there.

    Raises:
        BadConfig: there is no such document.
    """
    there = {desired.document for desired in planned.corpus.desired.values()}
    here, root = Path(named).resolve(), docs.project.root.resolve()
    plain = named.replace("\\", "/").removeprefix("./").lstrip("/")
    if here.is_relative_to(root):
        plain = next(p for p in (here.relative_to(root).as_posix(), plain) if p in there or p)
    if plain not in there:
        near = difflib.get_close_matches(plain, there, 1)
        raise BadConfig(named, "is no document", f"Did you mean {near[0]}?" if near else "")
    return plain


def _diff(pulled: Iterable[Pulled]) -> Iterator[str]:
    for one in pulled:
        before, after = (
            side.decode("utf-8", "replace").splitlines(keepends=True)
            for side in (one.before, one.after)
        )
        yield from difflib.unified_diff(before, after, f"a/{one.path}", f"b/{one.path}")


def _said(pulled: Iterable[Pulled]) -> Iterator[str]:
    written = [one for one in pulled if one.changed]
    if not written:
        yield "Nothing to pull." if not pulled else "Nothing was written."
        return
    for one in written:
        yield f"  {one.path}: {', '.join(dict.fromkeys(one.brought))}"
        if one.others:
            names = ", ".join(org.name for org in one.others[:3])
            more = f" and {len(one.others) - 3} more" if len(one.others) > 3 else ""
            yield f"      it goes to {names}{more} too: the next apply changes it there"
    yield f"Wrote {len(written)} document{'s' * (len(written) != 1)}. Now:"
    yield "  git diff            to see what came back"
    yield "  git commit -a       once it is as you want it"
    yield "  publisher plan      which has nothing to write where you changed nothing"


def _left(pulled: Iterable[Pulled]) -> list[str]:
    """What is for people to settle, and what Markdown could not say."""
    lines = []
    for one in pulled:
        if one.conflicts:
            what = f"{one.conflicts} conflict{'s' * (one.conflicts != 1)}"
            lines.append(f"  ! {one.path}: {what}, marked with <<<<<<< in the text")
        lines += [f"  ! {one.path}: {why}" for why in one.left]
        if one.lost:
            lines.append(f"  ~ {one.path}: Markdown cannot say: {', '.join(one.lost)}")
    return lines
