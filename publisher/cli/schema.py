"""``publisher schema``."""

from __future__ import annotations

import click

from publisher.cli.planning import print_json


@click.command("schema")
@click.argument("what", type=click.Choice(["frontmatter", "config"]), default="frontmatter")
def command(what: str) -> None:
    """Print the JSON Schema of the frontmatter, or of publisher.toml (config), for editors.

    \b
    Examples:
      publisher schema > frontmatter.schema.json
      publisher schema config > publisher.schema.json
    """
    if what == "config":
        from publisher.config import Config

        print_json(Config.model_json_schema())
        return
    from publisher.source.schema import json_schema

    print_json(json_schema())
