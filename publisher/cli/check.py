"""``publisher check``."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

import click

from publisher.check.github import workflow_commands
from publisher.check.mend import mend
from publisher.check.sarif import sarif
from publisher.check.whole import Checked, check_tree
from publisher.cli.context import Context
from publisher.cli.failures import ERROR, OK, explained
from publisher.cli.planning import print_json
from publisher.gather.project import Project, open_project
from publisher.plan.output import finding
from publisher.source.select import select
from publisher.types.files import read_types

Form = Literal["text", "json", "github", "sarif"]


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What check's own options say."""

    ref: str | None
    """None: the files as they are."""
    fix: bool
    external: bool


@click.command("check")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github", "sarif"]), default="text"
)
@click.option("--fix", is_flag=True, help="Mend ids that are missing, keys in capitals and dates.")
@click.option("--external", is_flag=True, help="Fetch links to other sites too; needs a network.")
@click.option("--ref", metavar="REV", help="Check a commit.  [default: the files as they are]")
@click.option("-v", "--verbose", is_flag=True, help="List the files that are no documents, too.")
@click.pass_obj
def command(
    context: Context, /, form: Form, fix: bool, external: bool, ref: str | None, verbose: bool
) -> None:
    """Validate the documents, with no network and no key: all problems in one run.

    Frontmatter, traits (against types/*.yaml), links, attachments, secrets, HTML that IT Glue does
    not keep, and more. Exits 1 when there is an error; warnings alone are fine.

    \b
    Examples:
      publisher check
      publisher check --fix
      publisher check --ref origin/main --format sarif > publisher.sarif
    """
    if fix and ref:
        raise click.UsageError("--fix mends files, and --ref reads a commit.")
    with explained():
        project = open_project(context.repo, context.config)
        checked = run(project, CheckOptions(ref, fix, external))
        report(project, checked, form, verbose=verbose or context.verbosity > 0)
    errors = any(one.severity == "error" for one in checked.diagnostics)
    raise SystemExit(ERROR if errors else OK)


def run(project: Project, options: CheckOptions) -> Checked:
    """Mend what is to be mended, then check everything.

    Raises:
        SourceError: the files cannot be read, or there is no such commit.
    """
    if options.fix:
        for path, changes in fix_files(project):
            click.echo(f"{path}: {'; '.join(changes)}", err=True)
    repository = project.repository
    tree = repository.tree(options.ref) if options.ref else repository.worktree()
    checked = check_tree(tree, project.config)
    if not options.external:
        return checked
    from publisher.check.external import external_links

    dead = asyncio.run(external_links(checked.documents, checked.pages))
    found = sorted([*checked.diagnostics, *dead], key=lambda one: one.order)
    return replace(checked, diagnostics=tuple(found))


def fix_files(project: Project) -> list[tuple[str, tuple[str, ...]]]:
    """Mend the files of the work tree; say which ones, and how."""
    tree, config = project.repository.worktree(), project.config
    specs, _ = read_types(tree)
    paths = select(tree, config.docs).paths
    taken = {one.id for one in check_tree(tree, config).documents if one.id}
    fixed = []
    for path, raw in tree.read(paths):
        mended = mend(tree.entries[path], raw, config, specs, taken)
        if mended:
            project.root.joinpath(*path.split("/")).write_bytes(mended.raw)
            taken |= mended.ids
            fixed.append((path, mended.changes))
    return fixed


def report(project: Project, checked: Checked, form: Form, *, verbose: bool) -> None:
    """Print the outcome."""
    prefix = project.repository.prefix
    if form == "json":
        print_json(as_json(checked))
    elif form == "sarif":
        print_json(sarif(checked.diagnostics, prefix))
    elif form == "github":
        for line in workflow_commands(checked.diagnostics, prefix):
            click.echo(line)
    else:
        _print_text(checked, verbose=verbose)


def as_json(checked: Checked) -> dict[str, object]:
    """What ``--format json`` prints."""
    return {
        "format_version": 1,
        "documents": checked.count,
        "diagnostics": [one.as_json() for one in checked.diagnostics],
        "skipped": [{"path": path, "reason": why} for path, why in checked.skipped.items()],
    }


def _print_text(checked: Checked, *, verbose: bool) -> None:
    colours = {"error": "red", "warning": "yellow"}
    for one in checked.diagnostics:
        click.echo(click.style(finding(one), fg=colours[one.severity]))
    if verbose:
        for path, reason in checked.skipped.items():
            click.echo(f"{path}: no document: {reason}")
    click.echo(verdict(checked))


def verdict(checked: Checked) -> str:
    """The one line that says how it stands."""
    counts = Counter(one.severity for one in checked.diagnostics)
    parts = [_counted(checked.count, "document")]
    parts += [_counted(counts[kind], kind) for kind in ("error", "warning") if counts[kind]]
    line = ", ".join(parts) + ("." if counts else ": nothing to complain about.")
    nameless = sum(one.id is None for one in checked.documents)
    if nameless:
        line += f"\n{_counted(nameless, 'document')} without an id: --fix adds one, so that assets"
        line += " keep up with renames."
    return line


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
