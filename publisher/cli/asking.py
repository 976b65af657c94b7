"""Questions before something is written."""

from __future__ import annotations

import click

from publisher.errors import NoAnswer


def agreed(question: str, *, err: bool = False) -> bool:
    """Ask for a yes; whatever else is said is a no, and nothing is written.

    Raises:
        NoAnswer: nobody is there to ask.
    """
    try:
        yes = click.confirm(question, default=False, err=err)
    except click.Abort as abort:
        if isinstance(abort.__context__, EOFError):
            click.echo(err=err)  # the question's own line ends here
            raise NoAnswer from None
        raise
    if not yes:
        click.echo("Nothing was written.", err=True)
    return yes
