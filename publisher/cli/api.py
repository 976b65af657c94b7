"""``publisher api``: the client on the command line, for every entity."""

from __future__ import annotations

import click

from publisher.cli.api_asked import Asked
from publisher.cli.api_input import entity_called, names
from publisher.cli.api_read import download, get, list_, search
from publisher.cli.api_write import create, delete, publish, update


@click.group("api")
@click.argument("resource")
@click.pass_context
def command(ctx: click.Context, /, resource: str) -> None:
    """Read and write RESOURCE in IT Glue: organizations, flexible-assets, documents, ….

    What is printed is the API's own JSON, or a table on a terminal.

    \b
    Examples:
      publisher api organizations list --filter name='Acme Corp'
      publisher api flexible-assets list --filter flexible_asset_type_id=12 --sort -updated_at
      publisher api configurations get 815 --include related_items
      publisher api organizations create --data '{"name": "Acme Corp"}'
      publisher api attachments create --parent flexible-assets/987 --file net.pdf
      publisher api contacts delete 31 32 --yes
    """
    ctx.obj = Asked(ctx.obj, entity_called(resource))


command.epilog = f"Resources: {', '.join(names())}."
for verb in (list_, get, search, create, update, delete, publish, download):
    command.add_command(verb)
