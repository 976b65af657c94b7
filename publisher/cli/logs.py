"""What the client tells while a command runs: log lines on stderr, metrics in a file.

Without -v only warnings are shown, which needs no logging library; -v adds what is worth knowing,
-vv one line per request. structlog (a third of a second to import) comes with -v or with JSON.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import click

from publisher.cli.context import Context
from publisher.itglue import Listener, Logs, Several

LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
METRICS_FILE = "PUBLISHER_METRICS_FILE"
"""The environment variable that names the text file for Prometheus' node_exporter (`*.prom`)."""


@contextlib.contextmanager
def watched(
    context: Context, instance: str, environ: Mapping[str, str] = os.environ
) -> Iterator[Listener]:
    """Give the listener for an instance's client; log and count as long as the block runs."""
    level = LEVELS.get(context.verbosity, logging.DEBUG)
    with contextlib.ExitStack() as stack:
        if context.verbosity > 0 or context.log_format == "json":
            stack.enter_context(_structured(level, context.log_format == "json"))
        else:
            stack.enter_context(_plain(level))
        file = environ.get(METRICS_FILE)
        yield stack.enter_context(_counted(instance, Path(file))) if file else Logs()


@contextlib.contextmanager
def _counted(instance: str, file: Path) -> Iterator[Listener]:
    """Count, and write the file in the end, however that comes."""
    from publisher.itglue.metrics import Metrics

    metrics = Metrics()
    try:
        yield Several(Logs(), metrics.of(instance))
    finally:
        try:
            metrics.write(file)
        except OSError as error:
            text = f"the metrics file {file} cannot be written ({error.strerror})"
            click.echo(click.style("Warning: ", fg="yellow") + text, err=True)


class _Echo(logging.Handler):
    """Shows a warning as the commands show theirs."""

    def emit(self, record: logging.LogRecord) -> None:
        label = click.style(f"{record.levelname.capitalize()}: ", fg="yellow")
        click.echo(label + record.getMessage(), err=True)


@contextlib.contextmanager
def _plain(level: int) -> Iterator[None]:
    logger, handler = logging.getLogger("publisher"), _Echo()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


@contextlib.contextmanager
def _structured(level: int, as_json: bool) -> Iterator[None]:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer() if as_json else _in_words,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Stderr,
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.reset_defaults()


class _Stderr:
    """Prints to what stderr is at that moment: a progress bar may have taken it over."""

    def __init__(self, *names: str) -> None:
        """structlog calls its factory with the logger's name."""

    def msg(self, message: str) -> None:
        click.echo(message, err=True)

    debug = info = warning = error = msg


def _in_words(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """One line; a value that could break out of it is quoted."""
    time, level, name = event.pop("timestamp"), event.pop("level"), event.pop("event")
    pairs = "".join(f"  {key}={_quoted(value)}" for key, value in event.items())
    return f"{time[11:23]} {level:<7} {name}{pairs}"


def _quoted(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)
