"""Every error in words: what happened, where, what to type next, and the exit code."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click

from publisher import errors
from publisher.cli.terminal import json_text
from publisher.cli.words import quantity
from publisher.model import Diagnostic

OK, ERROR, CHANGES, REFUSED, PARTLY, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


WORDS = "publisher.words"
"""Where the context's ``meta`` keeps the words of the command line."""


@contextlib.contextmanager
def explained(result: Mapping[str, object] | None = None) -> Iterator[None]:
    """Turn our errors into a sentence on stderr and an exit code.

    With ``--format json``, stdout gets one document that says the same.

    Args:
        result: what that document holds besides: the command's own result, of nothing done.
    """
    try:
        yield
    except errors.PublisherError as error:
        click.echo(click.style("Error: ", fg="red") + explain(error), err=True)
        _print_json(explain(error), exit_code(error), result or {}, _found(error))
        raise SystemExit(exit_code(error)) from None
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        _print_json("interrupted", INTERRUPTED, result or {}, ())
        raise SystemExit(INTERRUPTED) from None


def _found(error: errors.PublisherError) -> Sequence[Diagnostic]:
    return error.diagnostics if isinstance(error, errors.InvalidDocuments) else ()


def _print_json(
    message: str, code: int, result: Mapping[str, object], found: Sequence[Diagnostic]
) -> None:
    if not _json_asked():
        return
    document = {"format_version": 1, **result, "error": message, "exit_code": code}
    if found:
        document["diagnostics"] = [one.as_json() for one in found]
    click.echo(json_text(document))


def _json_asked() -> bool:
    """Whether the command line says so: a command that fails early knows none of its options."""
    context = click.get_current_context(silent=True)
    words = context.meta.get(WORDS, ()) if context else ()
    return "--format=json" in words or ("--format", "json") in itertools.pairwise(words)


def exit_code(error: errors.PublisherError) -> int:
    """The exit code that an error ends the program with."""
    if isinstance(error, errors.Refused | errors.Locked):
        return REFUSED
    if isinstance(error, errors.OutOfReach | errors.Throttled | errors.HostOutOfReach):
        return UNREACHABLE
    if isinstance(error, errors.Interrupted):
        return INTERRUPTED
    if isinstance(error, errors.InvalidDocuments):
        secret = any(found.code == "secret" for found in error.diagnostics)
        return REFUSED if secret else ERROR
    return ERROR


def explain(error: errors.PublisherError) -> str:
    """What happened, and what to do now."""
    for kind in type(error).__mro__:
        if kind in _WORDS:
            return _WORDS[kind](error)
    return str(error)


def _no_config(error: Any) -> str:
    text = f"there is no publisher.toml in {error.folder} or above it."
    if error.below:
        some = error.below[0]
        return f"{text}\nThere is one in {some}: add --repo {some}"
    return f"{text}\nTo make one here, type: publisher init"


def _bad_config(error: Any) -> str:
    return f"{error.place}: {error.problem}" + (f"\n{error.hint}" if error.hint else "")


def _no_repository(error: Any) -> str:
    return (
        f"{error.folder} is in no Git work tree.\n"
        "publisher publishes what is committed: type `git init`, or name a repository with --repo."
    )


def _no_commit(error: Any) -> str:
    return (
        f"{error.top} has no commit yet.\n"
        "Commit your documents (git add -A && git commit), or plan from the files: --worktree"
    )


def _invalid(error: Any) -> str:
    places = (f"{found.place}: " if found.place else "" for found in error.diagnostics)
    found = zip(places, error.diagnostics, strict=True)
    lines = [f"  {place}{one.advice}" for place, one in itertools.islice(found, 20)]
    if len(error.diagnostics) > 20:
        lines.append(f"  … and {len(error.diagnostics) - 20} more")
    return "\n".join([_sums_of_invalid(error), *lines])


def _sums_of_invalid(error: Any) -> str:
    count = sum(found.severity == "error" for found in error.diagnostics)
    secrets = sum(found.code == "secret" for found in error.diagnostics)
    if secrets:
        said = "what seems to be a secret" if secrets == 1 else f"{secrets} lines that seem secret"
        return (
            f"The documents hold {said}; nothing was written, and --skip-invalid does not help.\n"
            "Take it out, or allow it with a comment that gives the reason; see publisher check:"
        )
    return (
        f"{count} error{'s' * (count != 1)} in the documents; nothing was written.\n"
        "Mend them, or publish the others with --skip-invalid:"
    )


