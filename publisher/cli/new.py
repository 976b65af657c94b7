"""``publisher new``."""

from __future__ import annotations

import datetime as dt
import difflib
import os
from pathlib import Path

import click

from publisher.cli.context import Context
from publisher.cli.failures import explained
from publisher.data import templates
from publisher.errors import BadConfig
from publisher.gather.project import Project, open_project
from publisher.render.page import readable
from publisher.source.defaults import defaults_for
from publisher.source.documents import collect
from publisher.source.ids import fresh_id
from publisher.source.templates import FOLDER, fill, find_templates, summary
from publisher.types.files import FOLDER as TYPES
from publisher.types.files import read_type, read_types
from publisher.types.model import name_key


@click.command("new")
@click.argument("template", required=False)
@click.option("--org", metavar="NAME", help="The organization that it is for.")
@click.option("--title", help="Its title.  [default: the template's name]")
@click.option(
    "--path", "place", metavar="PATH", help="Where to, from the docs root.  [default: here]"
)
@click.option(
    "--type", "type_", is_flag=True, help="Write its asset type into types/ instead, to apply."
)
@click.option("--list", "list_", is_flag=True, help="List the templates.")
@click.pass_obj
def command(
    context: Context,
    /,
    template: str | None,
    org: str | None,
    title: str | None,
    place: str | None,
    type_: bool,
    list_: bool,
) -> None:
    """Write a document from a template, with a fresh id, and print its path.

    Templates in the docs repository's own templates/ come first, then those that come along.

    \b
    Examples:
      publisher new --list
      publisher new sop --org 'Acme Corp' --title 'Server patching'
      publisher new network-documentation --org 4711 --path clients/acme/network.md
      publisher new site-summary --type
    """
    with explained():
        project = open_project(context.repo, context.config)
        found = find_templates([project.root / FOLDER, templates()])
        if list_:
            for name, path in found.items():
                click.echo(f"{name:<24} {summary(path.read_text('utf-8'))}".rstrip())
            return
        if template is None:
            raise click.UsageError(f"Which template? One of: {', '.join(found)}.")
        title = " ".join((title or readable(template)).split())
        source = _named(template, found)
        kind = summary(source.read_text("utf-8"))
        if type_:
            click.echo(os.path.relpath(_write_type(project, kind)))
            return
        target = _target(project, context.repo, place, title)
        _write(project, source, target, org, title)
        click.echo(os.path.relpath(target))
        if _type_files().keys() - _types_of(project) >= {kind}:
            click.echo(
                f"Its type, {kind}, has no file in types/. If IT Glue has no such type yet:"
                f" publisher new {template} --type && publisher types apply",
                err=True,
            )


def _named(name: str, found: dict[str, Path]) -> Path:
    """The template of that name.

    Raises:
        BadConfig: there is none.
    """
    name = name.removesuffix(".md")
    if name in found:
        return found[name]
    near = difflib.get_close_matches(name.casefold(), found, 1, 0.5)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(found)}."
    raise BadConfig("TEMPLATE", f"no template is called {name!r}", hint)


def _target(project: Project, here: Path, place: str | None, title: str) -> Path:
    """Where the document is to be written.

    Raises:
        BadConfig: outside the docs root, over another file, or where nothing is published.
    """
    root, here = project.root.resolve(), here.resolve()
    name = f"{name_key(title) or 'document'}.md"
    folder = here if here.is_relative_to(root) else root
    target = root / place.lstrip("/") if place else folder / name
    if place and (place.endswith("/") or target.is_dir()):
        target = target / name
    if target.suffix.casefold() != ".md":
        target = target.with_name(f"{target.name}.md")
    if not target.resolve().is_relative_to(root):
        raise BadConfig("--path", f"{place} lies outside the docs root")
    if target.exists() or target.is_symlink():
        problem = f"{os.path.relpath(target)} is there already"
        raise BadConfig("--path", problem, "Give another --path or --title.")
    return target


def _write(project: Project, source: Path, target: Path, org: str | None, title: str) -> None:
    path = target.relative_to(project.root.resolve()).as_posix()
    documents = collect(project.repository.worktree(), project.config).documents
    defaults = defaults_for(path, project.config.defaults)
    if org is None and not defaults.keys() & {"org", "orgs"}:
        click.echo(f"Fill in `org:` in {path}: nothing says who it is for.", err=True)
    values = {
        "id": fresh_id({one.id for one in documents if one.id}),
        "org": org or "",
        "title": title,
        "date": dt.datetime.now().astimezone().date().isoformat(),
    }
    text = fill(source.read_text("utf-8"), values)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8", newline="") as file:
        file.write(text)


def _write_type(project: Project, kind: str) -> Path:
    """The file of the asset type that a template is for.

    Raises:
        BadConfig: no type comes along for it, or a file in types/ has it.
    """
    source = _type_files().get(kind)
    if source is None:
        raise BadConfig("--type", f"no asset type comes along for {kind or 'this template'}")
    target = project.root / TYPES / source.name
    if kind in _types_of(project) or target.exists():
        raise BadConfig("--type", f"{TYPES}/ has a file for {kind} already")
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(source.read_bytes())
    return target


def _type_files() -> dict[str, Path]:
    """The asset types that come along, by name."""
    files = sorted((templates() / TYPES).glob("*.yaml"))
    read = ((read_type(path.name, path.read_bytes())[0], path) for path in files)
    return {spec.name: path for spec, path in read if spec}


def _types_of(project: Project) -> set[str]:
    return {spec.name for spec in read_types(project.repository.worktree())[0]}
