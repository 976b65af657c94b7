"""``publisher comment``."""

from __future__ import annotations

from pathlib import Path

import click

from publisher.cli.context import Context
from publisher.cli.failures import explained
from publisher.cli.links import source_links
from publisher.cli.planning import read_plan_file, read_text
from publisher.errors import SourceError
from publisher.hosts.comment import find_host, put_comment
from publisher.plan import Plan
from publisher.plan.markdown import as_markdown, comment_marker
from publisher.source.git import open_repository

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("comment")
@click.argument("planfile", type=_FILE)
@click.option(
    "--body",
    type=_FILE,
    help="Post this Markdown, which `plan --format markdown` wrote, with its differences.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be posted.")
@click.pass_obj
def command(context: Context, /, planfile: Path, body: Path | None, dry_run: bool) -> None:
    """Post a plan as the pull request's one comment, and update that from then on.

    The host and the pull request are the ones that the pipeline runs for: GitHub Actions, GitLab
    CI or Azure Pipelines. The token comes from GITHUB_TOKEN, GITLAB_TOKEN or SYSTEM_ACCESSTOKEN.

    \b
    Examples:
      publisher plan --format markdown --out plan.json > plan.md
      publisher comment plan.json --body plan.md
      publisher comment plan.json --dry-run
    """
    with explained():
        plan = read_plan_file(planfile)
        text = _marked(plan, read_text(body)) if body else _written(context, plan)
        if dry_run:
            click.echo(text, nl=False)
            return
        host = find_host()
        click.echo(f"{put_comment(host, comment_marker(plan.instance), text)}: {host.place}")


def _marked(plan: Plan, body: str) -> str:
    """The body, found again next time."""
    marker = comment_marker(plan.instance)
    return body if body.startswith(marker) else f"{marker}\n{body}"


def _written(context: Context, plan: Plan) -> str:
    """The plan alone, without differences; with links, if this is its repository."""
    try:
        return as_markdown(plan, link=source_links(open_repository(context.repo), plan.commit))
    except SourceError:  # a job that has the plan file alone
        return as_markdown(plan)