def _state(error: Any) -> str:
    detail = f" ({error.detail})" if error.detail else ""
    return {
        "corrupt": f"the state {error.url} is damaged{detail}.\nMove the file away: the "
        "next plan finds everything again by the markers in IT Glue.",
        "foreign": f"{error.url} is a database, but no state of publisher.\n"
        "Set [state] url in publisher.toml to a file of its own.",
        "another": f"the state {error.url} is another one's{detail}.\n"
        "Give each repository and instance a state of its own: {instance} in [state] url does.\n"
        "If only the instance was renamed, move the file away: the markers tell the rest.",
        "unreachable": f"the state {error.url} cannot be reached{detail}.\n"
        "Check [state] url or PUBLISHER_STATE, and whether the database is up.",
        "newer": f"the state {error.url} was written by a newer publisher{detail}.\nUpgrade.",
    }.get(
        error.problem,
        f"the state {error.url} cannot be written{detail}.\n"
        "Make room on the disk, or get the right to write there; then type the same again.",
    )


def _locked(error: Any) -> str:
    until = dt.datetime.fromtimestamp(error.expires, dt.UTC).strftime("%H:%M:%S UTC")
    return (
        f"instance {error.instance} is locked by {error.owner}.\n"
        f"Wait for it to end. If it has died, its lock expires at {until}; "
        "to break it now: publisher state unlock"
    )


def _refused(error: Any) -> str:
    lines = [f"refused: {error.problem}.", *(f"  {line}" for line in error.details[:20])]
    if len(error.details) > 20:
        lines.append(f"  … and {len(error.details) - 20} more")
    return "\n".join([*lines, f"Nothing was written. If that is meant: --force {error.check}"])


def _stale(error: Any) -> str:
    lines = [f"refused: {error.problem}:", *(f"  {line}" for line in error.details[:20])]
    return "\n".join([*lines, "Nothing was written. Plan again and have the new plan reviewed."])


def _interrupted(error: Any) -> str:
    verb = "was" if error.left == 1 else "were"
    left = (
        f"; {quantity(error.left, 'change')} {verb} not begun, or cut short" if error.left else ""
    )
    return f"interrupted{left}.\nWhat was done is kept: the next apply goes on from here."


def _no_key(error: Any) -> str:
    return (
        f"there is no API key for instance {error.instance}.\n"
        f"Set {' or '.join(error.variables)}, or keep it in the system keyring "
        f"(service itglue-publisher): publisher --instance {error.instance} auth login"
    )


def _bad_key(error: Any) -> str:
    said = f" ({'; '.join(error.details)})" if error.details else ""
    return (
        f"IT Glue refuses the key: {error.status}{said}.\n"
        "Check the region (us, eu, au) or base URL, whether the key was revoked (it is after 90 "
        "days without use), and the account's IP access control."
    )


def _no_pull_request(error: Any) -> str:
    if not error.host:
        return (
            "this is no pipeline of GitHub Actions, GitLab CI or Azure Pipelines.\n"
            "To see what would be posted: publisher comment PLANFILE --dry-run"
        )
    return f"{error.host} runs this for no pull request: {error.missing}."


def _host_refused(error: Any) -> str:
    said = f" ({error.detail})" if error.detail else ""
    return f"{error.host} refuses {error.request}: {error.status}{said}.\n{error.hint}"


_WORDS: dict[type[errors.PublisherError], Callable[[Any], str]] = {
    errors.NoConfig: _no_config,
    errors.BadConfig: _bad_config,
    errors.NoRepository: _no_repository,
    errors.NoCommit: _no_commit,
    errors.UnknownRevision: lambda e: (
        f"{e.revision!r} is no revision of this repository.\ngit log shows the ones there are."
    ),
    errors.GitFailed: lambda e: f"git failed: {e.command}\n{e.output}",
    errors.InvalidDocuments: _invalid,
    errors.StateUnusable: _state,
    errors.Locked: _locked,
    errors.Refused: _refused,
    errors.StalePlan: _stale,
    errors.NoAnswer: lambda _: (
        "nobody is there to ask, so nothing was written.\nTo go on without a question, add --yes."
    ),
    errors.NoPullRequest: _no_pull_request,
    errors.NoToken: lambda e: f"{e.variable} is not set, so {e.host} takes no comment.\n{e.why}",
    errors.HostRefused: _host_refused,
    errors.HostOutOfReach: lambda e: f"{e.host} is out of reach: {e.cause}\nTry again later.",
    errors.Interrupted: _interrupted,
    errors.NoKey: _no_key,
    errors.BadKey: _bad_key,
    errors.NotOne: lambda e: f"{e}." + ("\nName the one that is meant by its id." if e.ids else ""),
    errors.Rejected: lambda e: f"IT Glue rejects it: {e}",
    errors.Throttled: lambda e: f"IT Glue's request limit does not let up: {e}\nTry again later.",
    errors.OutcomeUnknown: lambda e: (
        f"{e}.\nThe next apply looks whether it was done; "
        "after any other command, look before you repeat it."
    ),
    errors.OutOfReach: lambda e: f"IT Glue is out of reach: {e}\nTry again later.",
}
